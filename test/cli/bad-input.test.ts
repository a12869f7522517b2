import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-cli-'));
  execFileSync('mkfifo', [join(folder, 'fifo.xml')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), args, {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
};

const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const good = (name: string, init = '/bin/sh', arch = '') =>
  `<domain type='lxc'><name>${name}</name><memory>65536</memory><os><type${arch}>exe</type><init>${init}</init></os></domain>`;

test.each([
  ['missing.xml', undefined, 'file/unreadable'],
  ['', undefined, 'file/not-regular'],
  ['fifo.xml', undefined, 'file/not-regular'],
  ['garbage.xml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0]), 'file/not-utf8'],
  ['nul.xml', '<domain>\0</domain>', 'xml/not-text'],
  ['large.xml', Buffer.alloc(5 * 1024 * 1024, 32), 'file/too-large'],
  ['empty.xml', '', 'xml/'],
  ['truncated.xml', good('x').slice(0, 60), 'xml/not-well-formed'],
  ['two-roots.xml', `${good('x')}${good('x')}`, 'xml/not-well-formed'],
  ['deep.xml', `${'<a>'.repeat(100_000)}`, 'xml/too-deep'],
  ['doctype.xml', `<!DOCTYPE domain SYSTEM '/dev/zero'>${good('x')}`, 'xml/doctype'],
  ['root.xml', '<network/>', 'xml/wrong-root'],
  ['no-name.xml', good('x').replace('<name>x</name>', ''), 'name/missing'],
  ['slash.xml', good('a/b'), 'name/not-a-file-name'],
  ['init.xml', good('x', '/no/such/init'), 'init/not-in-root'],
  ['arch.xml', good('x', '/bin/sh', " arch='s390x'"), 'host/other-arch'],
] as const)('%s: one clear diagnostic, status 1, nothing on stdout', (name, content, code) => {
  const path = content === undefined ? join(folder, name) : write(name, content);
  for (const command of ['plan', 'create'] as const) {
    const { status, stdout, stderr } = lxplain(command, path);
    expect(stderr).toContain(`[${code}`);
    expect(stderr).toMatch(/error: /);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  }
});

test('a kernel that is too old is named', () => {
  const facts = JSON.parse(lxplain('facts').stdout);
  const old = { ...facts, kernel: { release: '5.10.0', major: 5, minor: 10 } };
  const path = write('old.json', JSON.stringify(old));
  const { status, stderr } = lxplain('plan', write('old.xml', good('x')), '--facts', path);
  expect(stderr).toContain(
    'kernel 5.10.0 is too old: expected 5.12 or later [host/kernel-too-old]',
  );
  expect(status).toBe(1);
});

const nobody = { uid: 65534, gid: 65534 };
const readable =
  process.getuid?.() === 0 &&
  spawnSync('test', ['-r', join(repository, 'bin/lxplain')], nobody).status === 0;

test.skipIf(!readable)(
  `not root: no container${readable ? '' : ' (skipped: needs root, and a checkout that others can read)'}`,
  () => {
    const { status, stderr } = spawnSync(
      join(repository, 'bin/lxplain'),
      ['create', join(folder, 'any.xml')],
      { encoding: 'utf8', ...nobody },
    );
    expect(stderr).toContain('[host/not-root]');
    expect(status).toBe(1);
  },
);
