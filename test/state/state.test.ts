import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanName } from '../../src/state/clean.ts';
import { livesOf } from '../../src/state/lives.ts';
import { untrusted } from '../../src/state/place.ts';
import { listLeftovers, listRunning } from '../../src/state/running.ts';

const repository = join(import.meta.dirname, '../..');
let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lxplain-state-'));
  directory = join(root, 'run/lxplain');
  mkdirSync(join(directory, 'vm1'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const journal = (text: string) => writeFileSync(join(directory, 'vm1/lock'), text);

/** Folders of the test stand for control groups. */
const isGroup = () => true;
const clean = (name = 'vm1') => cleanName(directory, name, isGroup);
const nothing = { removed: [], ended: [], left: [], odd: [] };
const group = (above: string): string => join(root, above, 'lxplain-vm1');

test('clean undoes the journal, and removes the directories', () => {
  for (const above of ['a', 'b b']) mkdirSync(group(above), { recursive: true });
  journal(`\nrmdir ${group('a')}\nrmdir ${group('gone')}\n\nrmdir ${group('b b')}\n`);
  expect(clean()).toEqual({
    ...nothing,
    removed: [group('a'), group('b b'), join(directory, 'vm1')],
  });
  expect(existsSync(directory)).toBe(false);
});

test('what is noted of its lives goes with the state', () => {
  journal(`rmdir ${group('a')}\n`);
  writeFileSync(join(directory, 'vm1/life'), 'lives          3\nstatus       256\n');
  expect(livesOf(directory, 'vm1')).toMatchObject({ restarts: 3, lastEnd: 'status 1' });
  expect(clean()).toEqual({ ...nothing, removed: [join(directory, 'vm1')] });
});

test.each([
  ['status       1', 'reboot'],
  ['status       2', 'poweroff'],
  ['status      11', 'SIGSEGV'],
  ['status   32512', 'status 127'],
])('the end %j is told as %s', (status, end) => {
  journal('');
  writeFileSync(join(directory, 'vm1/life'), `lives          1\n${status}\n`);
  expect(livesOf(directory, 'vm1')?.lastEnd).toBe(end);
});

test('of lives that nobody has noted nothing is told', () => {
  journal('');
  for (const text of ['', 'lives 1\n', 'lives x\nstatus 1\n']) {
    writeFileSync(join(directory, 'vm1/life'), text);
    expect(livesOf(directory, 'vm1')).toBeUndefined();
  }
  expect(livesOf(directory, '../vm1')).toBeUndefined();
});

test('groups in a group go with it', () => {
  mkdirSync(join(group('a'), 'b/c'), { recursive: true });
  mkdirSync(join(group('a'), 'd'));
  journal(`rmdir ${group('a')}\n`);
  expect(clean().removed).toEqual([group('a'), join(directory, 'vm1')]);
  expect(existsSync(group('a'))).toBe(false);
});

test('clean goes on behind what cannot be removed, and keeps the journal', () => {
  for (const above of ['a', 'b']) mkdirSync(group(above), { recursive: true });
  writeFileSync(join(group('a'), 'file'), '');
  const text = `rmdir ${group('a')}\nrmdir ${group('b')}\n`;
  journal(text);
  expect(clean()).toEqual({
    ...nothing,
    removed: [group('b')],
    left: [{ path: group('a'), code: 'ENOTEMPTY' }],
  });
  expect(readFileSync(join(directory, 'vm1/lock'), 'utf8')).toBe(text);
  expect(listRunning(directory)).toEqual([]);
});

test.each([
  ['another directory', () => 'rmdir /etc'],
  ['a group of another name', () => `rmdir ${root}/a/lxplain-vm2`],
  ['a path that leads elsewhere', () => `rmdir ${root}/a/../a/lxplain-vm1`],
  ['a relative path', () => 'rmdir lxplain-vm1'],
  ['an unknown word', () => `rm ${group('a')}`],
  ['nothing to undo', () => 'hello'],
])('a line of the journal with %s is told, and everything stays', (_, make) => {
  mkdirSync(group('a'), { recursive: true });
  mkdirSync(join(root, 'a/lxplain-vm2'));
  const line = make();
  journal(`${line}\n`);
  const file = join(directory, 'vm1/lock');
  expect(clean()).toEqual({
    ...nothing,
    odd: [{ path: file, what: 'a journal with a foreign line', line }],
  });
  expect(existsSync(group('a')) && existsSync(join(root, 'a/lxplain-vm2'))).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(`${line}\n`);
});

test('what is no control group is not removed, whatever it is called', () => {
  mkdirSync(group('a'), { recursive: true });
  mkdirSync(join(root, 'b'));
  symlinkSync('../a/lxplain-vm1', join(root, 'b/lxplain-vm1'));
  journal(`rmdir ${group('a')}\nrmdir ${group('b')}\n`);
  const { odd, removed } = cleanName(directory, 'vm1');
  expect(odd.map(({ line }) => line)).toEqual([`rmdir ${group('a')}`, `rmdir ${group('b')}`]);
  expect(removed).toEqual([]);
  expect(existsSync(group('a'))).toBe(true);
});

test('a journal that was cut off while it was written: nothing had been done by then', () => {
  mkdirSync(group('a'), { recursive: true });
  journal(`rmdir ${group('a')}\nrmdir ${root}/b/lxp`);
  expect(clean()).toEqual({ ...nothing, removed: [group('a'), join(directory, 'vm1')] });
});

test('a directory without a lock is removed', () => {
  expect(clean()).toEqual({ ...nothing, removed: [join(directory, 'vm1')] });
  expect(existsSync(directory)).toBe(false);
});

test.each<readonly [what: string, make: (path: string) => void, where: string, told: string]>([
  ['a file in place of the directory', (path) => writeFileSync(path, ''), 'vm2', 'no directory'],
  ['a link in place of the directory', (path) => symlinkSync('vm1', path), 'vm2', 'no directory'],
  ['a link in place of the lock', (path) => symlinkSync('../victim', path), 'vm1/lock', 'no file'],
  ['a directory in place of the lock', (path) => mkdirSync(path), 'vm1/lock', 'no file'],
  ['a FIFO in place of the lock', (path) => execFileSync('mkfifo', [path]), 'vm1/lock', 'no file'],
])('%s is told, and stays', (_, make, where, what) => {
  const victim = join(directory, 'victim');
  writeFileSync(victim, `rmdir ${root}/a\n`);
  const path = join(directory, where);
  make(path);
  expect(clean(where.slice(0, 3))).toEqual({ ...nothing, odd: [{ path, what }] });
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeDefined();
  expect(readFileSync(victim, 'utf8')).toBe(`rmdir ${root}/a\n`);
  expect(listRunning(directory)).toEqual([]);
});

test('a foreign file in the directory is told, and stays', () => {
  journal('');
  writeFileSync(join(directory, 'vm1/precious'), '');
  expect(clean()).toEqual({
    ...nothing,
    left: [{ path: join(directory, 'vm1'), code: 'ENOTEMPTY' }],
  });
  expect(existsSync(join(directory, 'vm1/precious'))).toBe(true);
});

test('what is left is listed', async () => {
  journal('');
  mkdirSync(join(directory, 'vm2'));
  writeFileSync(join(directory, 'vm3'), '');
  expect(await listLeftovers(directory)).toEqual(['vm1', 'vm2', 'vm3']);
});

test.each([
  [0o700, undefined],
  [0o755, undefined],
  [0o777, 'a directory that others can write'],
  [0o770, 'a directory that others can write'],
])('a runtime directory of mode %o', (mode, what) => {
  chmodSync(directory, mode);
  expect(untrusted(directory)?.what).toBe(what);
});

test('a runtime directory that is none', () => {
  const link = join(root, 'link');
  symlinkSync(directory, link);
  expect(untrusted(link)?.what).toBe('no directory');
  expect(untrusted(join(root, 'missing'))).toBeUndefined();
});

test('no name leads out of the directory', () => {
  mkdirSync(join(root, 'victim'));
  writeFileSync(join(root, 'victim/lock'), 'precious');
  for (const name of ['../../victim', `vm1/../../../victim`, '..', '.', '', 'vm1/', 'a\0b'])
    expect(clean(name)).toEqual(nothing);
  expect(readFileSync(join(root, 'victim/lock'), 'utf8')).toBe('precious');
});

const nobody = { uid: 65534, gid: 65534 };
const readable =
  process.getuid?.() === 0 &&
  spawnSync('test', ['-r', join(repository, 'bin/lxplain')], nobody).status === 0;

test.skipIf(!readable)(
  `who may not see what runs is told so${readable ? '' : ' (skipped: needs root, and a checkout that others can read)'}`,
  () => {
    journal('');
    chmodSync(root, 0o755);
    chmodSync(directory, 0o700);
    for (const command of [['list'], ['clean'], ['destroy', 'vm1'], ['dumpxml', 'vm1']]) {
      const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), command, {
        encoding: 'utf8',
        env: { ...process.env, LXPLAIN_ROOT: root },
        ...nobody,
      });
      expect(stderr).toMatch(/^error: cannot read '\S+': EACCES \[file\/unreadable\]\n$/);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    }
  },
);
