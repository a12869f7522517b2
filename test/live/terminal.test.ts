import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onTerminal } from './on-terminal.ts';

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const has = (tool: string): boolean => spawnSync('which', [tool]).status === 0;
const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : has('script')
      ? ''
      : ' (skipped: needs script of bsdutils)';
const name = 'lxplain-terminal';
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-terminal-'));
  file = join(folder, 'domain.xml');
  writeFileSync(
    file,
    `<domain type='lxc'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type>exe</type>
    <init>/usr/bin/setsid</init>
    <initarg>--ctty</initarg>
    <initarg>--wait</initarg>
    <initarg>/bin/sh</initarg>
    <initarg>-c</initarg>
    <initarg>
      trap 'interrupted=yes' INT
      trap 'echo resized' WINCH
      stty size
      echo ready
      until [ -n "$interrupted" ]; do sleep 0.1; done
      echo interrupted
      stty size
      read -r line
      [ "$line" = end ]; exit 5
    </initarg>
  </os>
</domain>
`,
  );
});
afterAll(() => {
  spawnSync(lxplain, ['destroy', name]);
  rmSync(folder, { recursive: true });
});

test.skipIf(why !== '').each([
  ['a compiled program', () => join(folder, 'program')],
  ['create --console', () => `${lxplain} create ${file} --console`],
])(`%s has the terminal, its size and its keys, and gives it back${why}`, async (_, command) => {
  execFileSync(lxplain, ['compile', file, '-o', join(folder, 'program')]);
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const output = await onTerminal(
    `stty -g > ${before}; ${command()}; echo status $?; stty -g > ${after}`,
    [
      ['ready\r\n', '\x03'],
      ['interrupted\r\n33 101\r\n', 'end\r'],
    ],
  );
  expect(output).toContain('33 101\nready\n');
  expect(output).toContain('interrupted\n');
  expect(output).toMatch(/end\nstatus 5\n$/);
  expect(readFileSync(after, 'utf8')).toBe(readFileSync(before, 'utf8'));
});

test.skipIf(why !== '').each([
  ['a compiled program', () => join(folder, 'program')],
  ['create --console', () => `${lxplain} create ${file} --console`],
])(`%s hands on a new size of its terminal${why}`, async (_, command) => {
  execFileSync(lxplain, ['compile', file, '-o', join(folder, 'program')]);
  const resize = (shown: string) => {
    const [terminal = ''] = /\/dev\/pts\/\d+/.exec(shown) ?? [];
    execFileSync('stty', ['-F', terminal, 'rows', '44', 'cols', '55']);
  };
  const output = await onTerminal(`tty; ${command()}`, [
    ['ready', resize],
    ['resized', '\x03'],
    ['44 55', 'end\r'],
  ]);
  expect(output).toMatch(/44 55\nend\n$/);
});

test.skipIf(why !== '')(`^] leaves the console, and the container goes on${why}`, async () => {
  const output = await onTerminal(
    `${lxplain} create ${file} --console; echo status $?; ${lxplain} list --name`,
    [['ready\r\n', '\x1d']],
  );
  expect(output).toContain('Escape character is ^] (Ctrl + ])\n33 101\nready\n');
  expect(output).toContain(`status 0\n${name}\n`);
  expect(spawnSync(lxplain, ['destroy', name]).status).toBe(0);
});

test.skipIf(why !== '')(`^] leaves a shell that would end with its input${why}`, async () => {
  const shell = join(folder, 'shell.xml');
  writeFileSync(
    shell,
    readFileSync(file, 'utf8')
      .replaceAll(/ *<initarg>.*<\/initarg>\n/gs, '')
      .replace('/usr/bin/setsid', '/bin/sh'),
  );
  const output = await onTerminal(
    `${lxplain} create ${shell} --console; sleep 0.5; ${lxplain} list --name`,
    [['# ', '\x1d']],
  );
  expect(output).toMatch(new RegExp(`# \nDomain '${name}' goes on: .*\n(?:.+\n)*${name}\n`));
  expect(spawnSync(lxplain, ['destroy', name]).status).toBe(0);
});
