import type { Located, Origin } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';
import type { NumberSet } from '../ir/tuning.ts';

/** A controller by its name on v2; v1 calls `io` `blkio`. */
export type Controller = 'cpu' | 'cpuset' | 'io' | 'memory';

export type CgroupVersion = 1 | 2;

/** A setting of a domain, and the files of control groups that say it to the kernel. */
export interface CgroupSetting {
  /** libvirt's element or attribute, as messages name it. */
  readonly element: string;
  readonly controller: Controller;
  /** Without one the version has no file for it, or another setting's file says it too. */
  readonly v1?: CgroupFile;
  readonly v2?: CgroupFile;
}

export interface CgroupFile {
  readonly file: string;
  /** The file of the BFQ scheduler, which kernels have instead of, or beside, the first one. */
  readonly bfq?: string;
  /** What libvirt's converter of lxc configs calls the file. */
  readonly alias?: string;
  /** What is written, in order: nothing if the domain does not ask for it. */
  readonly values: (domain: Domain, numberOf: DeviceNumberOf) => readonly CgroupValue[];
}

export interface CgroupValue {
  readonly text: string;
  readonly origin: Origin;
  /** The number of the domain that is out of the range of the file, and so became another one. */
  readonly clamped?: number;
}

/** `8:0` of the path of a block device; undefined if it is not known. */
export type DeviceNumberOf = (path: string) => string | undefined;

const bytes = (kiB: number): string => String(BigInt(kiB) * 1024n);

const one =
  <T>(of: (domain: Domain) => Located<T> | undefined, print: (value: T) => string) =>
  (domain: Domain): readonly CgroupValue[] => {
    const given = of(domain);
    return given === undefined ? [] : [{ text: print(given.value), origin: given.origin }];
  };

/** libvirt enforces `<memory>` where there is no hard limit. */
const hardLimit = ({ memoryKiB, memtune }: Domain) => memtune?.hardLimitKiB ?? memoryKiB;
const softLimit = ({ memtune }: Domain) => memtune?.softLimitKiB;
const swapHardLimit = ({ memtune }: Domain) => memtune?.swapHardLimitKiB;

/** On v2 swap is limited by itself; libvirt's figure is memory and swap together. */
function swapAlone(domain: Domain): Located<number> | undefined {
  const both = swapHardLimit(domain);
  if (both === undefined) return undefined;
  return { ...both, value: Math.max(0, both.value - (hardLimit(domain)?.value ?? 0)) };
}

const LARGEST_WEIGHT = 10_000;

/** The kernel takes 1 to 10000 for a weight; libvirt writes the shares as they are, which fails beyond that. */
function weightOfShares({ cputune }: Domain): readonly CgroupValue[] {
  if (cputune?.shares === undefined) return [];
  const { value, origin } = cputune.shares;
  const weight = Math.min(Math.max(value, 1), LARGEST_WEIGHT);
  return [{ text: String(weight), origin, ...(weight === value ? {} : { clamped: weight }) }];
}

const DEFAULT_PERIOD_US = 100_000;

/** `cpu.max` says quota and period at once. @see Documentation/admin-guide/cgroup-v2.rst, cpu.max */
function quotaAndPeriod({ cputune }: Domain): readonly CgroupValue[] {
  const { quotaUs, periodUs } = cputune ?? {};
  const given = quotaUs ?? periodUs;
  if (cputune === undefined || given === undefined) return [];
  const quota = quotaUs === undefined || quotaUs.value < 0n ? 'max' : String(quotaUs.value);
  const text = `${quota} ${periodUs?.value ?? DEFAULT_PERIOD_US}`;
  return [{ text, origin: cputune.origin }];
}

/** With automatic placement numad chooses, not the domain. */
const processors = ({ vcpu }: Domain) => (vcpu?.placement === 'auto' ? undefined : vcpu?.cpuset);

function memoryNodes({ numatune }: Domain): Located<NumberSet> | undefined {
  const { nodeset, origin } = numatune?.memory ?? {};
  return nodeset === undefined || origin === undefined ? undefined : { value: nodeset, origin };
}

export const printSet = (set: NumberSet): string =>
  set.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');

/** What is limited of a block device: the file of v1 with a line for each, and the word in `io.max` of v2. */
export const throttles = [
  { field: 'readIopsPerSecond', v1: 'blkio.throttle.read_iops_device', v2: 'riops' },
  { field: 'writeIopsPerSecond', v1: 'blkio.throttle.write_iops_device', v2: 'wiops' },
  { field: 'readBytesPerSecond', v1: 'blkio.throttle.read_bps_device', v2: 'rbps' },
  { field: 'writeBytesPerSecond', v1: 'blkio.throttle.write_bps_device', v2: 'wbps' },
] as const;

type DeviceLimit = 'weight' | (typeof throttles)[number]['field'];

