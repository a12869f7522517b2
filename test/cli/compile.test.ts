import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';

const repository = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-compile-'));
  copyFileSync(join(repository, 'examples/hello.xml'), join(folder, 'hello.xml'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lxplain = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: HANGS_MS,
  });
  return { status, stdout, stderr };
};
const compile = (output: string) =>
  lxplain(
    'compile',
    'hello.xml',
    '-o',
    output,
    '--facts',
    join(repository, 'golden/facts/hybrid.json'),
  );
const done = { status: 0, stdout: '', stderr: '' };

test('a program takes the place of a file, and can be executed', () => {
  writeFileSync(join(folder, 'old'), '');
  chmodSync(join(folder, 'old'), 0o600);
  linkSync(join(folder, 'old'), join(folder, 'held')); // as a program that runs holds its file
  symlinkSync('old', join(folder, 'link'));
  expect(compile('link')).toEqual(done);
  expect(statSync(join(folder, 'link')).mode & 0o100).toBe(0o100);
  expect(readFileSync(join(folder, 'held'), 'utf8')).toBe('');
  expect(lxplain('inspect', 'old').stdout).toContain('hello: ');
  expect(readdirSync(folder).sort()).toEqual(['held', 'hello.xml', 'link', 'old']);
});

test.each([
  ['no/such/folder', "cannot write 'no/such/folder': ENOENT [file/unwritable]"],
  ['.', "cannot write '.': EISDIR [file/unwritable]"],
  ['./hello.xml', "'./hello.xml' is the input: the program would replace it [cli/output-is-input]"],
])('no program in %s', (output, message) => {
  expect(compile(output)).toEqual({ status: 1, stdout: '', stderr: `error: ${message}\n` });
  expect(readdirSync(folder)).toEqual(['hello.xml']);
});

test('inspect: what is no program, or a part of one, is told', () => {
  expect(compile('whole')).toEqual(done);
  const whole = readFileSync(join(folder, 'whole'));
  writeFileSync(join(folder, 'part'), whole.subarray(0, whole.length - 100));
  const none = (message: string) => ({ status: 1, stdout: '', stderr: `error: ${message}\n` });
  expect(lxplain('inspect', '--code', 'part')).toEqual(
    none("'part' is not a whole program that lxplain compiled [program/not-ours]"),
  );
  expect(lxplain('inspect', 'hello.xml')).toEqual(
    none(
      "'hello.xml' is domain XML: expected a program that lxplain compiled [cli/wrong-file]\n" +
        "  help: use 'lxplain plan hello.xml'",
    ),
  );
  expect(lxplain('inspect', '/dev/zero')).toEqual(
    none("'/dev/zero' is not a regular file [file/not-regular]"),
  );
});
