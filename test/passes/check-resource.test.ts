import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { checkResource } from '../../src/passes/check-resource.ts';
import { host } from '../host-root.ts';

test.each([
  ['/', true],
  ['/machine', true],
  ['/machine/a..b/..c', true],
  ['machine', false],
  ['/..', false],
  ['/../x', false],
  ['/machine/../../x', false],
  ['/machine/..', false],
  ['/machine&#10;rmdir /etc', false],
])('a partition stays in the tree of control groups: %s is %s', async (partition, plain) => {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>
<resource><partition>${partition}</partition></resource></domain>`,
  );
  const found = checkResource(domain!, host).map(({ code }) => code);
  expect(found).toEqual(plain ? [] : ['resource/partition']);
});