/** A line for each device that has this limit. */
const each =
  (field: DeviceLimit): CgroupFile['values'] =>
  ({ blkiotune }, numberOf) =>
    (blkiotune?.devices ?? []).flatMap((device) => {
      const [number, limit] = [numberOf(device.path), device[field]];
      if (number === undefined || limit === undefined) return [];
      return [{ text: `${number} ${limit}`, origin: device.origin }];
    });

/** All limits of a device in one line. @see Documentation/admin-guide/cgroup-v2.rst, io.max */
const maxima: CgroupFile['values'] = ({ blkiotune }, numberOf) =>
  (blkiotune?.devices ?? []).flatMap((device) => {
    const number = numberOf(device.path);
    const limits = throttles.flatMap(({ field, v2 }) =>
      device[field] === undefined ? [] : [`${v2}=${device[field]}`],
    );
    if (number === undefined || limits.length === 0) return [];
    return [{ text: [number, ...limits].join(' '), origin: device.origin }];
  });

const throttle = ({ field, v1 }: (typeof throttles)[number]) =>
  ({
    element: '<device>',
    controller: 'io',
    v1: { file: v1, values: each(field) },
  }) as const satisfies CgroupSetting;

const weight = one(({ blkiotune }) => blkiotune?.weight, String);
const weightOfDevice = each('weight');

/**
 * All settings of a domain that are files of control groups, in the order in which they are written: a period before
 * the quota that has to fit it, memory before memory and swap. Read and written by the conversion of lxc configs, whose
 * keys are `lxc.cgroup.` and `lxc.cgroup2.` with the name of the file, and written by the plan.
 * @see libvirt 9.0, src/lxc/lxc_cgroup.c; src/util/vircgroupv1.c, vircgroupv2.c
 */
export const cgroupSettings = {
  shares: {
    element: '<shares>',
    controller: 'cpu',
    v1: { file: 'cpu.shares', values: one(({ cputune }) => cputune?.shares, String) },
    v2: { file: 'cpu.weight', values: weightOfShares },
  },
  period: {
    element: '<period>',
    controller: 'cpu',
    v1: { file: 'cpu.cfs_period_us', values: one(({ cputune }) => cputune?.periodUs, String) },
  },
  quota: {
    element: '<quota>',
    controller: 'cpu',
    v1: { file: 'cpu.cfs_quota_us', values: one(({ cputune }) => cputune?.quotaUs, String) },
  },
  quotaAndPeriod: {
    element: '<cputune>',
    controller: 'cpu',
    v2: { file: 'cpu.max', values: quotaAndPeriod },
  },
  cpus: {
    element: '<vcpu>',
    controller: 'cpuset',
    v1: { file: 'cpuset.cpus', values: one(processors, printSet) },
    v2: { file: 'cpuset.cpus', values: one(processors, printSet) },
  },
  memoryNodes: {
    element: '<numatune>',
    controller: 'cpuset',
    v1: { file: 'cpuset.mems', values: one(memoryNodes, printSet) },
    v2: { file: 'cpuset.mems', values: one(memoryNodes, printSet) },
  },
  weight: {
    element: '<weight>',
    controller: 'io',
    v1: { file: 'blkio.weight', bfq: 'blkio.bfq.weight', values: weight },
    v2: { file: 'io.weight', bfq: 'io.bfq.weight', values: weight },
  },
  weightOfDevice: {
    element: '<weight>',
    controller: 'io',
    v1: {
      file: 'blkio.weight_device',
      alias: 'blkio.device_weight',
      bfq: 'blkio.bfq.weight_device',
      values: weightOfDevice,
    },
    v2: { file: 'io.weight', bfq: 'io.bfq.weight', values: weightOfDevice },
  },
  readIops: throttle(throttles[0]),
  writeIops: throttle(throttles[1]),
  readBytes: throttle(throttles[2]),
  writeBytes: throttle(throttles[3]),
  maxima: {
    element: '<device>',
    controller: 'io',
    v2: { file: 'io.max', values: maxima },
  },
  hardLimit: {
    element: '<memory>',
    controller: 'memory',
    v1: { file: 'memory.limit_in_bytes', values: one(hardLimit, bytes) },
    v2: { file: 'memory.max', values: one(hardLimit, bytes) },
  },
  softLimit: {
    element: '<soft_limit>',
    controller: 'memory',
    v1: { file: 'memory.soft_limit_in_bytes', values: one(softLimit, bytes) },
    v2: { file: 'memory.high', values: one(softLimit, bytes) },
  },
  swapHardLimit: {
    element: '<swap_hard_limit>',
    controller: 'memory',
    v1: { file: 'memory.memsw.limit_in_bytes', values: one(swapHardLimit, bytes) },
    v2: { file: 'memory.swap.max', values: one(swapAlone, bytes) },
  },
} as const satisfies Readonly<Record<string, CgroupSetting>>;

/** What a controller is called where a version names its controllers. */
export const controllerName = (controller: Controller, version: CgroupVersion): string =>
  controller === 'io' && version === 1 ? 'blkio' : controller;
