import {
  clamped,
  cpusetEmpty,
  leastWeight,
  memoryDefault,
  memoryOfHost,
  noController,
  onlyWithFull,
  overridden,
  shadowed,
  unlimited,
  weightAsShares,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue, lxcNoMemoryLimit } from '../../diagnostics/catalog/lxc.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import { isFull } from '../../ir/number-set.ts';
import type { Blkiotune, Cputune, Memtune, Numatune, NumberSet, Vcpu } from '../../ir/tuning.ts';
import { type CgroupSetting, cgroupSettings } from '../../libvirt/cgroup-settings.ts';
import { parseCpuset } from '../../libvirt/numbers.ts';
import { readBlkiotune } from './blkio.ts';
import { type Conversion, given, locatedAt, originOf, settingOf } from './conversion.ts';
import { parseKernelInteger, parseKernelNumber, parseKernelSize } from './kernel-numbers.ts';
import type { Setting } from './setting.ts';
import { words } from './values.ts';

export interface Limits {
  readonly memoryKiB: Located<number>;
  readonly memtune: Memtune | undefined;
  readonly vcpu: Vcpu;
  readonly cputune: Cputune | undefined;
  readonly numatune: Numatune | undefined;
  readonly blkiotune: Blkiotune | undefined;
}

/** libvirt's `<memory>` of a container without a limit. @see libvirt 9.0, src/lxc/lxc_native.c, lxcSetMemTune */
const DEFAULT_KIB = 65_536;

const all: readonly CgroupSetting[] = Object.values(cgroupSettings);
const filesOf = (version: 'v1' | 'v2', only = all): string[] =>
  only.flatMap(({ [version]: given }) =>
    (given === undefined ? [] : [given.file, given.alias ?? []]).flat(),
  );
const filesOfBfq = (version: 'v1' | 'v2'): string[] =>
  all.flatMap(({ [version]: given }) => given?.bfq ?? []);

/** The files of cgroups that domain XML has elements for. */
const known = {
  v1: new Set(filesOf('v1')),
  /** virsh does not know the files of this scheduler. */
  v1Full: new Set([...filesOf('v1'), ...filesOfBfq('v1')]),
  v2: new Set([...filesOf('v2'), ...filesOfBfq('v2')]),
};

/** What readBlkiotune tells of: the weights, and lines about a device each. */
const ofBlocks = all.filter(({ controller }) => controller === 'io');
const OF_BLOCKS = new Set(
  (['v1', 'v2'] as const).flatMap((version) => [
    ...filesOf(version, ofBlocks),
    ...filesOfBfq(version),
  ]),
);

/** On v2 swap is limited by itself, in domain XML together with memory. */
const isSwapAlone = (setting: Setting | undefined): boolean =>
  setting?.key === 'lxc.cgroup2.memory.swap.max';

export function readLimits(conversion: Conversion): Limits {
  const reader = new LimitsReader(conversion);
  const { memoryKiB, memtune } = reader.memory();
  const vcpu = reader.vcpu();
  const cputune = reader.cputune();
  const numatune = reader.numatune();
  const blkiotune = readBlkiotune(conversion);
  reader.others();
  return { memoryKiB, memtune, vcpu, cputune, numatune, blkiotune };
}

/** The keys of a setting; made once: to put a key together takes longer than to look it up. */
interface Keys {
  readonly v1: string;
  readonly v2: string;
}
const keysOf = ({ v1, v2 }: Required<Pick<CgroupSetting, 'v1' | 'v2'>>): Keys => ({
  v1: `lxc.cgroup.${v1.file}`,
  v2: `lxc.cgroup2.${v2.file}`,
});
const keys = {
  hardLimit: keysOf(cgroupSettings.hardLimit),
  softLimit: keysOf(cgroupSettings.softLimit),
  swapHardLimit: keysOf(cgroupSettings.swapHardLimit),
  cpus: keysOf(cgroupSettings.cpus),
  memoryNodes: keysOf(cgroupSettings.memoryNodes),
  shares: keysOf(cgroupSettings.shares),
  quota: `lxc.cgroup.${cgroupSettings.quota.v1.file}`,
  period: `lxc.cgroup.${cgroupSettings.period.v1.file}`,
  quotaAndPeriod: `lxc.cgroup2.${cgroupSettings.quotaAndPeriod.v2.file}`,
};

