import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-places-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What `code` points to: the bytes of the text there. */
function pointedAt(name: string, text: string | Buffer, code: string): string[] {
  writeFileSync(join(folder, name), text);
  const { stdout } = spawnSync(
    join(repository, 'bin/lxplain'),
    ['check', name, '--json', '--facts', join(repository, 'golden/facts/hybrid.json')],
    { encoding: 'utf8', cwd: folder },
  );
  const lines = text.toString('latin1').split('\n');
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Told[] };
  return diagnostics
    .filter((each) => each.code === code)
    .map(({ line, column, endColumn }) => lines[line - 1]!.slice(column - 1, endColumn - 1));
}

const xml = (more: string) => `<domain type='lxc'>
<name>vm1</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>
${more}
</domain>
`;

test.each([
  ['name', '<name>vm2</name>', 'xml/element-repeated', ['<name>']],
  [
    'devices',
    "<devices><console type='pty'/><console type='file'><source path='/x'/></console></devices>",
    'console/unsupported-type',
    ["<console type='file'>"],
  ],
  [
    'targets',
    "<devices><filesystem><source dir='/a'/><target dir='/'/></filesystem><filesystem><source dir='/b'/><target dir='//'/></filesystem></devices>",
    'filesystem/target-twice',
    ["dir='//'"],
  ],
  [
    'maps',
    "<idmap><uid start='0' target='1' count='9'/><uid start='0' target='50' count='1'/><gid start='0' target='1' count='9'/></idmap>",
    'idmap/overlap',
    ["<uid start='0' target='50' count='1'/>"],
  ],
  [
    'states',
    "<features><capabilities policy='default'><mknod state='on'/><chown state='of'/></capabilities></features>",
    'value/invalid',
    ["state='of'"],
  ],
])('of two elements it is the second: %s', (_, more, code, expected) => {
  expect(pointedAt('vm1.xml', xml(more), code)).toEqual(expected);
});

test.each([
  ['a lone byte', Buffer.from('<domain>\n<name>a\xe9b</name></domain>', 'latin1'), '\xe9'],
  ['the first of two', Buffer.from('<domain>\n\xff\xfe</domain>', 'latin1'), '\xff'],
  [
    'a character that is cut off',
    Buffer.from('<domain>\n<name>\xe2\x82</name></domain>', 'latin1'),
    '\xe2',
  ],
  ['half of a pair', Buffer.from('<domain>\n<name>\xed\xa0\x80</name></domain>', 'latin1'), '\xed'],
  [
    'a continuation alone',
    Buffer.from('<domain>\n<name>\x80\x80\x80\x80\x80</name></domain>', 'latin1'),
    '\x80',
  ],
])('the byte that is not UTF-8: %s', (_, text, expected) => {
  expect(pointedAt('vm1.xml', text, 'file/not-utf8')).toEqual([expected]);
});

test('the word of a list that is wrong', () => {
  const text = 'lxc.uts.name = a\nlxc.rootfs.path = /a\nlxc.cap.drop = mknod nonsense kill\n';
  expect(pointedAt('vm1.conf', text, 'lxc/bad-value')).toEqual(['nonsense']);
});
