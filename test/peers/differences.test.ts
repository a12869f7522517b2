import { expect, test } from 'vitest';
import { differences, readTable } from './differences.ts';

const [row] = readTable(`# Differences

## What init sees

| what | libvirt | here | why |
| --- | --- | --- | --- |
| \`env PATH\`, \`mount /dev/tty*\` | \`/bin:/sbin\`, \`/0 devpts (rw)\` | \`absent\` | page |

## Another table

| \`env HOME\` | \`/\` | \`/root\` | not read |
`);

const found = (libvirt: [string, string][], here: [string, string][]) =>
  differences(new Map(libvirt), new Map(here));

test('equal dumps have no difference, others one for each thing', () => {
  expect(found([['a', '1']], [['a', '1']])).toEqual([]);
  expect(found([['a', '1']], [['b', '2']])).toEqual([
    { what: 'a', libvirt: '1', here: 'absent' },
    { what: 'b', libvirt: 'absent', here: '2' },
  ]);
});

test.each([
  ['env PATH', '/bin:/sbin', 'absent', true],
  ['mount /dev/tty12', '/0 devpts (rw)', 'absent', true],
  ['env PATH', '/bin', 'absent', false],
  ['env PATH', '/bin:/sbin', '/bin', false],
  ['env HOME', '/', '/root', false],
])('%s: %s against %s is listed: %s', (what, libvirt, here, expected) => {
  expect(row?.matches({ what, libvirt, here })).toBe(expected);
});
