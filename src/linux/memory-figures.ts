export const MEMINFO = '/proc/meminfo';

/** Where a control group has its figures, by the version of control groups. */
export const memoryFiles = {
  1: {
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    stat: 'memory.stat',
    swapLimit: 'memory.memsw.limit_in_bytes',
    swapUsage: 'memory.memsw.usage_in_bytes',
    killed: 'memory.oom_control',
  },
  2: {
    limit: 'memory.max',
    usage: 'memory.current',
    stat: 'memory.stat',
    swapLimit: 'memory.swap.max',
    swapUsage: 'memory.swap.current',
    killed: 'memory.events',
  },
} as const;

/**
 * Lines of /proc/meminfo that a group has figures of its own for: the lines of its `memory.stat`, in bytes, that add up to it.
 * Of an empty list there is nothing in a group. The figures of v1 without `total_` leave out the groups below.
 * @see Documentation/admin-guide/cgroup-v1/memory.rst, Documentation/admin-guide/cgroup-v2.rst, fs/proc/meminfo.c
 */
export const memoryLines: Readonly<Record<1 | 2, Readonly<Record<string, readonly string[]>>>> = {
  1: {
    Buffers: [],
    Cached: ['total_cache'],
    SwapCached: [],
    Active: ['total_active_anon', 'total_active_file'],
    Inactive: ['total_inactive_anon', 'total_inactive_file'],
    'Active(anon)': ['total_active_anon'],
    'Inactive(anon)': ['total_inactive_anon'],
    'Active(file)': ['total_active_file'],
    'Inactive(file)': ['total_inactive_file'],
    Unevictable: ['total_unevictable'],
    Dirty: ['total_dirty'],
    Writeback: ['total_writeback'],
    AnonPages: ['total_rss'],
    Mapped: ['total_mapped_file'],
    Shmem: ['total_shmem'],
    KReclaimable: [],
    Slab: [],
    SReclaimable: [],
    SUnreclaim: [],
  },
  2: {
    Buffers: [],
    Cached: ['file'],
    SwapCached: ['swapcached'],
    Active: ['active_anon', 'active_file'],
    Inactive: ['inactive_anon', 'inactive_file'],
    'Active(anon)': ['active_anon'],
    'Inactive(anon)': ['inactive_anon'],
    'Active(file)': ['active_file'],
    'Inactive(file)': ['inactive_file'],
    Unevictable: ['unevictable'],
    Dirty: ['file_dirty'],
    Writeback: ['file_writeback'],
    AnonPages: ['anon'],
    Mapped: ['file_mapped'],
    Shmem: ['shmem'],
    KReclaimable: ['slab_reclaimable'],
    Slab: ['slab'],
    SReclaimable: ['slab_reclaimable'],
    SUnreclaim: ['slab_unreclaimable'],
  },
};

/** What can be had back at once, beside what is free: the lines that make it up. */
export const RECLAIMABLE = ['Active(file)', 'Inactive(file)', 'SReclaimable'] as const;
