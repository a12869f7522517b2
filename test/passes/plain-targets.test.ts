import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { plainTargets } from '../../src/passes/plain-targets.ts';

test.each([
  ['/', '/'],
  ['//', '/'],
  ['srv', '/srv'],
  ['./srv/', '/srv'],
  ['/srv//data/', '/srv/data'],
  ['/mnt/../srv', '/srv'],
  ['/../srv', '/srv'],
  ['../../srv/.', '/srv'],
  ['/srv/..data', '/srv/..data'],
  ['/srv/...', '/srv/...'],
  ['/./a/.', '/a'],
  ['/.', '/'],
  ['/.a/..b/.', '/.a/..b'],
  ['.', '.'],
  ['/srv/..', '/srv/..'],
  ['..', '..'],
])('target %s is mounted at %s', async (target, place) => {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>
<devices><filesystem><source dir='/srv'/><target dir='${target}'/></filesystem></devices></domain>`,
  );
  expect(plainTargets(domain!).filesystems[0]?.target.value).toBe(place);
});