class LimitsReader {
  private readonly conversion: Conversion;

  constructor(conversion: Conversion) {
    this.conversion = conversion;
  }

  memory(): Pick<Limits, 'memoryKiB' | 'memtune'> {
    const { ledger, full, host, file } = this.conversion;
    const [hard, soft, swap] = [
      this.either(keys.hardLimit),
      this.either(keys.softLimit),
      this.either(keys.swapHardLimit),
    ];
    const known = full ? host.memoryKiB : undefined;
    const reason = known === undefined ? memoryDefault : memoryOfHost(known);
    const first = hard ?? soft ?? swap;
    if (first === undefined) {
      ledger.absent('lxc.cgroup.memory.limit_in_bytes', file, reason);
      return {
        memoryKiB: located(known ?? DEFAULT_KIB, source({ file, start: 0, end: 0 })),
        memtune: undefined,
      };
    }
    const hardLimitKiB = hard === undefined ? undefined : this.size(hard);
    const swapKiB = swap === undefined ? undefined : this.size(swap);
    const memory = hardLimitKiB?.value ?? known ?? DEFAULT_KIB;
    const tune = given({
      hardLimitKiB,
      softLimitKiB: soft === undefined ? undefined : this.size(soft),
      swapHardLimitKiB:
        swapKiB === undefined || !isSwapAlone(swap)
          ? swapKiB
          : { ...swapKiB, value: swapKiB.value + memory },
    });
    if (hard !== undefined && hardLimitKiB?.value === 0) {
      this.conversion.diagnostics.push(lxcNoMemoryLimit(hard.value, hard.valueSpan));
    }
    const memtune =
      Object.keys(tune).length === 0 ? undefined : { ...tune, origin: originOf(first) };
    if (hardLimitKiB !== undefined) return { memoryKiB: hardLimitKiB, memtune };
    ledger.absent(hard?.written ?? 'lxc.cgroup.memory.limit_in_bytes', file, reason);
    const origin = hard === undefined ? source({ file, start: 0, end: 0 }) : originOf(hard);
    return { memoryKiB: located(known ?? DEFAULT_KIB, origin), memtune };
  }

  vcpu(): Vcpu {
    const setting = this.either(keys.cpus);
    if (setting === undefined) {
      const origin = source({ file: this.conversion.file, start: 0, end: 0 });
      return { count: 1, placement: 'static', origin };
    }
    const set = this.set(setting);
    const origin = originOf(setting);
    // A full one is as good as none.
    if (set === undefined || isFull(set)) return { count: 1, placement: 'static', origin };
    return { count: 1, placement: 'static', cpuset: locatedAt(set, setting), origin };
  }

  numatune(): Numatune | undefined {
    const setting = this.either(keys.memoryNodes);
    const nodeset = setting === undefined ? undefined : this.set(setting);
    if (setting === undefined || nodeset === undefined) return undefined;
    const origin = originOf(setting);
    return { memory: { mode: 'strict', placement: 'static', nodeset, origin }, origin };
  }

  cputune(): Cputune | undefined {
    const shares = this.either(keys.shares);
    const { full } = this.conversion;
    const max = full ? settingOf(this.conversion, keys.quotaAndPeriod) : undefined;
    const oldQuota = settingOf(this.conversion, keys.quota);
    const oldPeriod = settingOf(this.conversion, keys.period);
    const old = oldQuota ?? oldPeriod;
    // One of v1 and the other of v2 would be a limit that nobody asked for.
    const [quota, period] = old === undefined ? [max, max] : [oldQuota, oldPeriod];
    if (old !== undefined && max !== undefined) {
      this.conversion.ledger.unneeded(max, shadowed(old.written));
    }
    const first = shares ?? period ?? quota;
    if (first === undefined) return undefined;
    const tune = given({
      shares: shares === undefined ? undefined : this.shares(shares),
      periodUs: period === undefined ? undefined : this.period(period),
      quotaUs: quota === undefined ? undefined : this.quota(quota),
    });
    if (Object.keys(tune).length === 0) return undefined;
    return { ...tune, origin: originOf(first) };
  }

