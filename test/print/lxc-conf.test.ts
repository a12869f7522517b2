import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noHost } from '../../src/frontend/lxc/host.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';
import { readXml } from '../../src/frontend/xml/read.ts';
import type { Domain } from '../../src/ir/domain.ts';
import type { CgroupVersions } from '../../src/print/lxc-conf/writer.ts';
import { printLxcConf } from '../../src/print/lxc-conf.ts';
import { lxcDomain } from '../arbitraries/lxc-domain.ts';

/** Without places, which are those of the config. */
const plain = (domain: Domain | undefined): unknown =>
  JSON.parse(
    JSON.stringify(domain ?? null, (key, value) => {
      if (key === 'origin') return undefined;
      return typeof value === 'bigint' ? `${value}n` : value;
    }),
  );

const print = (domain: Domain, cgroups: CgroupVersions) =>
  printLxcConf(domain, 'domain.xml', {
    cgroups,
    host: { deviceNumbers: () => 'c 10:200', isFile: () => false },
  });

test('a domain is the same after the way to a config and back', () => {
  fc.assert(
    fc.property(lxcDomain, (domain) => {
      const { text, ledger } = print(domain, 'both');
      expect(ledger.filter(({ fate }) => fate !== 'unneeded')).toEqual([]);
      const read = readLxc('box.conf', text, { full: true, host: noHost });
      expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(plain(read.domain), text).toEqual(plain(domain));
    }),
    { numRuns: 1000 },
  );
});

const limitsOf = (xml: string): string[] => {
  const { domain, diagnostics } = readXml(
    'domain.xml',
    `<domain type='lxc'><name>a</name>
<os><type>exe</type><init>/bin/sh</init></os><memory unit='MiB'>64</memory>${xml}</domain>`,
  );
  expect(diagnostics).toEqual([]);
  return print(domain!, 'both')
    .text.split('\n')
    .filter((line) => line.startsWith('lxc.cgroup'));
};

test('swap is written together with memory on v1, and by itself on v2', () => {
  const lines = limitsOf("<memtune><swap_hard_limit unit='MiB'>128</swap_hard_limit></memtune>");
  expect(lines).toContain('lxc.cgroup.memory.memsw.limit_in_bytes = 134217728');
  expect(lines).toContain('lxc.cgroup2.memory.swap.max = 67108864');
});

test.each([
  ['lxc.cgroup2.memory.max = 64M\nlxc.cgroup2.memory.swap.max = 64M', 131_072],
  ['lxc.cgroup2.memory.max = 64M\nlxc.cgroup2.memory.swap.max = 0', 65_536],
  ['lxc.cgroup2.memory.max = 64M\nlxc.cgroup2.memory.swap.max = max', undefined],
  ['lxc.cgroup2.memory.swap.max = 1M', 66_560],
  ['lxc.cgroup.memory.memsw.limit_in_bytes = 128M', 131_072],
])('%j: memory and swap together', (lines, together) => {
  const text = `lxc.uts.name = a\nlxc.rootfs.path = /srv\n${lines}\n`;
  const { domain } = readLxc('box.conf', text, { full: true, host: noHost });
  expect(domain?.memtune?.swapHardLimitKiB?.value).toBe(together);
});

test.each([
  ['lxc.cgroup.blkio.weight = 300', 300],
  ['lxc.cgroup.blkio.bfq.weight = 300', 300],
  ['lxc.cgroup2.io.weight = default 300', 300],
  ['lxc.cgroup2.io.bfq.weight = 300', 300],
])('%s: the weight, whatever scheduler the kernel has', (line, weight) => {
  const text = `lxc.uts.name = a\nlxc.rootfs.path = /srv\n${line}\n`;
  const { domain, ledger } = readLxc('box.conf', text, { full: true, host: noHost });
  expect(domain?.blkiotune?.weight?.value).toBe(weight);
  expect(ledger.filter(({ fate }) => fate === 'lost')).toEqual([]);
});
