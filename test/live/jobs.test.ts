import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../tools.ts';
import {
  destroyIfThere,
  hasEnded,
  lxplain,
  programFile,
  running,
  started,
  stat,
} from './containers.ts';
import { onTerminal, type Turn } from './on-terminal.ts';

/** A compiled program as a job of a shell: the terminal belongs to the job in the foreground only. */
const missing = ['script', 'bash', 'dash'].filter(
  (tool) => spawnSync('which', [tool]).status !== 0,
);
const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : missing.length > 0
      ? ` (skipped: needs ${missing.join(', ')})`
      : '';
const names: string[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-jobs-'));
});
afterAll(() => {
  for (const name of names) destroyIfThere(name);
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): string {
  names.push(name);
  return programFile(folder, name, '/bin/sh', ['-c', script]);
}

const READS = 'echo ready; read -r line; echo "got $line"; exit 5';

const shells = [
  ['bash', 'bash --norc --noprofile --noediting -i'],
  ['dash', 'dash -i'],
] as const;

/** The prompt of the shell, which first tells its terminal. */
const onShell = (shell: string, dialogue: readonly Turn[]) =>
  onTerminal(`tty; PS1='$ ' ENV= ${shell}`, dialogue);

/** Whether the terminal edits lines and echoes: the shell's does, a raw one does neither. */
function modes(output: string): string {
  const [terminal = ''] = /\/dev\/pts\/\d+/.exec(output) ?? [];
  const text = execFileSync('stty', ['-F', terminal, '-a'], { encoding: 'utf8' });
  return (text.match(/-?\b(?:icanon|echo)\b/g) ?? []).join(' ');
}

const [COOKED, RAW] = ['icanon echo', '-icanon -echo'];

const typeWhenRaw =
  (keys: string) =>
  (output: string, type: (keys: string) => void): void => {
    void until(() => modes(output) === RAW, 'the terminal is raw').then(() => type(keys));
  };

test.skipIf(why !== '').each(shells)(
  `in the background of %s it leaves the terminal alone, and takes it when it gets it${why}`,
  async (shell, command) => {
    const name = `lxplain-jobs-background-${shell}`;
    const path = program(name, READS);
    let inBackground = '';
    const output = await onShell(command, [
      ['$ ', `${path} &\r`],
      ['ready', 'echo typed for $0\r'],
      [
        `typed for ${shell}`,
        (shown, type) => {
          inBackground = modes(shown);
          type('fg\r');
        },
      ],
      [path, typeWhenRaw('hello\r')],
      ['got hello\r\n$ ', 'echo status $?\r'],
      ['status 5', 'exit\r'],
    ]);
    expect(inBackground).toBe(COOKED);
    expect(output).toMatch(/hello\ngot hello\n[\s\S]*status 5\n/);
    expect(hasEnded(name)).toBe(true);
  },
);

test.skipIf(why !== '').each(shells)(
  `SIGTSTP stops it, and gives the terminal back to %s meanwhile${why}`,
  async (shell, command) => {
    const name = `lxplain-jobs-stopped-${shell}`;
    const path = program(name, READS);
    let stopped = '';
    const output = await onShell(command, [
      ['$ ', `${path}\r`],
      [
        'ready',
        (shown) => {
          void until(() => modes(shown) === RAW, 'the terminal is raw').then(() =>
            process.kill(running(name)!.supervisorPid, 'SIGTSTP'),
          );
        },
      ],
      [
        'Stopped',
        (shown, type) => {
          stopped = modes(shown);
          type('fg\r');
        },
      ],
      [path, typeWhenRaw('hello\r')],
      ['got hello\r\n$ ', 'echo status $?\r'],
      ['status 5', (shown, type) => type(`echo ${modes(shown)}\r`)],
      [`\n${COOKED}`, 'exit\r'],
    ]);
    expect(stopped).toBe(COOKED);
    expect(output).toMatch(/hello\ngot hello\n[\s\S]*status 5\n/);
    expect(hasEnded(name)).toBe(true);
  },
);

test.skipIf(why !== '')(
  `with its output in a file it leaves the keys to the terminal${why}`,
  async () => {
    const name = 'lxplain-jobs-file';
    const path = program(name, 'while read -r line; do echo "got $line"; done; exit 5');
    const file = join(folder, 'output');
    let whileItRuns = '';
    const run = `${path} > ${file}\r`;
    const output = await onShell('bash --norc --noprofile --noediting -i', [
      ['$ ', run],
      [
        file,
        (shown, type) => {
          void started(name).then(() => {
            whileItRuns = modes(shown);
            type('one\rtwo\r\x04');
          });
        },
      ],
      ['$ ', 'echo status $?\r'],
      ['status 5', run],
      [
        file,
        (_, type) => {
          void started(name).then(() => type('\x1a'));
        },
      ],
      ['Stopped', ''],
      ['$ ', 'fg\r'],
      [
        file,
        (_, type) => {
          const { supervisorPid } = running(name)!;
          void until(() => stat(supervisorPid).state === 'S', 'it goes on').then(() =>
            type('\x03'),
          );
        },
      ],
      ['$ ', 'echo status $?\r'],
      ['status 130', 'exit\r'],
    ]);
    expect(whileItRuns).toBe(COOKED);
    expect(output).toContain('status 5\n');
    expect(output).toContain('status 130\n');
    expect(hasEnded(name)).toBe(true);
  },
);

test.skipIf(why !== '').each([
  ['nohup', (path: string) => `nohup ${path} | cat`, 'got', ''],
  ['timeout', (path: string) => `timeout 1 ${path}`, 'status 124', ''],
  ['setsid', (path: string) => `setsid --wait ${path}`, 'status 5', 'hello\r'],
  ['a pipe', (path: string) => `${path} | head -1`, 'ready', ''],
] as const)(
  `%s before it or behind it: it ends, and the terminal is as before${why}`,
  async (what, line, end, keys) => {
    const name = `lxplain-jobs-${what.replace(' ', '-')}`;
    const path = program(name, what === 'a pipe' ? 'echo ready; exec yes' : READS);
    const before = join(folder, 'before');
    const output = await onTerminal(
      `tty; stty -g >${before}; ${line(path)}; echo status $?; stty -g`,
      keys === '' ? [] : [['ready', typeWhenRaw(keys)]],
    );
    expect(output).toContain(end);
    expect(output.endsWith(readFileSync(before, 'utf8'))).toBe(true);
    expect(hasEnded(name)).toBe(true);
  },
);

test.skipIf(why !== '')(`destroy ends a stopped job, too${why}`, async () => {
  const name = 'lxplain-jobs-destroyed';
  const path = program(name, READS);
  const output = await onShell('bash --norc --noprofile --noediting -i', [
    ['$ ', `${path}\r`],
    ['ready', () => process.kill(running(name)!.supervisorPid, 'SIGSTOP')],
    ['Stopped', `${lxplain} destroy ${name}; exit; exit\r`],
  ]);
  expect(output).toContain(`Domain '${name}' destroyed\n`);
  expect(hasEnded(name)).toBe(true);
});
