import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findRunning } from '../../src/state/running.ts';
import { HANGS_MS, until } from '../tools.ts';

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const busybox = '/bin/busybox';
const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : existsSync(busybox)
      ? ''
      : ' (skipped: needs busybox-static)';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-lifecycle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A domain on the host's root whose init notes each life in a file, and then does what stands in `script`. */
function domain(name: string, events: string, script: string): { file: string; lives(): number } {
  const [file, lives] = [join(folder, `${name}.xml`), join(folder, `${name}.lives`)];
  writeFileSync(
    file,
    `<domain type='lxc'>
  <name>lxplain-${name}</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type>exe</type>
    <init>/bin/busybox</init>
    <initarg>sh</initarg>
    <initarg>-c</initarg>
    <initarg>echo >>${lives}; life=$(/bin/busybox wc -l &lt;${lives}); ${script}</initarg>
  </os>
  ${events}
</domain>
`,
  );
  return { file, lives: () => (existsSync(lives) ? readFileSync(lives, 'utf8').length : 0) };
}

const run = (command: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
  });
  return { status, stderr };
};

const restart = (event: string) => `<on_${event}>restart</on_${event}>`;
const reboot = `${busybox} reboot -f; ${busybox} sleep 9`;
const poweroff = `${busybox} poweroff -f; ${busybox} sleep 9`;

/** What the first life ends with; every later one ends with exit status 5, a crash. */
test.skipIf(why !== '').each([
  ['exit-0', restart('poweroff'), 'exit 0', 2],
  ['exit-0-by-default', '', 'exit 0', 1],
  ['exit-0-if-crash', restart('crash'), 'exit 0', 1],
  ['poweroff', restart('poweroff'), poweroff, 2],
  ['poweroff-by-default', '', poweroff, 1],
  ['reboot-by-default', '', reboot, 2],
  ['reboot-destroy', '<on_reboot>destroy</on_reboot>', reboot, 1],
  ['exit-3-if-poweroff', restart('poweroff'), 'exit 3', 1],
  ['exit-3-by-default', '', 'exit 3', 1],
] as const)(`%s: the container has its number of lives${why}`, (name, events, end, expected) => {
  const { file, lives } = domain(name, events, `[ $life = 1 ] &amp;&amp; { ${end}; }; exit 5`);
  const program = join(folder, name);
  expect(run(lxplain, 'compile', file, '-o', program)).toEqual({ status: 0, stderr: '' });
  const status = run(program).status;
  expect(lives()).toBe(expected);
  if (expected === 2) expect(status).toBe(5);
});

test.skipIf(why !== '')(
  `an init that is killed has crashed, and destroy ends the next life${why}`,
  async () => {
    const { file, lives } = domain('killed', restart('crash'), `${busybox} sleep 1000`);
    expect(run(lxplain, 'create', file).status).toBe(0);
    await until(() => lives() === 1, 'life 1');
    const init = findRunning('/run/lxplain', 'lxplain-killed')?.initPid;
    process.kill(init ?? 0, 'SIGKILL');
    await until(() => lives() === 2, 'life 2');
    expect(run(lxplain, 'destroy', 'lxplain-killed').status).toBe(0);
    expect(existsSync('/run/lxplain/lxplain-killed')).toBe(false);
    expect(lives()).toBe(2);
  },
);

test.skipIf(why !== '')(`destroy ends a container between two lives${why}`, async () => {
  const { file, lives } = domain('again', restart('poweroff'), 'exit 0');
  expect(run(lxplain, 'create', file).status).toBe(0);
  await until(() => lives() >= 2, 'life 2');
  expect(run(lxplain, 'destroy', 'lxplain-again').status).toBe(0);
  const before = lives();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(lives()).toBe(before);
  expect(existsSync('/run/lxplain/lxplain-again')).toBe(false);
});
