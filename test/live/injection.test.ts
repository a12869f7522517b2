import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTrace, type Traced } from './trace.ts';

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const has = (tool: string): boolean => spawnSync('which', [tool]).status === 0;
const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : has('strace')
      ? ''
      : ' (skipped: needs strace)';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-inject-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const idmap = `<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>`;

const xml = (name: string, more: string) => `<domain type='lxc'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type>exe</type>
    <init>/bin/sh</init>
    <initarg>-c</initarg>
    <initarg>exit 7</initarg>
  </os>
  ${more}
  <features><privnet/></features>
</domain>
`;

/** What the supervisor and init do from the start of the program to that of the container's. */
interface Start {
  /** By whom ever, before it. */
  readonly before: readonly Traced[];
  readonly supervisor: readonly Traced[];
  readonly init: readonly Traced[];
}

const INIT = '"/bin/sh"';

/** `argv0`: what tells the execution of the program from the others in the trace. */
function startIn(trace: string, argv0: string): Start {
  const calls = readTrace(trace);
  const begin = calls.findIndex(
    ({ name, args }) => name === 'execve' && args[1] === `["${argv0}"]`,
  );
  const end = calls.findIndex(({ name, args }) => name === 'execve' && args[0] === INIT);
  const [supervisor, init] = [calls[begin]?.pid, calls[end]?.pid];
  const between = calls.slice(begin + 1, end);
  const relay = between.findIndex(({ pid, name }) => pid === supervisor && name === 'ppoll');
  return {
    before: calls.slice(0, begin),
    // A supervisor that does not sleep until init is executed may be traced relaying before that.
    supervisor: between
      .slice(0, relay < 0 ? undefined : relay)
      .filter(({ pid }) => pid === supervisor),
    init: between.filter(({ pid }) => pid === init),
  };
}

const named = (calls: readonly Traced[], name: string) =>
  calls.filter((call) => call.name === name);

/** How often a call can be made to fail: the count is that of each process. */
function calls({ supervisor, init }: Start): Map<string, number> {
  const names = new Set([...supervisor, ...init].map(({ name }) => name));
  names.delete('exit_group'); // it cannot fail
  return new Map(
    [...names].map((name) => [
      name,
      Math.max(named(supervisor, name).length, named(init, name).length),
    ]),
  );
}

/** Whether standard input is a terminal, and how large: a start goes on whatever the answer is. */
const probes = ['TCGETS', 'TIOCGWINSZ'];

/** Whether all that fails is a question of which any answer will do. */
const harmless = ({ supervisor, init }: Start, name: string, when: number): boolean =>
  [supervisor, init]
    .map((process) => named(process, name)[when - 1])
    .every((call) => call === undefined || probes.includes(call.args[1] ?? ''));

const left = (name: string): string[] => {
  const paths = [
    `/run/lxplain/${name}`,
    ...['memory', 'devices', 'unified'].map((group) => `/sys/fs/cgroup/${group}/lxplain-${name}`),
    `/sys/fs/cgroup/lxplain-${name}`,
  ];
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').includes(name) ? ['a mount'] : [];
  return [...paths.filter((path) => existsSync(path)), ...mounts];
};

