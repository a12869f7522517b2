import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { groupFiles } from '../../src/libvirt/group-files.ts';
import { runPasses } from '../../src/passes/pipeline.ts';
import { host } from '../host-root.ts';

const v1 = ['memory', 'devices', 'cpuacct', 'cpu', 'cpuset', 'blkio'].map((controller) => ({
  mountPoint: `/sys/fs/cgroup/${controller}`,
  controllers: [controller],
}));
const all: HostFacts = { ...host, cgroups: { v1 } };

async function made(xml: string, facts: HostFacts) {
  const text = `<domain type='lxc'><name>a</name><memory unit='MiB'>64</memory>
<os><type>exe</type><init>/bin/sh</init></os>${xml}</domain>`;
  const read = await readDomain('vm1.xml', text);
  expect(read.diagnostics).toEqual([]);
  const { domain, diagnostics } = runPasses(read.domain!, facts);
  const files = groupFiles(domain, facts).files.map(
    ({ hierarchy, file, value }) => `${hierarchy.mountPoint}/${file} ${value}`,
  );
  const said = diagnostics
    .filter(({ code }) => /^(group|host)\//.test(code))
    .map(({ code, message }) => `${code}: ${message}`);
  return { files, said };
}

const limited = (path: string) =>
  `<blkiotune><device><path>${path}</path><read_iops_sec>10</read_iops_sec></device></blkiotune>`;

test('a block device is known by what is found at its path, or by a path that says its numbers', async () => {
  const paths = {
    '/dev/sda': { kind: 'block', major: 8, minor: 0 },
    '/srv': { kind: 'directory' },
  } as const;
  const facts = { ...all, paths };
  const file = '/sys/fs/cgroup/blkio/blkio.throttle.read_iops_device';
  expect((await made(limited('/dev/sda'), facts)).files).toContain(`${file} 8:0 10`);
  expect((await made(limited('/dev/block/7:1'), facts)).files).toContain(`${file} 7:1 10`);
  expect((await made(limited('/srv'), facts)).said).toEqual([
    "group/no-block-device: '/srv' is a directory: expected a block device",
  ]);
  expect((await made(limited('/dev/sdz'), facts)).said).toEqual([
    "group/no-block-device: '/dev/sdz' does not exist: expected a block device",
  ]);
});

test('the weight is written to the file that the kernel has', async () => {
  const weight = '<blkiotune><weight>300</weight></blkiotune>';
  const on = async (facts: HostFacts) => {
    const { files, said } = await made(weight, facts);
    return [...files.filter((file) => file.includes('weight')), ...said];
  };
  const v2 = { mountPoint: '/cg', controllers: ['memory', 'io'], enabled: [] };
  const unified = { ...host, cgroups: { v1: [], v2 } };
  const enforced = 'group/not-enforced: <weight> is not enforced:';
  expect(await on({ ...all, blockWeights: ['blkio.bfq.weight'] })).toEqual([
    '/sys/fs/cgroup/blkio/blkio.bfq.weight 300',
  ]);
  expect(await on({ ...all, blockWeights: [] })).toEqual([
    `${enforced} this kernel has no weights for input and output`,
  ]);
  expect(await on({ ...unified, blockWeights: ['io.bfq.weight', 'io.weight'] })).toEqual([
    '/cg/io.bfq.weight 300',
  ]);
  expect(await on({ ...unified, blockWeights: ['io.weight'] })).toEqual(['/cg/io.weight 300']);
  expect(await on(unified)).toEqual(['/cg/io.weight 300']);
  expect(await on(host)).toEqual([
    `${enforced} no cgroup hierarchy with the io controller is mounted`,
  ]);
});

test('without memory, devices or the accounting of processor time no container starts', async () => {
  const on = async (cgroups: HostFacts['cgroups']) => (await made('', { ...host, cgroups })).said;
  const lacks = (controller: string) =>
    `host/no-controller: no cgroup hierarchy with the ${controller} controller is mounted`;
  const v2 = { mountPoint: '/cg', controllers: ['cpu'], enabled: [] };
  expect(await on({ v1: [] })).toEqual(['memory', 'devices', 'cpuacct'].map(lacks));
  expect(await on({ v1: [], v2 })).toEqual([lacks('memory')]);
  expect(await on({ v1: v1.slice(0, 2) })).toEqual([lacks('cpuacct')]);
  expect(await on({ v1: v1.slice(0, 3) })).toEqual([]);
});

test('shares beyond the largest weight of v2 become it, and this is said', async () => {
  const v2 = { mountPoint: '/cg', controllers: ['memory', 'cpu'], enabled: [] };
  const facts = { ...host, cgroups: { v1: [], v2 } };
  const { files, said } = await made('<cputune><shares>20000</shares></cputune>', facts);
  expect(files).toContain('/cg/cpu.weight 10000');
  expect(said).toEqual(['group/clamped: <shares> becomes 10000: cpu.weight takes no more']);
});
