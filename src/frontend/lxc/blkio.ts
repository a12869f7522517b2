import { parseU32, parseU64 } from '../../convert/libvirt-numbers.ts';
import { overridden, shadowed } from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue } from '../../diagnostics/catalog/lxc.ts';
import type { BlkioDevice, Blkiotune } from '../../ir/tuning.ts';
import { type Conversion, given, locatedAt, originOf } from './conversion.ts';
import type { Setting } from './settings.ts';
import { words } from './values.ts';

type Limits = { -readonly [K in keyof BlkioDevice]: BlkioDevice[K] };
type Field = Exclude<keyof BlkioDevice, 'path' | 'origin'>;

/** The names of the kernel and of libvirt's converter, by what they limit. */
const V1: readonly (readonly [file: string, field: Field])[] = [
  ['device_weight', 'weight'],
  ['weight_device', 'weight'],
  ['throttle.read_iops_device', 'readIopsPerSecond'],
  ['throttle.write_iops_device', 'writeIopsPerSecond'],
  ['throttle.read_bps_device', 'readBytesPerSecond'],
  ['throttle.write_bps_device', 'writeBytesPerSecond'],
];
const V2_FIELDS: ReadonlyMap<string, Field> = new Map([
  ['riops', 'readIopsPerSecond'],
  ['wiops', 'writeIopsPerSecond'],
  ['rbps', 'readBytesPerSecond'],
  ['wbps', 'writeBytesPerSecond'],
]);

const V1_KEYS = V1.map(([file, field]) => [`lxc.cgroup.blkio.${file}`, field] as const);

/** Limits of block devices, by `MAJOR:MINOR` in the order in which they are first named. */
export function readBlkiotune(conversion: Conversion): Blkiotune | undefined {
  const { settings, full } = conversion;
  const all = (key: string): readonly Setting[] => settings.byKey.get(key) ?? [];
  if (![...settings.byKey.keys()].some(isOfBlocks)) return undefined;
  const ioWeights = full ? all('lxc.cgroup2.io.weight') : [];
  const weights = [
    ...(full ? all('lxc.cgroup2.io.bfq.weight') : []),
    ...ioWeights.filter((setting) => !isOfDevice(setting)),
    ...all('lxc.cgroup.blkio.weight'),
  ];
  const weightLine = weights.at(-1);
  for (const setting of weights) {
    if (weightLine === undefined || setting === weightLine) continue;
    const reason = setting.key === weightLine.key ? overridden : shadowed(weightLine.written);
    conversion.ledger.unneeded(setting, reason);
  }
  const devices = new Map<string, Limits>();
  const lines = [
    ...V1_KEYS.flatMap(([key, field]) => all(key).map((setting) => ({ setting, field }))),
    ...ioWeights.filter(isOfDevice).map((setting) => ({ setting, field: 'weight' as const })),
    ...(full ? all('lxc.cgroup2.io.max') : []).map((setting) => ({ setting, field: undefined })),
  ].sort((a, b) => a.setting.order - b.setting.order);
  for (const { setting, field } of lines) {
    const [device, ...limits] = words(setting.value);
    if (device === undefined || !/^\d+:\d+$/.test(device) || limits.length === 0) {
      bad(conversion, setting, 'MAJOR:MINOR and a limit');
      continue;
    }
    const path = `/dev/block/${device}`;
    const entry = devices.get(path) ?? { path, origin: originOf(setting) };
    devices.set(path, entry);
    if (field !== undefined) setLimit(conversion, setting, entry, field, limits[0] ?? '');
    else for (const limit of limits) setMaximum(conversion, setting, entry, limit);
  }
  const weight = weightLine === undefined ? undefined : readWeight(conversion, weightLine);
  const limited = [...devices.values()].filter((entry) => Object.keys(entry).length > 2);
  const first = weightLine ?? lines[0]?.setting;
  if (first === undefined || (weight === undefined && limited.length === 0)) return undefined;
  return {
    ...given({ weight: weight === undefined ? undefined : locatedAt(weight, first) }),
    devices: limited,
    origin: originOf(first),
  };
}

/** `io.weight` has a weight for all devices, or `MAJOR:MINOR` and one for it. */
const isOfDevice = ({ value }: Setting): boolean => /^\d+:\d+[ \t]/.test(value);

const isOfBlocks = (key: string): boolean => /^lxc\.cgroup(\.blkio|2\.io)\./.test(key);

function bad({ diagnostics }: Conversion, setting: Setting, expected: string): void {
  const { written, value, valueSpan } = setting;
  diagnostics.push(lxcBadValue(written, value, expected, valueSpan));
}

/** On v2 the word `default` may stand before it. */
function readWeight(conversion: Conversion, setting: Setting): number | undefined {
  const text = setting.value.replace(/^default[ \t]+/, '');
  const weight = /^\s*-/.test(text) ? undefined : parseU32(text);
  if (weight === undefined) bad(conversion, setting, 'a number');
  return weight === 0 ? undefined : weight;
}

/** `rbps=1048576`, or `max` for none. */
function setMaximum(conversion: Conversion, setting: Setting, entry: Limits, text: string): void {
  const [name = '', value = ''] = text.split('=');
  const field = V2_FIELDS.get(name);
  if (field === undefined) bad(conversion, setting, 'rbps=, wbps=, riops= or wiops=');
  else if (value !== 'max') setLimit(conversion, setting, entry, field, value);
}

/** 0 is no limit. */
function setLimit(
  conversion: Conversion,
  setting: Setting,
  entry: Limits,
  field: Field,
  text: string,
): void {
  const value = /^\s*-/.test(text) ? undefined : parseU64(text);
  const isBytes = field === 'readBytesPerSecond' || field === 'writeBytesPerSecond';
  if (value === undefined || (!isBytes && value > 0xffff_ffffn)) {
    bad(conversion, setting, 'a number behind the device');
  } else if (value === 0n) {
    delete entry[field];
  } else if (isBytes) {
    entry[field] = value;
  } else {
    entry[field] = Number(value);
  }
}
