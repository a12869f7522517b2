import { parseCpuset, parseI64, parseSize, parseU64 } from '../../convert/libvirt-numbers.ts';
import {
  clamped,
  cpusetEmpty,
  deviceAllowed,
  deviceDenied,
  deviceLost,
  leastWeight,
  memoryDefault,
  memoryOfHost,
  noController,
  onlyWithFull,
  overridden,
  shadowed,
  swapMeansOther,
  unlimited,
  weightAsShares,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue, lxcNoMemoryLimit } from '../../diagnostics/catalog/lxc.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import { isFull } from '../../ir/number-set.ts';
import type { Blkiotune, Cputune, Memtune, Numatune, NumberSet, Vcpu } from '../../ir/tuning.ts';
import { readBlkiotune } from './blkio.ts';
import { type Conversion, given, locatedAt, originOf } from './conversion.ts';
import type { Setting } from './settings.ts';
import { words } from './values.ts';

export interface Limits {
  readonly memoryKiB: Located<number>;
  readonly memtune?: Memtune;
  readonly vcpu: Vcpu;
  readonly cputune?: Cputune;
  readonly numatune?: Numatune;
  readonly blkiotune?: Blkiotune;
}

/** libvirt's `<memory>` of a container without a limit. @see libvirt 9.0, src/lxc/lxc_native.c, lxcSetMemTune */
const DEFAULT_KIB = 65_536;

/** The files of cgroups that domain XML has elements for, with their meaning on v2. */
const V2: ReadonlySet<string> = new Set([
  'memory.max',
  'memory.high',
  'memory.swap.max',
  'cpu.weight',
  'cpu.max',
  'cpuset.cpus',
  'cpuset.mems',
  'io.weight',
  'io.bfq.weight',
  'io.max',
]);
const BLKIO = [
  'blkio.weight',
  'blkio.device_weight',
  'blkio.weight_device',
  'blkio.throttle.read_bps_device',
  'blkio.throttle.write_bps_device',
  'blkio.throttle.read_iops_device',
  'blkio.throttle.write_iops_device',
];
const V1: ReadonlySet<string> = new Set([
  'memory.limit_in_bytes',
  'memory.soft_limit_in_bytes',
  'memory.memsw.limit_in_bytes',
  'cpu.shares',
  'cpu.cfs_quota_us',
  'cpu.cfs_period_us',
  'cpuset.cpus',
  'cpuset.mems',
  ...BLKIO,
]);

/** What readBlkiotune tells of: the weights, and lines about a device each. */
const OF_BLOCKS: ReadonlySet<string> = new Set(['io.weight', 'io.bfq.weight', 'io.max', ...BLKIO]);

export function readLimits(conversion: Conversion): Limits {
  const reader = new LimitsReader(conversion);
  const memory = reader.memory();
  const limits = {
    ...memory,
    vcpu: reader.vcpu(),
    ...given({
      cputune: reader.cputune(),
      numatune: reader.numatune(),
      blkiotune: readBlkiotune(conversion),
    }),
  };
  reader.others();
  return limits;
}

class LimitsReader {
  private readonly conversion: Conversion;

  constructor(conversion: Conversion) {
    this.conversion = conversion;
  }

  memory(): Pick<Limits, 'memoryKiB' | 'memtune'> {
    const { ledger, full, host, file } = this.conversion;
    const [hard, soft, swap] = [
      this.either('memory.limit_in_bytes', 'memory.max'),
      this.either('memory.soft_limit_in_bytes', 'memory.high'),
      this.either('memory.memsw.limit_in_bytes', 'memory.swap.max'),
    ];
    if (swap?.written.includes('memory.swap.max')) ledger.changed(swap, swapMeansOther);
    const hardLimitKiB = hard === undefined ? undefined : this.size(hard);
    const tune = given({
      hardLimitKiB,
      softLimitKiB: soft === undefined ? undefined : this.size(soft),
      swapHardLimitKiB: swap === undefined ? undefined : this.size(swap),
    });
    if (hard !== undefined && hardLimitKiB?.value === 0) {
      this.conversion.diagnostics.push(lxcNoMemoryLimit(hard.value, hard.valueSpan));
    }
    const first = hard ?? soft ?? swap;
    const memtune =
      first === undefined || Object.keys(tune).length === 0
        ? {}
        : { memtune: { ...tune, origin: originOf(first) } };
    if (hardLimitKiB !== undefined) return { memoryKiB: hardLimitKiB, ...memtune };
    const known = full ? host.memoryKiB : undefined;
    const reason = known === undefined ? memoryDefault : memoryOfHost(known);
    ledger.absent(hard?.written ?? 'lxc.cgroup.memory.limit_in_bytes', file, reason);
    const origin = hard === undefined ? source({ file, start: 0, end: 0 }) : originOf(hard);
    return { memoryKiB: located(known ?? DEFAULT_KIB, origin), ...memtune };
  }

