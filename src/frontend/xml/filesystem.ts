import {
  createModeInvalid,
  filesystemBoot,
  formatUnknown,
  sourceMissing,
  targetMissing,
  usageInvalid,
  usageMissing,
  volumeHalf,
} from '../../diagnostics/catalog/devices.ts';
import { sizeTooLarge } from '../../diagnostics/catalog/xml-values.ts';
import { type Located, source } from '../../diagnostics/origin.ts';
import type { Filesystem, FilesystemDriver, FilesystemSource } from '../../ir/filesystem.ts';
import type { KeptAttribute } from '../../ir/kept.ts';
import { keepInfo } from './kept/device-info.ts';
import { keep, keepAttributes } from './kept/keep.ts';
import { type KeptRule, number, oneOf, onOff, text } from './kept/rule.ts';
import { uint64 } from './numbers.ts';
import { given, locatedAttribute, type Reading } from './reading.ts';
import type { XmlAttribute, XmlElement } from './tree.ts';

const kinds = ['mount', 'block', 'file', 'template', 'ram', 'bind', 'volume'] as const;

type Kind = (typeof kinds)[number];

/** The attribute of `<source>` by kind. */
const sourceNames = {
  mount: 'dir',
  bind: 'dir',
  file: 'file',
  block: 'dev',
  template: 'name',
} as const;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainFSDefParseXML and virDomainFSDefFormat */
export function readFilesystem(reading: Reading, element: XmlElement): Filesystem | undefined {
  const before = reading.diagnostics.length;
  const type = reading.oneOf(element, 'type', kinds);
  const accessMode = readAccessMode(reading, element);
  const modes = readCreateModes(reading, element);
  const keptAttributes = [...keepAttributes(reading, element, attributeRules), ...modes];
  const hard = reading.size(element, 'space_hard_limit', { unit: 1n });
  const soft = reading.size(element, 'space_soft_limit', { unit: 1n });
  const from = reading.one(element, 'source');
  const to = reading.attributeText(reading.many(element, 'target'), 'dir');
  const target = to === undefined ? undefined : locatedAttribute(to);
  const driver = readDriver(reading, element);
  const socket = from && reading.attribute(from, 'socket');
  const what = readSource(reading, element, type ?? 'mount', from, target);
  const readonly = reading.one(element, 'readonly');
  const binary = reading.one(element, 'binary');
  const info = keepInfo(reading, element, { boot: true });
  const boot = reading.one(element, 'boot');
  if (boot !== undefined && driver?.type !== 'virtiofs') {
    reading.late('valid filesystem', filesystemBoot(boot.span));
  }
  if (reading.diagnostics.length > before || what === undefined) return undefined;
  if (target === undefined) {
    const path = type === 'volume' || type === 'ram' ? undefined : ownSource(reading, from, type);
    reading.late('valid filesystem', targetMissing((path ?? socket)?.value, element.span));
    return undefined;
  }
  const kept = [...((binary && [keep(reading, binary, binaryRule)]) ?? []), ...info];
  return {
    ...what,
    target,
    readOnly: readonly !== undefined,
    ...given({
      socket: socket && locatedAttribute(socket),
      accessMode,
      driver,
      spaceHardLimitBytes: nonZero(hard?.value),
      spaceSoftLimitBytes: nonZero(soft?.value),
      keptAttributes: nonEmpty(keptAttributes),
      kept: nonEmpty(kept.filter((each) => each !== undefined)),
    }),
    origin: source(element.span),
  };
}

const nonZero = (value: bigint | undefined): bigint | undefined =>
  value === 0n ? undefined : value;

export const nonEmpty = <T>(list: readonly T[]): readonly T[] | undefined =>
  list.length === 0 ? undefined : list;

const attributeRules = {
  model: oneOf('virtio virtio-transitional virtio-non-transitional'),
  multidevs: oneOf('default remap forbid warn', { unprinted: 'default' }),
};

const binaryRule: KeptRule = {
  attributes: { path: text(), xattr: onOff() },
  children: {
    cache: { attributes: { mode: oneOf('none always') } },
    sandbox: { attributes: { mode: oneOf('namespace chroot') } },
    lock: { attributes: { posix: onOff(), flock: onOff() } },
    thread_pool: { attributes: { size: number() } },
  },
};

/** The empty string, which is libvirt's name of the default, is accepted. */
function readAccessMode(reading: Reading, element: XmlElement): Filesystem['accessMode'] {
  const mode = reading.attribute(element, 'accessmode');
  if (mode?.value === '') return undefined;
  return reading.oneOf(element, 'accessmode', ['passthrough', 'mapped', 'squash']);
}

