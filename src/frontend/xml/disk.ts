import {
  diskTargetTwice,
  diskTargetUnknown,
  sourceMissing,
  targetMissing,
} from '../../diagnostics/catalog/devices.ts';
import { madeBy, type Origin, source, spanOf } from '../../diagnostics/origin.ts';
import type { Disk } from '../../ir/disk.ts';
import type { Kept } from '../../ir/kept.ts';
import { nonEmpty } from './filesystem.ts';
import { keepInfo } from './kept/device-info.ts';
import {
  blockioRule,
  diskAttributes,
  diskDriverAttributes,
  diskRules,
  diskSources,
  geometryRule,
  iotuneRule,
  startupPolicy,
} from './kept/disk.ts';
import { keep, keepAttributes, keepOne } from './kept/keep.ts';
import type { KeptRule } from './kept/rule.ts';
import { given, locatedAttribute, type Reading } from './reading.ts';
import { inGroups } from './sorted.ts';
import { readSourceSeclabels } from './source-seclabels.ts';
import type { XmlElement } from './tree.ts';

const kinds = ['file', 'block', 'dir', 'network', 'volume', 'nvme', 'vhostuser'] as const;
const buses = ['ide', 'fdc', 'scsi', 'virtio', 'xen', 'usb', 'uml', 'sata', 'sd', 'none'] as const;

const formats = [
  'none',
  'raw',
  'dir',
  'bochs',
  'cloop',
  'dmg',
  'iso',
  'vpc',
  'vdi',
  'fat',
  'vhd',
  'ploop',
  'cow',
  'qcow',
  'qcow2',
  'qed',
  'vmdk',
] as const;

const caches = ['default', 'none', 'writethrough', 'writeback', 'directsync', 'unsafe'] as const;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDiskDefParseXML */
export function readDisks(reading: Reading, elements: readonly XmlElement[]): readonly Disk[] {
  const read = elements.flatMap((element) => {
    const disk = readDisk(reading, element);
    if (disk === undefined) return [];
    const index = diskIndex(disk.target.value) ?? -1;
    return [{ disk, bus: writtenBus(reading, element), index }];
  });
  // The bus as it is written: what is left open becomes clear only later.
  const placed = inGroups(
    read,
    ({ bus }) => bus,
    ({ index }) => index,
  );
  const disks = placed.map(({ disk }) => disk);
  const byTarget = new Map<string, Disk[]>();
  for (const disk of disks) {
    const { value } = disk.target;
    const same = byTarget.get(value);
    if (same === undefined) byTarget.set(value, [disk]);
    else same.push(disk);
  }
  for (const [target, [first, ...others]] of byTarget) {
    for (const { source: other, target: at } of others) {
      const twice = diskTargetTwice(target, first?.source?.value, other?.value, spanOf(at.origin));
      reading.late('disk targets', twice);
    }
  }
  return disks;
}

function writtenBus(reading: Reading, element: XmlElement): string | undefined {
  const target = reading.one(element, 'target');
  return target && reading.attribute(target, 'bus')?.value;
}

