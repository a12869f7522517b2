import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

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

/**
 * The system calls from the start of the program to that of init, by name: the most that one process makes.
 * Not execve: strace counts its own one; not exit_group: it cannot fail.
 */
function callsOfStart(trace: string): Map<string, number> {
  const counts = new Map<string, Map<string, number>>();
  let programs = 0;
  for (const line of trace.split('\n')) {
    const [, pid = '', name = ''] = /^(\d+) +([a-z0-9_]+)\(/.exec(line) ?? [];
    if (name === 'execve') programs++;
    if (programs === 2 && name === 'execve') break;
    if (name === '' || name === 'execve' || name === 'exit_group') continue;
    const byPid = counts.get(name) ?? new Map<string, number>();
    byPid.set(pid, (byPid.get(pid) ?? 0) + 1);
    counts.set(name, byPid);
  }
  return new Map([...counts].map(([name, byPid]) => [name, Math.max(...byPid.values())]));
}

/** What a start can do without: an error of these changes nothing for the container. */
const harmless = ['ioctl'];

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
    const calls = callsOfStart(readFileSync(trace, 'utf8'));
    expect(calls.size).toBeGreaterThan(20);
    const problems: string[] = [];
    for (const [call, count] of calls) {
      for (let when = 1; when <= count; when++) {
        const started = Date.now();
        const { status, stderr } = strace('-e', `inject=${call}:error=EIO:when=${when}`);
        const ms = Date.now() - started;
        const told = /^(?:\S+:\d+:\d+: )?error: \S+: step \d+ .*: EIO\n$/.test(stderr);
        const clean = left(name).length === 0;
        const good = (status === 1 && told) || (status === 7 && harmless.includes(call));
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
