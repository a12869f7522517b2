import { expect, test } from 'vitest';
import { fromDomain } from '../../src/container/from-domain.ts';
import { mapped, mappedRoot } from '../../src/container/idmap.ts';
import { located, madeBy } from '../../src/diagnostics/origin.ts';
import type { Capabilities, Domain } from '../../src/ir/domain.ts';
import { extensionWith } from '../../src/ir/extension.ts';
import { capabilitySets } from '../../src/libvirt/capabilities.ts';
import { host, onHostRoot, withIdmap } from '../host-root.ts';
import { planOf } from '../plan-of.ts';

const origin = madeBy('test');
const domain = onHostRoot('vm1', 'exit');
const withPolicy = (
  policy: Capabilities['policy'],
  ...states: readonly [name: 'mknod' | 'sys_admin' | 'chown', state: 'on' | 'off'][]
): Domain => ({
  ...domain,
  features: {
    ...domain.features,
    capabilities: {
      policy,
      states: states.map(([name, state]) => ({ name, state, origin })),
      origin,
    },
  },
});

test.each([
  [undefined, '/lxplain-vm1'],
  ['/', '/lxplain-vm1'],
  ['/machine', '/machine/lxplain-vm1'],
  ['//a/./b//', '/a/b/lxplain-vm1'],
])('partition %j: the group is %s', (partition, path) => {
  const resource =
    partition === undefined ? {} : { resource: { partition: located(partition, origin), origin } };
  expect(fromDomain({ ...domain, ...resource }, host).groups.path).toBe(path);
});

const swapMax = (hard: number, swap: number): string | undefined => {
  const v2 = { mountPoint: '/cg', controllers: ['memory'], enabled: [] };
  const memtune = {
    hardLimitKiB: located(hard, origin),
    swapHardLimitKiB: located(swap, origin),
    origin,
  };
  return fromDomain({ ...domain, memtune }, { ...host, cgroups: { v1: [], v2 } }).groups.files.find(
    ({ file }) => file === 'memory.swap.max',
  )?.value;
};

test('on v2 swap is what the sum leaves beside memory, and never less than nothing', () => {
  expect(swapMax(1024, 3072)).toBe('2097152');
  expect(swapMax(1024, 1024)).toBe('0');
  expect(swapMax(2048, 1024)).toBe('0');
});

test('what the host has mounted twice on /proc, /sys and /dev is detached as often', () => {
  const twice = { ...host, mounts: [...host.mounts, { point: '/proc', type: 'proc' }] };
  const detached = (facts: typeof host) =>
    planOf(domain, facts).steps.flatMap((step) =>
      step.op === 'mount.detach' ? [step.target] : [],
    );
  expect(detached(host)).toEqual(['/sys', '/dev', '/proc']);
  expect(detached(twice)).toEqual(['/sys', '/dev', '/proc', '/proc']);
});

test('what the host itself lacks is neither kept nor in the mask', () => {
  const facts = { ...host, permittedCapabilities: '0x1' }; // chown alone
  expect(capabilitySets(domain, facts)).toMatchObject({ keep: ['chown'], mask: '0x1' });
  const sets = capabilitySets(withIdmap(domain), facts);
  expect(sets.keep, 'a new user namespace has them all').toContain('sys_admin');
});

test('capabilities that have no name here: deny drops them, the others keep them', () => {
  const facts = { ...host, lastCapability: 42 };
  const high = (given: Domain) => BigInt(capabilitySets(given, facts).mask) >> 41n;
  expect(capabilitySets(withPolicy('deny'), facts).unknownDropped).toEqual([41, 42]);
  expect(high(withPolicy('deny'))).toBe(0n);
  expect(capabilitySets(withPolicy('default'), facts).unknownDropped).toEqual([]);
  expect(high(withPolicy('default'))).toBe(3n);
  expect(capabilitySets(withPolicy('deny'), { ...host, lastCapability: 10 }).drop).toHaveLength(11);
});

