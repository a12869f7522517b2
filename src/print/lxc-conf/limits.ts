import { clamped, noKey, noNumaMode, pathWithoutNumber } from '../../diagnostics/catalog/ledger.ts';
import type { Origin } from '../../diagnostics/origin.ts';
import type { Domain } from '../../ir/domain.ts';
import type { BlkioDevice, NumberSet } from '../../ir/tuning.ts';
import type { CgroupVersions, ConfWriter } from './writer.ts';

/** The limits as files of cgroups, of either version or of both. */
export function writeLimits(out: ConfWriter, domain: Domain, versions: CgroupVersions): void {
  out.section('limits');
  const limits = new LimitsWriter(out, versions);
  limits.memory(domain);
  limits.cpu(domain);
  limits.sets(domain);
  limits.blkio(domain);
}

class LimitsWriter {
  private readonly out: ConfWriter;
  private readonly versions: CgroupVersions;

  constructor(out: ConfWriter, versions: CgroupVersions) {
    this.out = out;
    this.versions = versions;
  }

  /** libvirt enforces `<memory>` where there is no hard limit. */
  memory({ memoryKiB, memtune }: Domain): void {
    const hard = memtune?.hardLimitKiB ?? memoryKiB;
    const soft = memtune?.softLimitKiB;
    const swap = memtune?.swapHardLimitKiB;
    const bytes = (kiB: number): string => String(BigInt(kiB) * 1024n);
    if (hard !== undefined) {
      this.both('memory.limit_in_bytes', 'memory.max', bytes(hard.value), '<memory>', hard.origin);
    }
    if (soft !== undefined) {
      const text = bytes(soft.value);
      this.both('memory.soft_limit_in_bytes', 'memory.high', text, '<soft_limit>', soft.origin);
    }
    if (swap !== undefined) {
      const text = bytes(swap.value);
      const element = '<swap_hard_limit>';
      this.both('memory.memsw.limit_in_bytes', 'memory.swap.max', text, element, swap.origin);
    }
    if (memtune?.minGuaranteeKiB !== undefined) {
      this.out.lost('<min_guarantee>', memtune.minGuaranteeKiB.origin, noKey('a guarantee'));
    }
  }

  cpu({ cputune }: Domain): void {
    if (cputune === undefined) return;
    const { shares, periodUs, quotaUs, origin } = cputune;
    if (shares !== undefined) {
      this.v1('cpu.shares', String(shares.value), '<shares>', shares.origin);
      const weight = Math.min(Math.max(shares.value, 1), 10_000);
      if (weight !== shares.value && this.versions !== 'v1') {
        this.out.changed('<shares>', shares.origin, clamped(weight));
      }
      this.v2('cpu.weight', String(weight), '<shares>', shares.origin);
    }
    if (periodUs !== undefined) {
      this.v1('cpu.cfs_period_us', String(periodUs.value), '<period>', periodUs.origin);
    }
    if (quotaUs !== undefined) {
      this.v1('cpu.cfs_quota_us', String(quotaUs.value), '<quota>', quotaUs.origin);
    }
    if (quotaUs === undefined && periodUs === undefined) return;
    const quota = quotaUs === undefined || quotaUs.value < 0n ? 'max' : String(quotaUs.value);
    this.v2('cpu.max', `${quota} ${periodUs?.value ?? 100_000}`, '<cputune>', origin);
  }

  sets({ vcpu, numatune }: Domain): void {
    if (vcpu?.cpuset !== undefined) {
      const text = printSet(vcpu.cpuset.value);
      this.both('cpuset.cpus', 'cpuset.cpus', text, '<vcpu>', vcpu.cpuset.origin);
    }
    const memory = numatune?.memory;
    if (memory === undefined) return;
    if (memory.mode !== 'strict' || memory.nodeset === undefined) {
      const mode = memory.nodeset === undefined ? 'auto' : memory.mode;
      this.out.lost('<numatune>', memory.origin, noNumaMode(mode));
    } else {
      const text = printSet(memory.nodeset);
      this.both('cpuset.mems', 'cpuset.mems', text, '<numatune>', memory.origin);
    }
  }

  blkio({ blkiotune }: Domain): void {
    if (blkiotune === undefined) return;
    const { weight, devices } = blkiotune;
    if (weight !== undefined) {
      const text = String(weight.value);
      this.both('blkio.weight', 'io.weight', text, '<weight>', weight.origin);
    }
    for (const device of devices) this.device(device);
  }

  private device(device: BlkioDevice): void {
    const { path, weight, origin } = device;
    const number = /^\/dev\/block\/(\d+:\d+)$/.exec(path)?.[1];
    if (number === undefined) {
      this.out.lost('<device>', origin, pathWithoutNumber(path));
      return;
    }
    if (weight !== undefined) {
      this.v1('blkio.weight_device', `${number} ${weight}`, '<weight>', origin);
    }
    const maxima: string[] = [];
    for (const [field, file, name] of [
      ['readIopsPerSecond', 'read_iops_device', 'riops'],
      ['writeIopsPerSecond', 'write_iops_device', 'wiops'],
      ['readBytesPerSecond', 'read_bps_device', 'rbps'],
      ['writeBytesPerSecond', 'write_bps_device', 'wbps'],
    ] as const) {
      const limit = device[field];
      if (limit === undefined) continue;
      this.v1(`blkio.throttle.${file}`, `${number} ${limit}`, '<device>', origin);
      maxima.push(`${name}=${limit}`);
    }
    if (maxima.length > 0) this.v2('io.max', `${number} ${maxima.join(' ')}`, '<device>', origin);
  }

  private both(v1: string, v2: string, value: string, element: string, origin: Origin): void {
    this.v1(v1, value, element, origin);
    this.v2(v2, value, element, origin);
  }

  private v1(file: string, value: string, element: string, origin: Origin): void {
    if (this.versions !== 'v2') this.out.set(`lxc.cgroup.${file}`, value, element, origin);
  }

  private v2(file: string, value: string, element: string, origin: Origin): void {
    if (this.versions !== 'v1') this.out.set(`lxc.cgroup2.${file}`, value, element, origin);
  }
}

const printSet = (set: NumberSet): string =>
  set.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
