import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busybox, HANGS_MS, until } from '../tools.ts';
import { asRow, type Difference, differences, readTable } from './differences.ts';
import { type Dump, makeDumpRoot, readDump, withoutRun } from './dump.ts';
import { type ConfigCase, common, configs } from './same-config.cases.ts';

const repository = join(import.meta.dirname, '../..');
const lxplain = join(repository, 'bin/lxplain');
const document = join(repository, 'docs/differences.md');
const reason =
  process.getuid?.() !== 0
    ? 'needs root'
    : spawnSync('lxc-start', ['--version']).status !== 0
      ? 'needs lxc-start'
      : busybox === undefined
        ? 'needs busybox-static'
        : existsSync('/sys/fs/cgroup/memory')
          ? undefined
          : 'the list is of a host with cgroup v1';
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

let folder: string;
/** What the last `lxplain create` has said on standard error. */
let started = '';
const rows = readTable(readFileSync(document, 'utf8'), 'What init of an lxc config sees');
const used = new Set<string>();

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-config-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'tree/below'), { recursive: true });
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'nosuid,nodev', 'tmpfs', join(folder, 'tree/below')]);
  writeFileSync(join(folder, 'fstab'), `${folder}/data data none bind,create=dir 0 0\n`);
  writeFileSync(join(folder, 'included'), 'lxc.environment = INCLUDED=yes\nlxc.uts.name = other\n');
  writeFileSync(join(folder, 'seccomp'), '2\ndenylist\nreboot errno 1\n');
});
afterAll(() => {
  if (reason !== undefined) return;
  spawnSync('umount', [join(folder, 'tree/below')]);
  rmSync(folder, { recursive: true });
});

test.skipIf(reason !== undefined).each(configs)(
  `$name: started by lxc-start and by lxplain, init sees no difference that the report does not name${why}`,
  async (given) => {
    const file = join(folder, 'config');
    writeFileSync(file, textOf(given));
    const theirs = await dumpOf(given, file, 'lxc');
    const ours = await dumpOf(given, file, 'lxplain');
    expect(theirs.size).toBeGreaterThan(60);
    const told = reportOf(file);
    const lost = told.filter(({ fate, concern }) => fate === 'lost' && concern === 'security');
    for (const { line, subject } of lost) {
      const mark = line === undefined ? `: lost (security): ${subject}` : `config:${line}:1: `;
      const said = started.split('\n').find((each) => each.includes(mark)) ?? '';
      expect(said, `create tells of line ${line}`).toContain('lost (security)');
    }
    const strict = spawnSync(lxplain, ['check', '--strict', file], { encoding: 'utf8' });
    if (lost.length > 0) expect(strict.status).toBe(1);
    const unnamed = differences(theirs, ours).filter(
      (difference) => !isListed(difference) && !told.some((entry) => names(entry, difference)),
    );
    expect(unnamed.map(asRow)).toEqual([]);
  },
);

test.skipIf(reason !== undefined)(
  `the table of lxc in docs/differences.md has no row that no longer occurs${why}`,
  () => {
    expect(rows.map(({ text }) => text).filter((text) => !used.has(text))).toEqual([]);
  },
);

/** Whether the difference is one of every container. */
function isListed(difference: Difference): boolean {
  const row = rows.find((candidate) => candidate.matches(difference));
  if (row !== undefined) used.add(row.text);
  return row !== undefined;
}

/** A line of the config that is changed or lost, with its reason. */
interface Entry {
  readonly fate: 'changed' | 'lost' | 'unneeded';
  readonly concern: string;
  /** None if it is about what the config does not say. */
  readonly line: number | undefined;
  readonly subject: string;
  /** The line, as it is written. */
  readonly text: string;
}

/** What the report of the conversion says is not as it was. `unneeded` would be: nothing changes. */
function reportOf(file: string): readonly Entry[] {
  const { stderr } = spawnSync(
    lxplain,
    ['domxml-from-native', 'lxc-tools', '--full', '--report', 'json', file],
    { encoding: 'utf8', timeout: HANGS_MS },
  );
  const [report] = JSON.parse(stderr).files as {
    readonly converted: boolean;
    readonly ledger: readonly (Omit<Entry, 'text'> & { file: string })[];
  }[];
  expect(report?.converted).toBe(true);
  return report!.ledger
    .filter(({ fate }) => fate !== 'unneeded')
    .map(({ fate, concern, subject, file: of, line }) => ({
      fate,
      concern,
      subject,
      line,
      text: line === undefined ? '' : (readFileSync(of, 'utf8').split('\n')[line - 1] ?? ''),
    }));
}

