import { overridden, shadowed } from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue } from '../../diagnostics/catalog/lxc.ts';
import type { BlkioDevice, Blkiotune } from '../../ir/tuning.ts';
import { cgroupSettings, throttles } from '../../libvirt/cgroup-settings.ts';
import { parseU32, parseU64 } from '../../libvirt/numbers.ts';
import { type Conversion, given, locatedAt, originOf } from './conversion.ts';
import type { Setting, SettingsByKey } from './setting.ts';
import { words } from './values.ts';

type Limits = { -readonly [K in keyof BlkioDevice]: BlkioDevice[K] };
type Field = Exclude<keyof BlkioDevice, 'path' | 'origin'>;

const { weight: weightFile, weightOfDevice } = cgroupSettings;

/** The files of v1 with lines about a device each, by what they limit. */
const V1_KEYS: readonly (readonly [key: string, field: Field])[] = [
  [weightOfDevice.v1.alias, 'weight'] as const,
  [weightOfDevice.v1.file, 'weight'] as const,
  ...throttles.map(({ v1, field }) => [v1, field] as const),
].map(([file, field]) => [`lxc.cgroup.${file}`, field]);

const V2_FIELDS: ReadonlyMap<string, Field> = new Map(
  throttles.map(({ v2, field }) => [v2, field]),
);

/** Limits of block devices, by `MAJOR:MINOR` in the order in which they are first named. */
export function readBlkiotune(conversion: Conversion): Blkiotune | undefined {
  const { settings, full } = conversion;
  const all = (key: string): readonly Setting[] => settings.byKey.get(key) ?? [];
  if (!hasBlocks(settings.byKey)) return undefined;
  const onlyFull = (key: string): readonly Setting[] => (full ? all(key) : []);
  const ioWeights = [
    ...onlyFull(`lxc.cgroup2.${weightFile.v2.bfq}`),
    ...onlyFull(`lxc.cgroup2.${weightFile.v2.file}`),
  ];
  const weights = [
    ...ioWeights.filter((setting) => !isOfDevice(setting)),
    ...onlyFull(`lxc.cgroup.${weightFile.v1.bfq}`),
    ...all(`lxc.cgroup.${weightFile.v1.file}`),
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
    ...onlyFull(`lxc.cgroup.${weightOfDevice.v1.bfq}`).map((setting) => ({
      setting,
      field: 'weight' as const,
    })),
    ...onlyFull(`lxc.cgroup2.${cgroupSettings.maxima.v2.file}`).map((setting) => ({
      setting,
      field: undefined,
    })),
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

function hasBlocks(settings: SettingsByKey): boolean {
  for (const key of settings.keys()) {
    if (key.startsWith('lxc.cgroup.blkio.') || key.startsWith('lxc.cgroup2.io.')) return true;
  }
  return false;
}

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
