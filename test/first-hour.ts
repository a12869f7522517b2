import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/*
 * The first hour of a new user: golden/first-hour/*.txt have one case for each sentence about the product, with the
 * command, standard output (`| `), standard error (`! `) and the exit status, if it is not 0. `@ terminal 80` runs it on
 * a pseudo-terminal of so many columns, where both streams are one; `@ root` starts containers.
 */
const repository = join(import.meta.dirname, '..');
const sessions = join(repository, 'golden/first-hour');

/** A case as it stands in its file: what heads it, and what is expected. */
interface Case {
  readonly head: readonly string[];
  readonly expected: readonly string[];
}

/** Every case starts with `# `, the sentence; the blank line before it belongs to none. */
const casesOf = (text: string): readonly Case[] =>
  text
    .split(/^(?=# )/m)
    .map((block) => block.trimEnd().split('\n'))
    .map((lines) => ({
      head: lines.filter((line) => /^[#@$] /.test(line)),
      expected: lines.filter((line) => !/^[#@$] /.test(line)),
    }));

const marked = ({ head }: Case, mark: string): string | undefined =>
  head.find((line) => line.startsWith(`${mark} `))?.slice(mark.length + 1);

/** The answer to a case, in a folder of its own. */
function run(each: Case): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-first-hour-'));
  try {
    cpSync(join(sessions, 'files'), folder, { recursive: true });
    cpSync(join(repository, 'golden/facts/hybrid.json'), join(folder, 'facts.json'));
    mkdirSync(join(folder, 'run'));
    return runIn(folder, each);
  } finally {
    if (startsContainers(each)) destroyAll(folder);
    rmSync(folder, { recursive: true });
  }
}

/** What should not have started, or did not end, outlives no test. */
function destroyAll(folder: string): void {
  const state = join(folder, 'run/lxplain');
  for (const name of existsSync(state) ? readdirSync(state) : []) {
    spawnSync(join(repository, 'bin/lxplain'), ['destroy', name], {
      env: { ...process.env, LXPLAIN_ROOT: folder },
    });
  }
}

function runIn(folder: string, each: Case): readonly string[] {
  const { NO_COLOR: _, ...environment } = process.env;
  const columns = marked(each, '@ terminal');
  const command = marked(each, '$') ?? '';
  const script =
    columns === undefined
      ? command
      : `script -qec ${quoted(`stty rows 24 cols ${columns}; ${command}`)} /dev/null`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail\n${script}`], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...environment,
      PATH: `${join(repository, 'bin')}:${process.env.PATH}`,
      TERM: 'xterm',
      SHELL: '/bin/bash',
      LXPLAIN_ROOT: folder,
    },
  });
  return [
    ...prefixed('|', stdout.replaceAll(folder, '…')),
    ...prefixed('!', stderr.replaceAll(folder, '…')),
    ...(status === 0 ? [] : [`[${status}]`]),
  ];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Each line with its mark; what is different on each machine and cannot be printed is written out. */
function prefixed(mark: string, text: string): string[] {
  if (text === '') return [];
  const shown = text
    .replaceAll('\x1b', '␛')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '␍')
    .replaceAll('\x07', '␇');
  const lines = shown.replace(/\n$/, '').split('\n');
  const last = shown.endsWith('\n') ? [] : ['\\ no line end'];
  return [...lines.map((line) => `${mark} ${line}`.trimEnd()), ...last];
}

const hasScript = spawnSync('script', ['--version']).status === 0;
const isRoot = process.geteuid?.() === 0;

/** Why a case cannot run here. */
function reason(each: Case): string | undefined {
  if (marked(each, '@ terminal') !== undefined && !hasScript) return 'no script(1)';
  return startsContainers(each) && !isRoot ? 'needs root' : undefined;
}

const startsContainers = (each: Case): boolean => each.head.includes('@ root');

/** Runs the cases that start containers, or the others, and expects of them what their files say. */
export function playFirstHour(which: 'containers' | 'others'): void {
  for (const file of readdirSync(sessions).filter((name) => name.endsWith('.txt'))) {
    const path = join(sessions, file);
    const cases = casesOf(readFileSync(path, 'utf8'));
    const isPlayed = (each: Case) => startsContainers(each) === (which === 'containers');
    if (!cases.some(isPlayed)) continue;
    const reasons = new Set(cases.filter(isPlayed).flatMap((each) => reason(each) ?? []));
    const skips = reasons.size === 0 ? '' : ` (not all cases: ${[...reasons].join(', ')})`;
    test(`${file}${skips}`, { timeout: 300_000 }, async () => {
      const blocks = cases.map((each) => {
        const answer = isPlayed(each) && reason(each) === undefined ? run(each) : each.expected;
        return [...each.head, ...answer].join('\n');
      });
      await expect(`${blocks.join('\n\n')}\n`).toMatchFileSnapshot(path);
    });
  }
}