test.skipIf(why !== '').each([
  ['plain', ''],
  ['idmap', idmap],
])(
  `%s: whatever call of the start fails, the step is named and nothing is left${why}`,
  (kind, more) => {
    const name = `lxplain-inject-${kind}`;
    const file = join(folder, `${kind}.xml`);
    const program = join(folder, kind);
    const trace = join(folder, `${kind}.trace`);
    writeFileSync(file, xml(name, more));
    execFileSync(lxplain, ['compile', file, '-o', program]);
    const strace = (...options: string[]) =>
      spawnSync('strace', ['-f', '-o', trace, ...options, program], {
        encoding: 'utf8',
        input: '',
        timeout: 10_000,
      });
    expect(strace().status).toBe(7);
    const start = startIn(readFileSync(trace, 'utf8'), program);
    expect(calls(start).size).toBeGreaterThan(20);
    const problems: string[] = [];
    for (const [call, count] of calls(start)) {
      for (let when = 1; when <= count; when++) {
        const started = Date.now();
        const { status, stderr } = strace('-e', `inject=${call}:error=EIO:when=${when}`);
        const ms = Date.now() - started;
        const told = /^(?:\S+:\d+:\d+: )?error: \S+: step \d+ .*: EIO\n$/.test(stderr);
        const clean = left(name).length === 0;
        const good = harmless(start, call, when) ? status === 7 : status === 1 && told;
        if (good && clean && ms < 2000) continue;
        problems.push(
          `${call} ${when}: status ${status}, ${ms} ms, ${stderr.trim()}, left: ${left(name).join(' ')}`,
        );
        for (const path of left(name)) spawnSync('rm', ['-rf', path]);
      }
    }
    expect(problems).toEqual([]);
  },
  600_000,
);

test.skipIf(why !== '')(
  `create: whatever kind of call fails, its step and its line are named and nothing is left${why}`,
  () => {
    const name = 'lxplain-inject-create';
    const file = join(folder, 'create.xml');
    const trace = join(folder, 'create.trace');
    writeFileSync(file, xml(name, idmap));
    const create = (...options: string[]) =>
      spawnSync('strace', ['-f', '-o', trace, ...options, lxplain, 'create', file], {
        encoding: 'utf8',
        input: '',
        timeout: 10_000,
      });
    expect(create().status).toBe(0);
    const start = startIn(readFileSync(trace, 'utf8'), 'lxplain');
    // What Node and the launcher do too cannot be made to fail in the program alone.
    const ofNode = new Set(start.before.map((call) => call.name));
    const own = [...calls(start)].filter(([call]) => !ofNode.has(call));
    expect(own.length).toBeGreaterThan(15);
    const steps = JSON.parse(
      execFileSync(lxplain, ['plan', file, '--json'], { encoding: 'utf8' }),
    ).steps;
    const lost = create('-e', 'inject=setsid:error=EIO');
    expect({ ...lost, left: left(name) }).toMatchObject({ status: 1, stdout: '', left: [] });
    expect(lost.stderr).toMatch(/^error: .*posix_spawn: EIO .* \[start\/not-run\]\n$/);
    for (const [call, count] of own) {
      for (const when of new Set([1, count])) {
        const { status, stdout, stderr } = create('-e', `inject=${call}:error=EIO:when=${when}`);
        const [, step = ''] = /error: lxplain-inject-create: step (\d+) .*: EIO/.exec(stderr) ?? [];
        const { origin } = steps[Number(step) - 1] ?? {};
        const at = origin?.line === undefined ? '' : `${file}:${origin.line}:${origin.column}: `;
        const problem = `${call} ${when}: ${stderr}`;
        expect(origin, problem).toBeDefined();
        expect(stderr.startsWith(`${at}error: `), problem).toBe(true);
        expect({ status, stdout, left: left(name) }, problem).toEqual({
          status: 1,
          stdout: '',
          left: [],
        });
      }
    }
  },
  120_000,
);

test.skipIf(why !== '')(
  `a group that cannot be removed is reported, and clean finds it in the journal${why}`,
  () => {
    const name = 'lxplain-inject-left';
    const file = join(folder, 'left.xml');
    const program = join(folder, 'left');
    writeFileSync(file, xml(name, ''));
    execFileSync(lxplain, ['compile', file, '-o', program]);
    const run = spawnSync(
      'strace',
      ['-f', '-o', '/dev/null', '-e', 'inject=unlinkat:error=EBUSY', program],
      {
        encoding: 'utf8',
        input: '',
      },
    );
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(
      /^error: lxplain-inject-left: step \d+ cgroup\.remove \S+: EBUSY\n$/,
    );
    expect(left(name).length).toBeGreaterThan(1);
    execFileSync(lxplain, ['clean', name]);
    expect(left(name)).toEqual([]);
  },
);