  vcpu(): Vcpu {
    const setting = this.either('cpuset.cpus', 'cpuset.cpus');
    const base = { count: 1, placement: 'static' as const };
    if (setting === undefined) {
      return { ...base, origin: source({ file: this.conversion.file, start: 0, end: 0 }) };
    }
    const set = this.set(setting);
    const cpuset = set === undefined || isFull(set) ? undefined : set; // as good as none
    return {
      ...base,
      ...(cpuset === undefined ? {} : { cpuset: locatedAt(cpuset, setting) }),
      origin: originOf(setting),
    };
  }

  numatune(): Numatune | undefined {
    const setting = this.either('cpuset.mems', 'cpuset.mems');
    const nodeset = setting === undefined ? undefined : this.set(setting);
    if (setting === undefined || nodeset === undefined) return undefined;
    const origin = originOf(setting);
    return { memory: { mode: 'strict', placement: 'static', nodeset, origin }, origin };
  }

  cputune(): Cputune | undefined {
    const shares = this.either('cpu.shares', 'cpu.weight');
    const max = this.of('lxc.cgroup2.cpu.max');
    const oldQuota = this.of('lxc.cgroup.cpu.cfs_quota_us');
    const oldPeriod = this.of('lxc.cgroup.cpu.cfs_period_us');
    const old = oldQuota ?? oldPeriod;
    // One of v1 and the other of v2 would be a limit that nobody asked for.
    const [quota, period] = old === undefined ? [max, max] : [oldQuota, oldPeriod];
    if (old !== undefined && max !== undefined) {
      this.conversion.ledger.unneeded(max, shadowed(old.written));
    }
    const tune = given({
      shares: shares === undefined ? undefined : this.shares(shares),
      periodUs: period === undefined ? undefined : this.period(period),
      quotaUs: quota === undefined ? undefined : this.quota(quota),
    });
    const first = shares ?? period ?? quota;
    if (first === undefined || Object.keys(tune).length === 0) return undefined;
    return { ...tune, origin: originOf(first) };
  }

  /** What has no element, and the devices. */
  others(): void {
    const { ledger, full, settings } = this.conversion;
    for (const [key, all] of settings.byKey) {
      const match = /^lxc\.cgroup(2?)\.(.*)$/s.exec(key);
      const file = match?.[2];
      if (file === undefined || all[0]?.spec.key !== `lxc.cgroup${match?.[1]}.*`) continue;
      const isKnown = match?.[1] === '2' ? V2.has(file) : V1.has(file);
      for (const setting of all) {
        if (/^devices\.(allow|deny)$/.test(file)) this.device(file, setting);
        else if (!isKnown) ledger.lost(setting, noController(file));
        else if (match?.[1] === '2' && !full)
          ledger.lost(setting, onlyWithFull('a limit', 'behaviour'));
        else if (setting !== all.at(-1) && !OF_BLOCKS.has(file))
          ledger.unneeded(setting, overridden);
      }
    }
  }

  /** The devices of every container. @see libvirt 9.0, src/lxc/lxc_cgroup.c, virLXCCgroupSetupDeviceACL */
  private device(file: string, setting: Setting): void {
    const { ledger } = this.conversion;
    if (file === 'devices.deny') return ledger.unneeded(setting, deviceDenied);
    const isGiven = /^c (1:[35789]|5:[012]|10:229|136:\*) [rwm]*$/.test(setting.value);
    if (isGiven) ledger.unneeded(setting, deviceAllowed);
    else ledger.lost(setting, deviceLost(setting.value));
  }

  /** The line of v1 if there is one, else, with `--full`, that of v2. */
  private either(v1: string, v2: string): Setting | undefined {
    const [old, current] = [this.of(`lxc.cgroup.${v1}`), this.of(`lxc.cgroup2.${v2}`)];
    if (old !== undefined && current !== undefined) {
      this.conversion.ledger.unneeded(current, shadowed(old.written));
    }
    return old ?? current;
  }

