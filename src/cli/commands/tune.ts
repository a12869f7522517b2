import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitRefused, notTunable, valueInvalid } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { errorCode } from '../../linux/error-code.ts';
import { Failure, trustState } from '../failure.ts';
import { findKnown, findRunningDomain, type Known } from '../find-known.ts';
import { groupsOf } from '../groups-of.ts';
import { needOutput, print, printDone } from '../output.ts';
import { domainOf } from '../title-of.ts';

interface MemoryOptions {
  readonly hardLimit?: string;
  readonly softLimit?: string;
  readonly swapHardLimit?: string;
  readonly json?: boolean;
}

/** In libvirt's words, with the files of cgroup v1 and v2. Swap is what v1 says: memory and swap together. */
const limits = [
  ['hard_limit', 'hardLimit', 'memory.limit_in_bytes', 'memory.max'],
  ['soft_limit', 'softLimit', 'memory.soft_limit_in_bytes', 'memory.high'],
  ['swap_hard_limit', 'swapHardLimit', 'memory.memsw.limit_in_bytes', undefined],
] as const;

/** As v1 has it, "no limit" is a number near the largest: so many bytes no machine has. */
const UNLIMITED = 2 ** 60;

/** Shows the limits of memory in KiB; with an option changes that of a domain that runs, at once and for this run. */
export function memtune(text: string, options: MemoryOptions): void {
  const known = findKnown(text);
  const wanted = limits.flatMap(([name, key, v1, v2]) => {
    const given = options[key];
    return given === undefined ? [] : [{ name, bytes: bytesIn(given), files: [v1, v2] }];
  });
  if (wanted.length > 0) {
    const { running } = findRunningDomain(text);
    needOutput();
    trustState(runtimeDirectory());
    for (const { name, bytes, files } of wanted)
      write(known.name, name, groupsOf(running), files, bytes === undefined ? '-1' : String(bytes));
    return;
  }
  const shown = limits.map(([name, , v1, v2]) => [name, limitOf(known, name, [v1, v2])] as const);
  if (options.json === true) {
    const entries = shown.map(([name, kib]) => [`${name}KiB`, kib ?? null]);
    return print(
      `${JSON.stringify({ version: 1, ...Object.fromEntries(entries) }, undefined, 2)}\n`,
    );
  }
  print(records(shown.map(([name, kib]) => [name, kib ?? 'unlimited'])));
}

/** Sets the memory that a domain has while it runs, which is at most what its XML says. */
export function setmem(text: string, size: string): void {
  const known = findRunningDomain(text);
  needOutput();
  trustState(runtimeDirectory());
  const bytes = bytesIn(size);
  const maximum = (domainOf(known)?.memoryKiB?.value ?? 0) * 1024;
  if (bytes === undefined || bytes === 0 || (maximum > 0 && bytes > maximum))
    throw new Failure([valueInvalid(size, `KiB, at most ${maximum / 1024}`)]);
  const files = ['memory.limit_in_bytes', 'memory.max'];
  write(known.name, 'memory', groupsOf(known.running), files, String(bytes));
  printDone('\n');
}

function limitOf(
  known: Known,
  name: string,
  files: readonly (string | undefined)[],
): number | undefined {
  const { running } = known;
  if (running === undefined) {
    const tune = domainOf(known)?.memtune;
    if (name === 'hard_limit') return tune?.hardLimitKiB?.value;
    return (name === 'soft_limit' ? tune?.softLimitKiB : tune?.swapHardLimitKiB)?.value;
  }
  const text = read(groupsOf(running), files);
  const bytes = text === undefined || text === 'max' ? UNLIMITED : Number(text);
  return bytes >= UNLIMITED ? undefined : Math.floor(bytes / 1024);
}

