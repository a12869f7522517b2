import { spawnSync } from 'node:child_process';
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
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanName } from '../../src/state/clean.ts';
import { listRunning } from '../../src/state/running.ts';

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

test('clean undoes the journal, and removes the directories', () => {
  for (const name of ['a', 'b b']) mkdirSync(join(root, name));
  journal(`rmdir ${root}/a\nrmdir ${root}/gone\nsomething else\nrmdir ${root}/b b\n`);
  expect(cleanName(directory, 'vm1')).toEqual({
    removed: [`${root}/a`, `${root}/b b`, join(directory, 'vm1')],
    left: [],
  });
  expect(existsSync(directory)).toBe(false);
});

test('clean goes on behind what cannot be removed, and keeps the journal', () => {
  for (const name of ['a/used', 'b']) mkdirSync(join(root, name), { recursive: true });
  const text = `rmdir ${root}/a\nrmdir ${root}/b\n`;
  journal(text);
  expect(cleanName(directory, 'vm1')).toEqual({
    removed: [`${root}/b`],
    left: [{ path: `${root}/a`, code: 'ENOTEMPTY' }],
  });
  expect(readFileSync(join(directory, 'vm1/lock'), 'utf8')).toBe(text);
  expect(listRunning(directory)).toEqual([]);
});

test('no name leads out of the directory', () => {
  mkdirSync(join(root, 'victim'));
  writeFileSync(join(root, 'victim/lock'), 'precious');
  for (const name of ['../../victim', `vm1/../../../victim`, '..', '.', '', 'vm1/', 'a\0b'])
    expect(cleanName(directory, name)).toEqual({ removed: [], left: [] });
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