  private of(key: string): Setting | undefined {
    if (key.startsWith('lxc.cgroup2.') && !this.conversion.full) return undefined;
    return this.conversion.settings.byKey.get(key)?.at(-1);
  }

  private bad(setting: Setting, expected: string, libvirt?: string): undefined {
    const { written, value, valueSpan } = setting;
    this.conversion.diagnostics.push(lxcBadValue(written, value, expected, valueSpan, libvirt));
    return undefined;
  }

  /** KiB, rounded down; undefined for no limit. */
  private size(setting: Setting): Located<number> | undefined {
    const { value } = setting;
    if (value === '-1' || value === 'max') {
      this.conversion.ledger.unneeded(setting, unlimited);
      return undefined;
    }
    const size = parseSize(value);
    const expected = 'a number of bytes, with K, M or G at its end, or -1';
    if (size.kind === 'relative') {
      return this.bad(setting, expected, `internal error: can't convert relative size: '${value}'`);
    }
    if (size.kind === 'invalid' || /^\s*-/.test(value)) {
      return this.bad(setting, expected, `internal error: failed to convert size: '${value}'`);
    }
    const kiB = size.bytes / 1024n;
    if (kiB >= UNLIMITED_KIB) {
      this.conversion.ledger.unneeded(setting, unlimited);
      return undefined;
    }
    return locatedAt(Number(kiB), setting);
  }

  private set(setting: Setting): NumberSet | undefined {
    const { value } = setting;
    const members = parseCpuset(value);
    if (members === undefined) {
      const libvirt = `invalid argument: Failed to parse bitmap '${value}'`;
      return this.bad(setting, 'a list such as 0-3,7, up to 16383', libvirt);
    }
    if (members.length > 0) return members;
    this.conversion.ledger.lost(setting, cpusetEmpty);
    return undefined;
  }

  /** The kernel clamps them, and libvirt defines none below 2. @see kernel/sched/sched.h, MIN_SHARES and MAX_SHARES */
  private shares(setting: Setting): Located<number> | undefined {
    const value = this.number(setting, setting.value, parseU64);
    if (value === undefined) return undefined;
    if (setting.written.endsWith('cpu.weight')) {
      if (value < 1n || value > 10_000n) return this.bad(setting, 'a weight from 1 to 10000');
      this.conversion.ledger.changed(setting, value < 2n ? leastWeight : weightAsShares);
      return locatedAt(Math.max(Number(value), 2), setting);
    }
    const shares = value < 2n ? 2 : value > 262_144n ? 262_144 : Number(value);
    if (BigInt(shares) !== value) this.conversion.ledger.changed(setting, clamped(shares));
    return locatedAt(shares, setting);
  }

  private period(setting: Setting): Located<number> | undefined {
    const text = setting.written.endsWith('cpu.max') ? words(setting.value)[1] : setting.value;
    const value = text === undefined ? 100_000n : this.number(setting, text, parseU64);
    if (value === undefined) return undefined;
    if (value >= 1000n && value <= 1_000_000n) return locatedAt(Number(value), setting);
    return this.bad(setting, 'a period from 1000 to 1000000 microseconds');
  }

  private quota(setting: Setting): Located<bigint> | undefined {
    const text = setting.written.endsWith('cpu.max') ? words(setting.value)[0] : setting.value;
    if (text === 'max') return locatedAt(-1n, setting);
    const value = this.number(setting, text ?? '', parseI64);
    if (value === undefined) return undefined;
    if (value < 0n) return locatedAt(value, setting);
    if (value >= 1000n && value <= 17_592_186_044_415n) return locatedAt(value, setting);
    return this.bad(setting, 'a quota of at least 1000 microseconds, or -1');
  }

  private number(
    setting: Setting,
    text: string,
    parse: (text: string) => bigint | undefined,
  ): bigint | undefined {
    const value = parse(text);
    const wraps = parse === parseU64 && /^\s*-/.test(text);
    if (value !== undefined && !wraps) return value;
    return this.bad(setting, 'a number', `internal error: failed to parse integer: '${text}'`);
  }
}

/** What the kernel reports for no limit. @see libvirt 9.0, src/util/virutil.h, VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
const UNLIMITED_KIB = 9_007_199_254_740_991n;
