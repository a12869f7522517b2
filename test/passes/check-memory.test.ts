import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { checkMemory } from '../../src/passes/check-memory.ts';
import { host } from '../host-root.ts';

const KIB = "unit='KiB'";

test.each([
  ["<memory unit='MiB'>64</memory>", []],
  [`<memory ${KIB}>63</memory>`, ['error memory/too-small']],
  [`<memory ${KIB}>64</memory>`, ['warning memory/too-small']],
  [`<memory ${KIB}>1024</memory>`, []],
  [`<memory ${KIB}>16</memory><memtune><hard_limit ${KIB}>65536</hard_limit></memtune>`, []],
  [
    `<memory ${KIB}>65536</memory><memtune><swap_hard_limit ${KIB}>65535</swap_hard_limit></memtune>`,
    ['error memtune/swap-below-memory'],
  ],
  [
    `<memory ${KIB}>65536</memory><memtune><swap_hard_limit ${KIB}>65536</swap_hard_limit></memtune>`,
    [],
  ],
  [
    `<memory ${KIB}>65536</memory><memtune><hard_limit ${KIB}>131072</hard_limit><swap_hard_limit ${KIB}>65536</swap_hard_limit></memtune>`,
    ['error memtune/swap-below-memory'],
  ],
])('%s', async (memory, expected) => {
  const { domain } = await readDomain(
    'vm1.xml',
    `<domain type='lxc'><name>a</name>${memory}<os><type>exe</type><init>/sbin/init</init></os></domain>`,
  );
  const found = checkMemory(domain!, host).map(({ severity, code }) => `${severity} ${code}`);
  expect(found).toEqual(expected);
});
