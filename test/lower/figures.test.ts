import { expect, test } from 'vitest';
import { memoryLines } from '../../src/linux/memory-figures.ts';
import { nameHash } from '../../src/lower/figures.ts';

/** Lines of /proc/meminfo and memory.stat of Linux 4.19 to 6.18 that no table has. @see fs/proc/meminfo.c, mm/memcontrol.c */
const others = `MemTotal MemFree MemAvailable SwapTotal SwapFree Mlocked HighTotal HighFree LowTotal LowFree MmapCopy
Zswap Zswapped KernelStack ShadowCallStack PageTables SecPageTables NFS_Unstable Bounce WritebackTmp CommitLimit Committed_AS
VmallocTotal VmallocUsed VmallocChunk Percpu EarlyMemtestBad HardwareCorrupted AnonHugePages ShmemHugePages ShmemPmdMapped
FileHugePages FilePmdMapped CmaTotal CmaFree Unaccepted Balloon GPUActive GPUReclaim HugePages_Total HugePages_Free
HugePages_Rsvd HugePages_Surp Hugepagesize Hugetlb DirectMap4k DirectMap2M DirectMap4M DirectMap1G
cache rss rss_huge shmem mapped_file dirty writeback swap pgpgin pgpgout pgfault pgmajfault inactive_anon active_anon
inactive_file active_file unevictable hierarchical_memory_limit hierarchical_memsw_limit total_rss_huge total_swap
total_pgpgin total_pgpgout total_pgfault total_pgmajfault workingset_refault_anon workingset_refault_file swapcached
kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc zswap zswapped file_thp anon_thp shmem_thp slab
workingset_activate_anon workingset_activate_file workingset_restore_anon workingset_restore_file workingset_nodereclaim
pgrefill pgscan pgsteal pgscan_kswapd pgscan_direct pgsteal_kswapd pgsteal_direct pgactivate pgdeactivate pglazyfree
pglazyfreed thp_fault_alloc thp_collapse_alloc thp_swpout numa_pages_migrated pgdemote_kswapd hugetlb`;

test('no two lines of the kernel have names of the same hash', () => {
  const names = new Set([
    ...others.split(/\s+/),
    ...Object.values(memoryLines).flatMap((lines) => [
      ...Object.keys(lines),
      ...Object.values(lines).flat(),
    ]),
  ]);
  expect(names.size).toBeGreaterThan(140);
  expect(new Set([...names].map(nameHash)).size).toBe(names.size);
});

test('the hash is a number that a comparison of 64 bits takes', () => {
  expect(nameHash('')).toBe(0n);
  expect(nameHash('ab')).toBe(97n * 31n + 98n);
  for (const name of Object.keys(memoryLines[1]))
    expect(BigInt.asIntN(64, nameHash(name))).toBe(nameHash(name));
});
