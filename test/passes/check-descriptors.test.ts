import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { checkDescriptors } from '../../src/passes/check-descriptors.ts';
import { host } from '../host-root.ts';

const consoles = (count: number): string => "<console type='pty'/>".repeat(count);
const mount = "<filesystem type='mount'><source dir='/a'/><target dir='/b'/></filesystem>";

test.each([
  ['as many as there are', consoles(2), 12, []],
  ['two fewer than for its consoles', consoles(3), 12, ['host/too-few-descriptors']],
  [
    'one fewer than for its file system',
    `${mount}${consoles(2)}`,
    12,
    ['host/too-few-descriptors'],
  ],
  ['a machine of which nobody knows', consoles(200), undefined, []],
])('%s', async (_, devices, descriptors, expected) => {
  const { domain } = await readDomain(
    'vm1.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os><devices>${devices}</devices></domain>`,
  );
  const facts = descriptors === undefined ? host : { ...host, descriptors };
  expect(checkDescriptors(domain!, facts, new Set()).map(({ code }) => code)).toEqual(expected);
});