  /** What has no element. */
  others(): void {
    const { ledger, full, settings } = this.conversion;
    for (const [key, all] of settings.byKey) {
      if (!key.startsWith('lxc.cgroup')) continue;
      const match = /^lxc\.cgroup(2?)\.(.*)$/s.exec(key);
      const file = match?.[2];
      if (file === undefined || all[0]?.spec.key !== `lxc.cgroup${match?.[1]}.*`) continue;
      const version = match?.[1] === '2' ? 'v2' : full ? 'v1Full' : 'v1';
      const isKnown = known[version].has(file);
      for (const setting of all) {
        if (/^devices\.(allow|deny)$/.test(file)) continue; // readDeviceRules
        if (!isKnown) ledger.lost(setting, noController(file));
        else if (match?.[1] === '2' && !full)
          ledger.lost(setting, onlyWithFull('a limit', 'behaviour'));
        else if (setting !== all.at(-1) && !OF_BLOCKS.has(file))
          ledger.unneeded(setting, overridden);
      }
    }
  }

  /** The line of v1 if there is one, else, with `--full`, that of v2. */
  private either({ v1, v2 }: Keys): Setting | undefined {
    const old = settingOf(this.conversion, v1);
    const current = this.conversion.full ? settingOf(this.conversion, v2) : undefined;
    if (old !== undefined && current !== undefined) {
      this.conversion.ledger.unneeded(current, shadowed(old.written));
    }
    return old ?? current;
  }

  private bad(setting: Setting, expected: string, libvirt?: string): undefined {
    const { written, value, valueSpan } = setting;
    this.conversion.diagnostics.push(lxcBadValue(written, value, expected, valueSpan, libvirt));
    return undefined;
  }

  /** KiB, rounded down; undefined for no limit. */
  private size(setting: Setting): Located<number> | undefined {
    const { value, key } = setting;
    const isV2 = key.startsWith('lxc.cgroup2.');
    if (value === (isV2 ? 'max' : '-1')) {
      this.conversion.ledger.unneeded(setting, unlimited);
      return undefined;
    }
    const bytes = parseKernelSize(value);
    if (bytes === undefined) {
      const expected = `a number of bytes, with K, M or G at its end, or ${isV2 ? 'max' : '-1'}`;
      const libvirt = value.endsWith('%')
        ? `internal error: can't convert relative size: '${value}'`
        : `internal error: failed to convert size: '${value}'`;
      return this.bad(setting, expected, libvirt);
    }
    const kiB = bytes / 1024n;
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
    const value = this.number(setting, setting.value, parseKernelNumber);
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
    const value = text === undefined ? 100_000n : this.number(setting, text, parseKernelNumber);
    if (value === undefined) return undefined;
    if (value >= 1000n && value <= 1_000_000n) return locatedAt(Number(value), setting);
    return this.bad(setting, 'a period from 1000 to 1000000 microseconds');
  }

  private quota(setting: Setting): Located<bigint> | undefined {
    const text = setting.written.endsWith('cpu.max') ? words(setting.value)[0] : setting.value;
    if (text === 'max') return locatedAt(-1n, setting);
    const value = this.number(setting, text ?? '', parseKernelInteger);
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
    const libvirt = `internal error: failed to parse integer: '${text}'`;
    return parse(text) ?? this.bad(setting, 'a number', libvirt);
  }
}

/** What the kernel reports for no limit. @see libvirt 9.0, src/util/virutil.h, VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
const UNLIMITED_KIB = 9_007_199_254_740_991n;
