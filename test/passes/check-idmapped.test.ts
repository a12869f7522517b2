import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import type { HostFacts, PathFact } from '../../src/facts/facts.ts';
import { checkIdmapped } from '../../src/passes/check-idmapped.ts';
import { wantedFacts } from '../../src/passes/wanted.ts';

const hybrid = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/facts/hybrid.json'), 'utf8'),
) as HostFacts;
const idmap = `<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>`;

const directory = (mode: string, more = {}): PathFact => ({
  kind: 'directory',
  uid: 0,
  gid: 0,
  mode,
  ...more,
});

/** The codes for a mapped file system of a type with this source. */
async function codes(
  source: string,
  paths: Readonly<Record<string, PathFact>>,
  { type = 'mount', on = 'ext4', map = idmap, mode = 'mapped' } = {},
) {
  const attribute = type === 'mount' ? 'dir' : type === 'file' ? 'file' : 'dev';
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>${map}
<devices><filesystem type='${type}' accessmode='${mode}'><source ${attribute}='${source}'/><target dir='/a'/></filesystem></devices></domain>`,
  );
  const facts = { ...hybrid, mounts: [{ point: '/', type: on }], paths };
  return checkIdmapped(domain!, facts, new Set()).map(({ code }) => code);
}

test.each(['/', '/etc', '/etc/ssl', '/usr/share/doc', '/home', '/root/x'])(
  '%s is the host, and is not given away',
  async (source) =>
    expect(await codes(source, { [source]: directory('0700') })).toEqual([
      'filesystem/mapped-system-directory',
    ]),
);

test('nor by a link to it', async () =>
  expect(
    await codes('/srv/link', { '/srv/link': directory('0700', { real: '/usr/lib' }) }),
  ).toEqual(['filesystem/mapped-system-directory']));

test.each([
  ['0755', '0755', ['filesystem/mapped-reachable']],
  ['0755', '0700', []],
  ['0700', '0755', []],
  ['0711', '0711', ['filesystem/mapped-reachable']],
] as const)('below a directory of %s one of %s', async (above, own, expected) => {
  const paths = { '/srv': directory(above), '/srv/vm1': directory(own) };
  expect(await codes('/srv/vm1', paths)).toEqual(expected);
});

test.each([
  ['ext4', []],
  ['overlay', ['filesystem/not-mappable']],
  ['nfs4', ['filesystem/not-mappable']],
] as const)('a directory on %s', async (on, expected) =>
  expect(await codes('/srv/vm1', { '/srv/vm1': directory('0700') }, { on })).toEqual(expected),
);

test.each([
  ['xfs', []],
  ['iso9660', ['filesystem/not-mappable']],
] as const)('an image of %s', async (holds, expected) => {
  const fact: PathFact = { kind: 'file', filesystems: [holds] };
  expect(await codes('/srv/a.img', { '/srv/a.img': fact }, { type: 'file' })).toEqual(expected);
});

test('without a map, or without asking, nothing is mapped', async () => {
  const paths = { '/etc': directory('0755') };
  expect(await codes('/etc', paths, { map: '' })).toEqual([]);
  expect(await codes('/etc', paths, { mode: 'passthrough' })).toEqual([]);
});

test('each directory above the source is looked at', async () => {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>${idmap}
<devices><filesystem type='mount' accessmode='mapped'><source dir='/srv/a/b'/><target dir='/a'/></filesystem></devices></domain>`,
  );
  expect(wantedFacts(domain!, hybrid).paths).toEqual(
    expect.arrayContaining(['/srv', '/srv/a', '/srv/a/b']),
  );
});