test('any device node may be made only where mknod is switched on', () => {
  const makes = (given: Domain) =>
    fromDomain(given, host).groups.devices.rules.filter(({ access }) => access === 'm').length;
  expect(makes(withPolicy('default', ['mknod', 'on']))).toBe(2);
  expect(makes(withPolicy('default', ['mknod', 'off']))).toBe(0);
  expect(makes(withPolicy('allow'))).toBe(0);
  expect(makes(withPolicy('default', ['chown', 'on']))).toBe(0);
  expect(makes(domain)).toBe(0);
});

test('the policies keep what they say', () => {
  const keeps = (given: Domain) => capabilitySets(given, host).keep;
  const dropped = ['sys_module', 'sys_time', 'mknod', 'audit_control', 'mac_admin'];
  for (const name of dropped) expect(keeps(domain)).not.toContain(name);
  expect(keeps(domain)).toHaveLength(41 - dropped.length);
  expect(keeps(domain)).toContain('sys_boot');
  expect(keeps(withPolicy('allow'))).toHaveLength(41);
  expect(keeps(withPolicy('allow', ['sys_admin', 'off']))).not.toContain('sys_admin');
  expect(keeps(withPolicy('deny'))).toEqual([]);
  expect(keeps(withPolicy('deny', ['chown', 'on']))).toEqual(['chown']);
});

test('an id is mapped up to the last of its range, and stays itself behind it', () => {
  const map = [
    { start: 0, target: 100_000, count: 10, origin },
    { start: 10, target: 5000, count: 1, origin },
  ];
  expect([0, 9, 10, 11].map((id) => mapped(map, id))).toEqual([100_000, 100_009, 5000, 11]);
  expect(mappedRoot(undefined)).toBe(0);
  expect(mappedRoot([{ start: 1, target: 100_000, count: 10, origin }])).toBe(0);
});

test.each([
  ['/sbin/init', true],
  ['/lib/systemd/systemd', true],
  ['/bin/sh', false],
  ['/opt/my-init', false],
])('%s mounts hierarchies itself: %s', (init, expected) => {
  const given = { ...domain, os: { ...domain.os, init: located(init, origin) } };
  expect(fromDomain(given, host).groups.everywhere !== undefined).toBe(expected);
  expect(fromDomain(withIdmap(given), host).groups.everywhere).toBeUndefined();
});

test('with an id map and the network of the host, /sys is that of the host', () => {
  const kinds = (given: Domain) =>
    fromDomain(given, host)
      .kernelMounts.filter(({ target }) => target === '/sys')
      .map(({ kind }) => kind);
  const { privnet: _, ...features } = domain.features;
  expect(kinds(domain)).toEqual(['filesystem']);
  expect(kinds(withIdmap(domain))).toEqual(['filesystem']);
  expect(kinds({ ...domain, features })).toEqual(['filesystem']);
  expect(kinds({ ...withIdmap(domain), features })).toEqual(['tree']);
});

const asking = (delegate: string) =>
  extensionWith([{ name: 'cgroup', attributes: { delegate }, origin }], origin);

test.each([
  ['/bin/sh', undefined, 'read-only'],
  ['/bin/sh', 'yes', 'writable'],
  ['/sbin/init', undefined, 'writable'],
  ['/sbin/init', 'no', 'read-only'],
])('%s, delegate %s: its group of v2 is %s', (init, delegate, expected) => {
  const cgroups = { v1: [], v2: { mountPoint: '/cg', controllers: ['memory'], enabled: [] } };
  const given = {
    ...withIdmap(domain),
    os: { ...domain.os, init: located(init, origin) },
    ...(delegate === undefined ? {} : { metadata: asking(delegate) }),
  };
  const groups = fromDomain(given, { ...host, cgroups }).kernelMounts.flatMap((mount) =>
    mount.kind === 'group' ? [mount.readOnly ? 'read-only' : 'writable'] : [],
  );
  expect(groups).toEqual([expected]);
  const ops = planOf(given, { ...host, cgroups }).steps.map(({ op }) => op);
  expect(ops.includes('cgroup.delegate')).toBe(expected === 'writable');
});

test('without cgroup v2 there is nothing to delegate', () => {
  const given = { ...domain, os: { ...domain.os, init: located('/sbin/init', origin) } };
  const { v2: _, ...v1 } = host.cgroups;
  expect(fromDomain(given, { ...host, cgroups: v1 }).groups.delegated).toBeUndefined();
});
