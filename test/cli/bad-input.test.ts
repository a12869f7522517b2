import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';

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
    timeout: HANGS_MS,
  });
  return { status, stdout, stderr };
};

const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const NAME = 'lxplain-bad-input';

const good = (name: string, init = '/bin/sh', arch = '', more = '', devices = '') =>
  `<domain type='lxc'><name>${name}</name><memory>65536</memory><os><type${arch}>exe</type><init>${init}</init></os>${more}<devices>${devices}</devices></domain>`;

const withFeatures = (text: string) => good(NAME, '/bin/sh', '', text);
const mount = (source: string, target: string) =>
  good(
    NAME,
    '/bin/sh',
    '',
    '',
    `<filesystem type='mount'><source dir='${source}'/><target dir='${target}'/></filesystem>`,
  );
const map = (start: number) => `start='${start}' target='100000' count='65536'`;

/** What a start of one of these domains would leave on the host while it runs. */
const started = (): string[] => {
  const groups = existsSync('/sys/fs/cgroup') ? readdirSync('/sys/fs/cgroup') : [];
  const paths = [
    `/run/lxplain/${NAME}`,
    ...['', ...groups].map((group) => join('/sys/fs/cgroup', group, `lxplain-${NAME}`)),
  ];
  return paths.filter((path) => existsSync(path));
};

/** Every diagnostic begins so; a fault of a file as a whole has no place in it. */
const begins = /^(?:(\S+):\d+:\d+: )?error: .* \[([a-z0-9/-]+)\]$/gm;

test.each([
  ['missing.xml', undefined, 'file/unreadable', 'the file'],
  ['', undefined, 'file/not-regular', 'the file'],
  ['fifo.xml', undefined, 'file/not-regular', 'the file'],
  ['garbage.xml', Buffer.from([0x7f, 0x45, 0xff, 0xfe, 0]), 'file/not-utf8', 'a place'],
  ['elf.xml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0]), 'cli/wrong-file', 'the file'],
  ['large.xml', Buffer.alloc(5 * 1024 * 1024, 32), 'file/too-large', 'the file'],
  ['nul.xml', '<domain>\0</domain>', 'xml/not-text', 'a place'],
  ['empty.xml', '', 'xml/empty', 'a place'],
  ['truncated.xml', good(NAME).slice(0, 80), 'xml/not-well-formed', 'a place'],
  ['two-roots.xml', `${good(NAME)}${good(NAME)}`, 'xml/not-well-formed', 'a place'],
  ['deep.xml', `${'<a>'.repeat(100_000)}`, 'xml/too-deep', 'a place'],
  ['doctype.xml', `<!DOCTYPE domain SYSTEM '/dev/zero'>${good(NAME)}`, 'xml/doctype', 'a place'],
  ['root.xml', '<network/>', 'xml/wrong-root', 'a place'],
  ['no-name.xml', good(NAME).replace(`<name>${NAME}</name>`, ''), 'name/missing', 'a place'],
  ['slash.xml', good('a/b'), 'name/not-a-file-name', 'a place'],
  ['long.xml', good('x'.repeat(65)), 'name/not-a-host-name', 'a place'],
  [
    'capability.xml',
    withFeatures("<features><capabilities><fly state='on'/></capabilities></features>"),
    'capability/unknown',
    'a place',
  ],
  [
    'idmap.xml',
    withFeatures(`<idmap><uid ${map(1)}/><gid ${map(0)}/></idmap>`),
    'idmap/root-not-mapped',
    'a place',
  ],
  ['source.xml', mount('/no/such/source', '/data'), 'filesystem/source-missing', 'a place'],
  ['root-source.xml', mount('/no/such/root', '/'), 'filesystem/source-missing', 'a place'],
  ['target.xml', mount('/etc', '.'), 'filesystem/target-not-plain', 'a place'],
  ['dots.xml', mount('/etc', '/data/../..'), 'filesystem/target-not-plain', 'a place'],
  ['init.xml', good(NAME, '/no/such/init'), 'init/not-in-root', 'a place'],
  ['arch.xml', good(NAME, '/bin/sh', " arch='s390x'"), 'host/other-arch', 'a place'],
] as const)('%s: one clear diagnostic, status 1, nothing changed', (name, content, code, where) => {
  const path = content === undefined ? join(folder, name) : write(name, content);
  for (const command of ['plan', 'create'] as const) {
    const { status, stdout, stderr } = lxplain(command, path);
    const found = [...stderr.matchAll(begins)].map(([, file, id]) => ({ file, id }));
    expect(found, stderr).toEqual([{ file: where === 'a place' ? path : undefined, id: code }]);
    if (where === 'the file') expect(stderr).toContain(`'${path}'`);
    expect(stderr).not.toMatch(/^ +at /m); // no stack trace
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  }
  expect(started()).toEqual([]);
});

test('a kernel that is too old is named', () => {
  const facts = JSON.parse(lxplain('facts').stdout);
  const old = { ...facts, kernel: { release: '5.10.0', major: 5, minor: 10 } };
  const path = write('old.json', JSON.stringify(old));
  const { status, stderr } = lxplain('plan', write('old.xml', good(NAME)), '--facts', path);
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
