import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDomainJson } from '../../src/frontend/json/read.ts';

const root = join(import.meta.dirname, '../..');

test("plans/domain.schema.json is made of the type Domain ('npm run schema')", async () => {
  const { domainSchema } = await import(join(root, 'scripts/domain-schema.mjs'));
  const written = JSON.parse(readFileSync(join(root, 'plans/domain.schema.json'), 'utf8'));
  expect(written).toEqual(domainSchema());
}, 60_000);

const sound = {
  name: 'x',
  memoryKiB: 65536,
  os: { init: '/bin/sh', initArgs: [], initEnv: [] },
  features: {},
  filesystems: [{ kind: 'mount', source: '/', target: '/', readOnly: false }],
  interfaces: [],
  disks: [],
  hostdevs: [],
  consoles: [],
  seclabels: [],
};

test.each([
  ['a number', '1', 1, 1, 'a domain: the whole must be object'],
  ['a member too many', { ...sound, nmae: 'y' }, 1, 1, "has the unknown member 'nmae'"],
  ['a member too few', { ...sound, name: undefined }, 1, 1, "lacks the member 'name'"],
  ['a wrong type', { ...sound, memoryKiB: 'lots' }, 3, 16, '/memoryKiB must be integer'],
  [
    'a wrong kind',
    { ...sound, filesystems: [{ kind: 'mnt' }] },
    11,
    5,
    "/filesystems/0 has the kind 'mnt', which is not known",
  ],
] as const)('%s is told with its place', (_, value, line, column, message) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  const { diagnostics } = readDomainJson('domain.json', text);
  const [first] = diagnostics;
  const before = text.slice(0, first?.span?.start).split('\n');
  expect(first?.message).toContain(message);
  expect([before.length, (before.at(-1)?.length ?? 0) + 1]).toEqual([line, column]);
});