function readDisk(reading: Reading, element: XmlElement): Disk | undefined {
  const before = reading.diagnostics.length;
  const kind = reading.oneOf(element, 'type', kinds) ?? 'file';
  const device = reading.oneOf(element, 'device', ['disk', 'cdrom', 'floppy', 'lun']) ?? 'disk';
  const keptAttributes = keepAttributes(reading, element, diskAttributes);
  const from = reading.one(element, 'source');
  const to = reading.one(element, 'target');
  const targetName = to && reading.attribute(to, 'dev');
  const busText = to && reading.oneOf(to, 'bus', buses);
  const sourceName = { file: 'file', block: 'dev', dir: 'dir' }[kind as 'file' | 'block' | 'dir'];
  const path = sourceName === undefined ? undefined : from && reading.attribute(from, sourceName);
  const sourceRule = diskSources[kind];
  const keptTree = from && sourceRule && keep(reading, from, sourceRule);
  const keptSource =
    from === undefined || sourceRule !== undefined
      ? []
      : keepAttributes(reading, from, startupPolicy);
  const seclabels = from === undefined ? [] : readSourceSeclabels(reading, from, 'valid disk');
  const driver = readDriver(reading, element);
  const optional = (name: string, rule: KeptRule) => keepOne(reading, element, name, rule);
  const front = [optional('geometry', geometryRule), optional('blockio', blockioRule)];
  const iotune = optional('iotune', iotuneRule);
  const rest = Object.entries(diskRules).map(([name, rule]) => optional(name, rule));
  const readonly = reading.one(element, 'readonly');
  const info = keepInfo(reading, element, { boot: true });
  reading.drop(element, ['backingStore', 'mirror', 'encryption', 'auth', 'privateData']);
  if (targetName === undefined) {
    reading.late('valid disk', targetMissing(path?.value, to?.span ?? element.span));
    return undefined;
  }
  const target = {
    ...locatedAttribute(targetName),
    value: targetName.value.replace(/^ioemu:/, ''),
  };
  if ((device === 'disk' || device === 'lun') && path === undefined && keptTree === undefined) {
    const missing = sourceMissing(target.value, sourceName ?? 'name', from?.span ?? element.span);
    reading.late('valid disk', missing);
    return undefined;
  }
  const index = diskIndex(target.value);
  const bus = busText ?? defaultBus(device, target.value);
  const hasAddress = info.some(({ name }) => name === 'address');
  if (index === undefined && !hasAddress) {
    reading.late('disk', diskTargetUnknown(target.value, targetName.span));
    return undefined;
  }
  if (reading.diagnostics.length > before) return undefined;
  const address = hasAddress ? undefined : driveAddress(bus, index ?? 0, source(element.span));
  const kept = [...front, keptTree, iotune, ...rest, ...info, address];
  const isEmpty = path === undefined && keptTree === undefined;
  return {
    kind: isEmpty ? 'file' : kind,
    device,
    target,
    bus,
    readOnly: readonly !== undefined || device === 'cdrom',
    ...driver,
    ...given({
      source: path && locatedAttribute(path),
      keptSource: nonEmpty(keptSource),
      keptSeclabels: nonEmpty(isEmpty || path === undefined ? [] : seclabels),
      keptAttributes: nonEmpty(keptAttributes),
      kept: nonEmpty(kept.filter((each) => each !== undefined)),
    }),
    origin: source(element.span),
  };
}

function readDriver(reading: Reading, disk: XmlElement) {
  const element = reading.one(disk, 'driver');
  if (element === undefined) return {};
  const format = reading.oneOf(element, 'type', formats);
  const cache = reading.oneOf(element, 'cache', caches);
  return given({
    driverName: reading.attribute(element, 'name')?.value,
    format: format === 'none' ? undefined : format,
    cache: cache === 'default' ? undefined : cache,
    keptDriver: nonEmpty(keepAttributes(reading, element, diskDriverAttributes)),
  });
}

const byPrefix = {
  fd: 'fdc',
  hd: 'ide',
  sd: 'scsi',
  vd: 'virtio',
  xvd: 'xen',
  ubd: 'uml',
} as const;

function defaultBus(device: Disk['device'], target: string): string {
  if (device === 'floppy') return 'fdc';
  const prefix = /^(fd|hd|sd|vd|xvd|ubd)/.exec(target)?.[0] as keyof typeof byPrefix | undefined;
  return prefix === undefined || prefix === 'fd' ? 'ide' : byPrefix[prefix];
}

/**
 * `sdb` is 1, `sdaa` is 26.
 * @see libvirt 9.0, src/util/virutil.c, virDiskNameParse
 */
function diskIndex(target: string): number | undefined {
  const letters = /^(?:fd|hd|vd|sd|xvd|ubd)([a-z]+)[0-9]*$/.exec(target)?.[1];
  if (letters === undefined || letters.length > 5) return undefined;
  return [...letters].reduce((index, letter) => index * 26 + letter.charCodeAt(0) - 96, 0) - 1;
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDiskDefAssignAddress */
function driveAddress(bus: string, index: number, origin: Origin): Kept | undefined {
  const places: Readonly<Record<string, readonly [number, number, number]>> = {
    scsi: [Math.floor(index / 7), 0, index % 7],
    ide: [Math.floor(index / 4), Math.floor((index % 4) / 2), index % 2],
    sata: [Math.floor(index / 6), 0, index % 6],
    fdc: [Math.floor(index / 2), 0, index % 2],
  };
  const place = places[bus];
  if (place === undefined) return undefined;
  const [controller, drive, unit] = place;
  const attributes = { type: 'drive', controller, bus: drive, target: 0, unit };
  return {
    name: 'address',
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value: `${value}` })),
    children: [],
    origin,
  };
}

/** The controllers that disks need. Order and kinds as libvirt adds them. */
export const diskControllers = ['scsi', 'fdc', 'ide', 'sata'] as const;

export const madeController = (type: string, index: number): Kept => ({
  name: 'controller',
  attributes: [
    { name: 'type', value: type },
    { name: 'index', value: `${index}` },
  ],
  children: [],
  origin: madeBy('implicit-controllers'),
});
