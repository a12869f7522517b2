import {
  cputuneNotANumber,
  cputuneOutOfRange,
  iothreadMissing,
  iothreadPinTwice,
  onlyOneSupported,
  pinTwice,
  pinWithoutCpuset,
} from '../../diagnostics/catalog/definition.ts';
import { type Located, located, type Span, source } from '../../diagnostics/origin.ts';
import type { Kept } from '../../ir/kept.ts';
import { formatNumberSet } from '../../ir/number-set.ts';
import type { Cputune } from '../../ir/tuning.ts';
import { resourceRules } from './kept/cputune.ts';
import { keep } from './kept/keep.ts';
import { int64, uint64 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import { readSchedulers } from './schedulers.ts';
import type { XmlElement } from './tree.ts';
import { readSet } from './vcpu.ts';

const MAX_SHARES = 262144n;
const MAX_PERIOD = 1000000n;
const MAX_QUOTA = 17592186044415n;

/** Threads of a virtual machine, which have a period and a quota of their own. */
const threads = ['global', 'emulator', 'iothread'] as const;

/** The threads of a virtual machine that can be spoken of. */
export interface Threads {
  readonly vcpus: number;
  /** How many of them are on. */
  readonly current: number;
  readonly iothreads: ReadonlySet<number>;
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefTunablesParse, and virDomainDefCputuneValidate */
export function readCputune(reading: Reading, root: XmlElement, ids: Threads): Cputune | undefined {
  const parents = reading.many(root, 'cputune');
  const shares = readNumber(reading, parents, 'shares', uint64);
  if (shares !== undefined && shares.value !== 0n && !within(shares.value, 2n, MAX_SHARES)) {
    reading.late('shares', cputuneOutOfRange('shares', `[2, ${MAX_SHARES}]`, spanOf(shares)));
  }
  const periodUs = readPeriod(reading, parents, 'period');
  const quotaUs = readQuota(reading, parents, 'quota');
  const kept = threads.flatMap((thread) => [
    keptNumber(`${thread}_period`, readPeriod(reading, parents, `${thread}_period`)),
    keptNumber(`${thread}_quota`, readQuota(reading, parents, `${thread}_quota`)),
  ]);
  const pins = readPins(reading, parents, ids);
  const schedulers = readSchedulers(reading, parents, ids.vcpus, ids.iothreads);
  const resources = Object.entries(resourceRules).flatMap(([name, rule]) =>
    reading.many(parents, name).flatMap((element) => keep(reading, element, rule) ?? []),
  );
  const [first] = parents;
  const tuning = given({
    shares: shares === undefined ? undefined : located(Number(shares.value), shares.origin),
    periodUs: periodUs === undefined ? undefined : located(Number(periodUs.value), periodUs.origin),
    quotaUs,
  });
  const all = [...kept.filter((each) => each !== undefined), ...pins, ...schedulers, ...resources];
  if (first === undefined || (Object.keys(tuning).length === 0 && all.length === 0)) {
    return undefined;
  }
  return { ...tuning, ...(all.length === 0 ? {} : { kept: all }), origin: source(first.span) };
}

const within = (value: bigint, least: bigint, most: bigint): boolean =>
  value >= least && value <= most;

const spanOf = ({ origin }: Located<unknown>): Span | undefined =>
  origin.kind === 'source' ? origin.span : undefined;

function readNumber(
  reading: Reading,
  parents: readonly XmlElement[],
  name: string,
  parse: (text: string) => bigint | undefined,
): Located<bigint> | undefined {
  const text = reading.text(parents, name);
  if (text === undefined) return undefined;
  const value = parse(text.value);
  if (value !== undefined) return located(value, text.origin);
  return reading.report(cputuneNotANumber(name.replace('_', ' '), spanOf(text)!));
}

/** Microseconds; 0 is not given. */
function readPeriod(
  reading: Reading,
  parents: readonly XmlElement[],
  name: string,
): Located<bigint> | undefined {
  const period = readNumber(reading, parents, name, uint64);
  if (period === undefined || period.value === 0n) return undefined;
  if (!within(period.value, 1000n, MAX_PERIOD)) {
    const range = `[1000, ${MAX_PERIOD}]`;
    reading.late('periods', cputuneOutOfRange(name, range, spanOf(period)));
  }
  return period;
}

/** Microseconds; 0 is not given, less is unlimited. */
function readQuota(
  reading: Reading,
  parents: readonly XmlElement[],
  name: string,
): Located<bigint> | undefined {
  const quota = readNumber(reading, parents, name, int64);
  if (quota === undefined || quota.value === 0n) return undefined;
  if (quota.value > 0n && !within(quota.value, 1000n, MAX_QUOTA)) {
    const range = `[1000, ${MAX_QUOTA}]`;
    reading.late('quotas', cputuneOutOfRange(name, range, spanOf(quota)));
  }
  return quota;
}

const keptNumber = (name: string, number: Located<bigint> | undefined): Kept | undefined =>
  number === undefined
    ? undefined
    : { name, attributes: [], children: [], text: `${number.value}`, origin: number.origin };

function readPins(
  reading: Reading,
  parents: readonly XmlElement[],
  { vcpus, current, iothreads }: Threads,
): readonly Kept[] {
  const seen = new Map<number, Kept>();
  for (const element of reading.many(parents, 'vcpupin')) {
    if (reading.required(element, 'vcpu') === undefined) continue;
    const vcpu = reading.uint32(element, 'vcpu');
    reading.attribute(element, 'cpuset');
    if (vcpu === undefined || vcpu >= vcpus) continue;
    if (seen.has(vcpu)) reading.report(pinTwice(vcpu, element.span));
    const pin = readPin(reading, element);
    if (pin === undefined) continue;
    const attributes = [{ name: 'vcpu', value: `${vcpu}` }, ...pin.attributes];
    seen.set(vcpu, { ...pin, attributes });
  }
  const [emulator, second] = reading.many(parents, 'emulatorpin');
  if (second !== undefined) reading.report(onlyOneSupported('emulatorpin', second.span));
  const pin = emulator === undefined ? undefined : readPin(reading, emulator);
  const online = [...seen].filter(([vcpu]) => vcpu < current).sort(([a], [b]) => a - b);
  const ofIothreads = readIothreadPins(reading, parents, iothreads);
  return [...online.map(([, kept]) => kept), ...(pin === undefined ? [] : [pin]), ...ofIothreads];
}

/** In the order of the threads. */
function readIothreadPins(
  reading: Reading,
  parents: readonly XmlElement[],
  ids: ReadonlySet<number>,
): readonly Kept[] {
  const pins = new Map<number, Kept>();
  for (const element of reading.many(parents, 'iothreadpin')) {
    if (reading.required(element, 'iothread') === undefined) continue;
    const id = reading.uint32(element, 'iothread', { zero: 'refused' });
    reading.attribute(element, 'cpuset');
    if (id === undefined) continue;
    if (!ids.has(id)) {
      reading.report(iothreadMissing(id, element.span));
      continue;
    }
    const pin = readPin(reading, element);
    if (pin === undefined) continue;
    if (pins.has(id)) reading.report(iothreadPinTwice(id, element.span));
    const attributes = [{ name: 'iothread', value: `${id}` }, ...pin.attributes];
    pins.set(id, { ...pin, attributes });
  }
  return [...ids].flatMap((id) => pins.get(id) ?? []);
}

function readPin(reading: Reading, element: XmlElement): Kept | undefined {
  const cpuset = reading.attribute(element, 'cpuset');
  if (cpuset === undefined)
    return reading.report(pinWithoutCpuset(element.localName, element.span));
  const set = readSet(reading, 'cpuset', cpuset);
  if (set === undefined) return undefined;
  return {
    name: element.name,
    attributes: [{ name: 'cpuset', value: formatNumberSet(set) }],
    children: [],
    origin: source(element.span),
  };
}
