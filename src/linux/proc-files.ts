import { memoryFiles } from './memory-figures.ts';

/**
 * Files of /proc that can show what a container has in place of what the machine has, beside /proc/meminfo; those of lxcfs.
 * @see https://linuxcontainers.org/lxcfs/
 */
export const procFiles = ['cpuinfo', 'diskstats', 'loadavg', 'stat', 'swaps', 'uptime'] as const;

export type ProcFile = (typeof procFiles)[number];

/** What is read of the groups of a container for one of them, by the name that a plan has for it. */
export const procSources = [
  'quota',
  'period',
  'usage',
  'usageEach',
  'memoryLimit',
  'memoryUsage',
  'swapLimit',
  'swapUsage',
  'tasks',
  'operations',
  'bytes',
] as const;

export type ProcSource = (typeof procSources)[number];

/** Where a group has it, by the version of control groups. */
export const procSourceFiles: Readonly<
  Record<1 | 2, Readonly<Partial<Record<ProcSource, string>>>>
> = {
  1: {
    quota: 'cpu.cfs_quota_us',
    period: 'cpu.cfs_period_us',
    usage: 'cpuacct.usage',
    usageEach: 'cpuacct.usage_all',
    // Those of swap count memory, too.
    memoryLimit: memoryFiles[1].limit,
    memoryUsage: memoryFiles[1].usage,
    swapLimit: memoryFiles[1].swapLimit,
    swapUsage: memoryFiles[1].swapUsage,
    tasks: 'tasks',
    operations: 'blkio.throttle.io_serviced_recursive',
    bytes: 'blkio.throttle.io_service_bytes_recursive',
  },
  2: {
    // The period stands behind it.
    quota: 'cpu.max',
    usage: 'cpu.stat',
    swapLimit: memoryFiles[2].swapLimit,
    swapUsage: memoryFiles[2].swapUsage,
    tasks: 'cgroup.threads',
    bytes: 'io.stat',
  },
};
