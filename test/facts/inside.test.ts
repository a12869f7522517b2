import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WantedInside } from '../../src/facts/facts.ts';
import { lookInside } from '../../src/facts/probe/inside.ts';
import { elfProgram } from './elf.ts';

let folder: string;
let root: string;
let other: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-inside-'));
  [root, other] = [join(folder, 'root'), join(folder, 'other')];
  for (const path of ['etc', 'usr/bin', 'lib', 'proc', 'srv']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  mkdirSync(join(other, 'bin'), { recursive: true });
  write('etc/hosts', 'hosts');
  write('start.sh', '#! /bin/sh -e\n');
  write('usr/bin/sh', elfProgram({ machine: 62, interpreter: '/lib/ld.so' }));
  symlinkSync('usr/bin', join(root, 'bin'));
  symlinkSync('/', join(root, 'srv/up'));
  symlinkSync('../../../../../etc/hosts', join(root, 'srv/out'));
  symlinkSync(join(folder, 'secret'), join(root, 'srv/absolute'));
  symlinkSync('loop', join(root, 'srv/loop'));
  symlinkSync('/opt/tool', join(root, 'srv/tool'));
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(other, 'tool'), elfProgram({ machine: 183 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string | Uint8Array): void {
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), 0o755);
}

const look = (wanted: Partial<WantedInside>) =>
  lookInside({ root, mounts: [], paths: [], points: [], programs: [], ...wanted });

test.each([
  ['/etc/hosts', 'file'],
  ['//etc/./hosts', 'file'],
  ['/etc', 'directory'],
  ['/bin/sh', 'file'],
  ['/srv/up/etc/hosts', 'file'],
  ['/srv/out', 'file'],
  ['/../../etc', 'directory'],
  ['/etc/passwd', 'missing'],
  ['/srv/absolute', 'missing'],
  ['/srv/loop', 'missing'],
])('%s is a %s, and no link leads out', (path, kind) => {
  expect(look({ paths: [path] })[path]).toMatchObject({ kind });
});

test('what is no directory on the way is named', () => {
  expect(look({ points: ['/etc/hosts/a/b'] })).toEqual({
    '/etc/hosts/a/b': { kind: 'missing', below: '/etc/hosts' },
  });
});

test('the lines of a list, and none of a directory or of what leads out', () => {
  write('etc/securetty', '# of the machine\n\n console \ntty1');
  expect(look({ lists: ['/etc/securetty', '/etc', '/srv/absolute'] })).toMatchObject({
    '/etc/securetty': { kind: 'file', lines: ['console', 'tty1'] },
    '/etc': expect.not.objectContaining({ lines: expect.anything() }),
    '/srv/absolute': { kind: 'missing' },
  });
});

test('a program, and all that executes it', () => {
  const found = look({ programs: ['/start.sh'] });
  expect(Object.keys(found)).toEqual(['/start.sh', '/bin/sh', '/lib/ld.so']);
  expect(found).toMatchObject({
    '/start.sh': { mode: '0755', program: { format: 'script', interpreter: '/bin/sh' } },
    '/bin/sh': { program: { format: 'elf', arch: 'x86_64', interpreter: '/lib/ld.so' } },
    '/lib/ld.so': { kind: 'missing' },
  });
});

test('what is mounted counts, a link into it too; its own place does not', () => {
  const mounts = [{ target: '/opt', source: other }];
  expect(look({ mounts, paths: ['/opt/bin'], programs: ['/srv/tool'] })).toMatchObject({
    '/opt/bin': { kind: 'directory' },
    '/srv/tool': { kind: 'file', program: { format: 'elf', arch: 'aarch64' } },
  });
  expect(look({ mounts, points: ['/opt', '/opt/bin'] })).toMatchObject({
    '/opt': { kind: 'missing' },
    '/opt/bin': { kind: 'directory' },
  });
});

test('of what a mount without a known source has nothing is said', () => {
  const mounts = [{ target: '/proc' }, { target: '/opt', source: join(folder, 'missing') }];
  expect(look({ mounts, paths: ['/proc/self', '/opt/x'], points: ['/proc/x'] })).toEqual({});
});

test('nothing is said of a root that is not there', () => {
  expect(look({ root: join(folder, 'missing'), paths: ['/etc'] })).toEqual({});
});

test('a FIFO is not waited for', () => {
  execFileSync('mkfifo', [join(root, 'srv/fifo')]);
  expect(look({ programs: ['/srv/fifo'] })).toMatchObject({ '/srv/fifo': { kind: 'fifo' } });
});