/** What of a container is set by a key. */
const subjects: readonly (readonly [key: RegExp, what: RegExp])[] = [
  [/^lxc\.uts\.name$/, /^(hostname|env LIBVIRT_LXC_NAME)$/],
  [/^lxc\.mount\.auto$/, /^(mount|path|can make) \/(proc|sys)\b/],
  [/^lxc\.autodev$/, /^(mount|node|path) \/dev\b/],
  [/^lxc\.cgroup2?\.devices\./, /^device /],
  [/^lxc\.cgroup2?\.memory\./, /^memory\./],
  [/^lxc\.cap\./, /^status Cap/],
  [/^lxc\.prlimit\.nofile$/, /^limit Max open files$/],
  [/^lxc\.prlimit\.core$/, /^limit Max core file size$/],
  [/^lxc\.prlimit\.nproc$/, /^limit Max processes$/],
  [/^lxc\.prlimit\.stack$/, /^limit Max stack size$/],
  [/^lxc\.no_new_privs$/, /^status NoNewPrivs$/],
  [/^lxc\.seccomp\.profile$/, /^status Seccomp$/],
  [/^lxc\.proc\.oom_score_adj$/, /^oom_score_adj$/],
  [/^lxc\.sysctl\.net\.ipv4\.ip_forward$/, /^ip_forward$/],
];

/** Whether an entry of the report is about what is different. */
function names({ subject, text }: Entry, { what }: Difference): boolean {
  const value = text.slice(text.indexOf('=') + 1).trim();
  if (subject === 'lxc.mount.entry' || subject === 'mount') {
    const target = `/${value.split(/[ \t]+/)[1]}`;
    const [, place = ''] = /^(?:mount|node|path) (\S+)/.exec(what) ?? [];
    return place === target || place.startsWith(`${target}/`);
  }
  if (subject === 'lxc.environment') return what === `env ${value.split('=')[0]}`;
  return subjects.some(([key, pattern]) => key.test(subject) && pattern.test(what));
}

const NAME = 'lxplain-config';

function textOf({ lines, without = [] }: ConfigCase): string {
  const all = [
    ...common.filter((line) => !without.some((key) => line.startsWith(`${key} =`))),
    ...lines,
  ];
  return `${all.join('\n')}\n`.replaceAll('FOLDER', folder);
}

async function dumpOf(given: ConfigCase, file: string, by: 'lxc' | 'lxplain'): Promise<Dump> {
  const points = ['dev', 'proc', 'sys', 'etc'];
  const output = makeDumpRoot(folder, { points, owner: given.owner ?? 0 });
  const ended = by === 'lxc' ? startWithLxc(file) : startWithLxplain(file);
  try {
    await until(() => existsSync(join(output, 'done')), `${by} has dumped`);
  } finally {
    writeFileSync(join(output, 'stop'), '');
    await ended();
  }
  const dump = new Map(readDump(output, (text) => withoutRun(text, folder)));
  const isShared = / shared:\d+ /.test(dump.get('mount /') ?? '');
  dump.set('propagation', isShared ? 'shared' : 'private');
  for (const [what, value] of dump) dump.set(what, value.replace(/ shared:\d+ /, ' '));
  return dump;
}

type Ended = () => Promise<void>;

/** Both are given one descriptor more than the three: what becomes of it is compared, too. */
function startWithLxc(file: string): Ended {
  const log = join(folder, 'log');
  rmSync(log, { force: true });
  const child = spawn('lxc-start', ['-F', '-P', folder, '-n', NAME, '-f', file, '-o', log], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, LXPLAIN_TEST_VARIABLE: 'set' },
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return async () => {
    // SIGTERM ends lxc-start and kills the container.
    const patience = setTimeout(() => child.kill('SIGTERM'), 10_000);
    const status = await exited;
    clearTimeout(patience);
    if (status !== 0) throw new Error(`lxc-start: ${status}: ${readFileSync(log, 'utf8')}`);
  };
}

function startWithLxplain(file: string): Ended {
  const { status, stdout, stderr } = spawnSync(lxplain, ['create', file], {
    encoding: 'utf8',
    timeout: HANGS_MS,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LXPLAIN_TEST_VARIABLE: 'set' },
  });
  if (status !== 0) throw new Error(stderr);
  started = stderr;
  const name = /^Domain '(.*)' created/.exec(stdout)?.[1] ?? '';
  const runs = () =>
    spawnSync(lxplain, ['list', '--name'], { encoding: 'utf8' }).stdout.split('\n').includes(name);
  return async () => {
    try {
      await until(() => !runs(), 'lxplain has ended');
    } finally {
      if (runs()) spawnSync(lxplain, ['destroy', name]);
    }
  };
}