function readCreateModes(reading: Reading, element: XmlElement): readonly KeptAttribute[] {
  return (['fmode', 'dmode'] as const).flatMap((name) => {
    const mode = reading.uint32(element, name, { base: 'octal' });
    if (mode === undefined || mode === 0) return [];
    const digits = mode.toString(8);
    if (mode <= 0o777) return [{ name, value: digits.padStart(4, '0') }];
    reading.report(
      createModeInvalid(name, `0${digits}`, reading.attribute(element, name)?.span ?? element.span),
    );
    return [];
  });
}

/** @see libvirt 9.0, src/conf/storage_source_conf.c, virStorageFileFormat */
const formats: readonly string[] =
  'raw dir bochs cloop dmg iso vpc vdi fat vhd ploop cow qcow qcow2 qed vmdk'.split(' ');

/** Without a type libvirt drops it all. */
function readDriver(reading: Reading, filesystem: XmlElement): FilesystemDriver | undefined {
  const element = reading.one(filesystem, 'driver');
  if (element === undefined) return undefined;
  const type = reading.oneOf(element, 'type', driverTypes);
  const kept = keepAttributes(reading, element, driverRules);
  const format = reading.attribute(element, 'format');
  if (format !== undefined && !formats.includes(format.value)) {
    return reading.report(formatUnknown(format.value, format.span));
  }
  if (type === undefined || type === 'default') return undefined;
  return {
    type,
    ...given({ format: format?.value, keptAttributes: nonEmpty(kept) }),
    origin: source(element.span),
  };
}

const driverTypes = ['default', 'path', 'handle', 'loop', 'nbd', 'ploop', 'virtiofs'] as const;

const driverRules = { wrpolicy: oneOf('immediate'), queue: number({ zero: 'dropped' }) };

function readSource(
  reading: Reading,
  element: XmlElement,
  kind: Kind,
  from: XmlElement | undefined,
  target: Located<string> | undefined,
): FilesystemSource | undefined {
  const missing = (name: string): undefined =>
    reading.report(sourceMissing(target?.value, name, from?.span ?? element.span));
  switch (kind) {
    case 'ram': {
      const usageKiB = readUsage(reading, from, element);
      return usageKiB === undefined ? undefined : { kind, usageKiB };
    }
    case 'volume': {
      const pool = from && reading.attribute(from, 'pool');
      const volume = from && reading.attribute(from, 'volume');
      if (pool === undefined && volume === undefined) {
        reading.late('ours', sourceMissing(target?.value, 'pool', from?.span ?? element.span));
        return undefined;
      }
      if (pool === undefined || volume === undefined) {
        return reading.report(volumeHalf(from?.span ?? element.span));
      }
      return { kind, pool: pool.value, volume: volume.value };
    }
    default: {
      const attribute = ownSource(reading, from, kind);
      const socket = from && reading.attribute(from, 'socket');
      if (from !== undefined) askAll(reading, from);
      if (
        socket !== undefined &&
        (attribute === undefined || kind === 'mount' || kind === 'bind')
      ) {
        return { kind: 'socket', type: kind, socket: locatedAttribute(socket) };
      }
      return attribute === undefined
        ? missing(sourceNames[kind])
        : { kind, source: locatedAttribute(attribute) };
    }
  }
}

const ownSource = (
  reading: Reading,
  from: XmlElement | undefined,
  kind: keyof typeof sourceNames = 'mount',
): XmlAttribute | undefined => from && reading.attribute(from, sourceNames[kind]);

/** Attributes of other kinds of source are dropped, but they are not unknown. */
const askAll = (reading: Reading, from: XmlElement): void => {
  const others = ['dir', 'file', 'dev', 'name', 'pool', 'volume', 'usage', 'units', 'socket'];
  for (const name of others) reading.askedOf(from).droppedAttributes.push(name);
};

/** Whole KiB, rounded down. */
function readUsage(
  reading: Reading,
  from: XmlElement | undefined,
  element: XmlElement,
): number | undefined {
  const usage = from && reading.attribute(from, 'usage');
  const units: XmlAttribute | undefined = from && reading.attribute(from, 'units');
  if (usage === undefined) return reading.report(usageMissing(from?.span ?? element.span));
  const value = uint64(usage.value, 'wraps');
  if (value === undefined) return reading.report(usageInvalid(usage.value, usage.span));
  const suffix = units?.value === '' ? undefined : units;
  const bytes = reading.scaled(value, suffix, usage.span, 1024n);
  if (bytes === undefined) return undefined;
  const usageKiB = Number(bytes / 1024n);
  if (usageKiB < 2 ** 53) return usageKiB;
  reading.late('ours', sizeTooLarge(value, suffix?.value ?? '', usage.span));
  return undefined;
}