interface CpuOptions {
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** Shows how a domain gets processor time; `--set cpu_shares=512` changes that of one that runs. */
export function schedinfo(text: string, { set, json }: CpuOptions): void {
  const known = findKnown(text);
  if (set !== undefined && set.length > 0) {
    const { running } = findRunningDomain(text);
    needOutput();
    trustState(runtimeDirectory());
    for (const pair of set) {
      const [, name = '', value = ''] =
        /^(cpu_shares|vcpu_period|vcpu_quota)=(-?\d+)$/.exec(pair) ?? [];
      const file = cpuFiles[name as keyof typeof cpuFiles];
      if (file === undefined)
        throw new Failure([
          valueInvalid(pair, 'cpu_shares, vcpu_period or vcpu_quota, = and a number'),
        ]);
      write(known.name, name, groupsOf(running), [file], value);
    }
  }
  const tune = domainOf(known)?.cputune;
  const groups = known.running === undefined ? [] : groupsOf(known.running);
  const now = (
    name: keyof typeof cpuFiles,
    configured: number | bigint | undefined,
    none: number,
  ) => Number(read(groups, [cpuFiles[name]]) ?? configured ?? none);
  const info = {
    cpu_shares: now('cpu_shares', tune?.shares?.value, 1024),
    vcpu_period: now('vcpu_period', tune?.periodUs?.value, 100_000),
    vcpu_quota: now('vcpu_quota', tune?.quotaUs?.value, -1),
  };
  if (json === true)
    return print(`${JSON.stringify({ version: 1, scheduler: 'posix', ...info }, undefined, 2)}\n`);
  print(records([['Scheduler', 'posix'], ...Object.entries(info)]));
}

const cpuFiles = {
  cpu_shares: 'cpu.shares',
  vcpu_period: 'cpu.cfs_period_us',
  vcpu_quota: 'cpu.cfs_quota_us',
} as const;

interface BlockOptions {
  readonly weight?: string;
}

/** Of each device that the domain names: a line of virsh, and where the domain has it. */
const deviceLimits = [
  ['device_weight', 'weight'],
  ['device_read_iops_sec', 'readIopsPerSecond'],
  ['device_write_iops_sec', 'writeIopsPerSecond'],
  ['device_read_bytes_sec', 'readBytesPerSecond'],
  ['device_write_bytes_sec', 'writeBytesPerSecond'],
] as const;

/** By which scheduler the kernel weighs: one of them is there, if any. */
const weightFiles = ['blkio.bfq.weight', 'blkio.weight', 'io.bfq.weight', 'io.weight'];

/** Shows how a domain gets input and output; `--weight` changes it for one that runs. */
export function blkiotune(text: string, { weight }: BlockOptions): void {
  const known = findKnown(text);
  if (weight !== undefined) {
    const { running } = findRunningDomain(text);
    needOutput();
    trustState(runtimeDirectory());
    if (!/^\d{1,5}$/.test(weight)) throw new Failure([valueInvalid(weight, 'a number')]);
    for (const file of weightFiles) {
      if (read(groupsOf(running), [file]) === undefined) continue;
      write(known.name, 'weight', groupsOf(running), [file], weight);
      return printDone('\n');
    }
    throw new Failure([notTunable(known.name, 'weight')]);
  }
  const tune = domainOf(known)?.blkiotune;
  const live = known.running === undefined ? undefined : read(groupsOf(known.running), weightFiles);
  const devices = tune?.devices ?? [];
  const lines = deviceLimits.map(([label, key]) => {
    const given = devices.flatMap((each) =>
      each[key] === undefined ? [] : [`${each.path},${each[key]}`],
    );
    return [label, given.join()] as const;
  });
  const now = live?.replace(/^default /, '') ?? tune?.weight?.value ?? 0;
  print(records([['weight', String(now)], ...lines]));
}

const LABEL = 15;

const records = (rows: readonly (readonly [string, string | number])[]): string =>
  `${rows.map(([label, value]) => `${label.padEnd(LABEL)}: ${value}\n`).join('')}\n`;

function read(
  groups: readonly string[],
  files: readonly (string | undefined)[],
): string | undefined {
  for (const file of files) {
    const group = groups.find((each) => file !== undefined && existsSync(join(each, file)));
    if (group !== undefined && file !== undefined)
      return readFileSync(join(group, file), 'latin1').trim();
  }
  return undefined;
}

function write(
  name: string,
  what: string,
  groups: readonly string[],
  files: readonly (string | undefined)[],
  value: string,
): void {
  for (const file of files) {
    const group = groups.find((each) => file !== undefined && existsSync(join(each, file)));
    if (group === undefined || file === undefined) continue;
    try {
      writeFileSync(
        join(group, file),
        value === '-1' && !file.includes('_in_bytes') && !file.includes('cfs') ? 'max' : value,
      );
      return;
    } catch (cause) {
      throw new Failure([limitRefused(name, what, value, errorCode(cause))]);
    }
  }
  throw new Failure([notTunable(name, what)]);
}

/** KiB, as virsh takes them, or with a unit; -1 is no limit. */
function bytesIn(text: string): number | undefined {
  if (text === '-1') return undefined;
  const [, digits, unit = 'k'] = /^(\d{1,15})\s*([kKmMgGtTbB]?)(?:i?[bB])?$/.exec(text) ?? [];
  if (digits === undefined)
    throw new Failure([valueInvalid(text, 'a size in KiB, or such as 64M')]);
  const power = { b: 0, k: 1, m: 2, g: 3, t: 4 }[unit.toLowerCase() || 'k'] ?? 1;
  return Number(digits) * 1024 ** power;
}
