import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { checkIdmap } from '../../src/passes/check-idmap.ts';
import { host } from '../host-root.ts';

const whole = "<gid start='0' target='100000' count='65536'/>";
const uid = (start: number, target: number, count: number) =>
  `<uid start='${start}' target='${target}' count='${count}'/>`;

test.each([
  ['all ids', uid(0, 0, 4294967295), []],
  ['the last id', uid(0, 100000, 1) + uid(1, 4294967294, 1), []],
  ['neighbours', uid(0, 100000, 10) + uid(10, 100010, 10), []],
  ['neighbours, in any order', uid(10, 100010, 10) + uid(0, 100000, 10), []],
  ['an id too many', uid(0, 1, 4294967295), ['idmap/out-of-range']],
  ['a target that wraps', uid(0, 4294967290, 100), ['idmap/out-of-range']],
  ['no ids', uid(0, 100000, 10) + uid(10, 100010, 0), ['idmap/out-of-range']],
  ['no root', uid(0, 100000, 0), ['idmap/root-not-mapped']],
  ['an id of the container twice', uid(0, 100000, 10) + uid(9, 200000, 1), ['idmap/overlap']],
  ['an id of the host twice', uid(0, 100000, 10) + uid(10, 100009, 1), ['idmap/overlap']],
])('%s', async (_, entries, codes) => {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>
<idmap>${entries}${whole}</idmap></domain>`,
  );
  expect(checkIdmap(domain!, host, new Set()).map(({ code }) => code)).toEqual(codes);
});
