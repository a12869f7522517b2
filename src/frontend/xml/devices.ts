import {
  controllerTwice,
  inputRefused,
  memoryDeviceRefused,
  onlyOneDevice,
  redirdevWithoutUsb,
  videoModelMissing,
} from '../../diagnostics/catalog/devices.ts';
import { type Located, spanOf } from '../../diagnostics/origin.ts';
import type { Console } from '../../ir/console.ts';
import type { Disk } from '../../ir/disk.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import type { Interface } from '../../ir/interface.ts';
import { type Kept, keptValue } from '../../ir/kept.ts';
import { readChardevs, readConsole } from './chardev.ts';
import { diskControllers, madeController, readDisks } from './disk.ts';
import { readFilesystem } from './filesystem.ts';
import { readHostdevs } from './hostdev.ts';
import { readInterface } from './interface.ts';
import { keepInfo } from './kept/device-info.ts';
import { controllerRule, deviceRules, inputRule } from './kept/devices.ts';
import { withPrimary } from './kept/display.ts';
import { keep } from './kept/keep.ts';
import type { KeptRule } from './kept/rule.ts';
import { given, type Reading } from './reading.ts';
import { inGroups } from './sorted.ts';
import type { XmlElement } from './tree.ts';

export interface Devices {
  readonly emulator?: Located<string>;
  readonly disks: readonly Disk[];
  readonly filesystems: readonly Filesystem[];
  readonly interfaces: readonly Interface[];
  readonly consoles: readonly Console[];
  readonly hostdevs: readonly Hostdev[];
  readonly keptDevices?: readonly Kept[];
}

/** All `<devices>` elements are read as one, device by device in libvirt's order of kinds. */
export function readDevices(reading: Reading, root: XmlElement): Devices {
  const parents = reading.many(root, 'devices');
  const all = (name: string) => reading.many(parents, name);
  const keepAll = (name: keyof typeof deviceRules): readonly Kept[] =>
    all(name).flatMap((element) => keepDevice(reading, element, deviceRules[name]) ?? []);
  const emulator = reading.text(parents, 'emulator');
  const disks = readDisks(reading, all('disk'));
  const controllers = readControllers(reading, all('controller'));
  const leases = keepAll('lease');
  const filesystems = all('filesystem').flatMap((each) => readFilesystem(reading, each) ?? []);
  const interfaces = all('interface').flatMap((each) => readInterface(reading, each) ?? []);
  const smartcards = keepAll('smartcard').map(withSlot);
  const parallels = readChardevs(reading, all('parallel'), 'parallel');
  const serials = readChardevs(reading, all('serial'), 'serial');
  const consoles = all('console').flatMap((each, index) => readConsole(reading, each, index) ?? []);
  const channels = readChardevs(reading, all('channel'), 'channel');
  for (const input of all('input')) {
    keep(reading, input, inputRule);
    keepInfo(reading, input);
    reading.late('input', inputRefused(input.span));
  }
  const graphics = keepAll('graphics');
  const sounds = keepAll('sound');
  const audios = keepAll('audio');
  const videos = readVideos(reading, all('video'), all('graphics'));
  const hostdevs = readHostdevs(reading, all('hostdev'));
  const watchdogs = readSingle(reading, all('watchdog'), 'watchdog', 'watchdog');
  const balloons = readSingle(reading, all('memballoon'), 'memballoon', 'memory balloon');
  const rest = (['rng', 'tpm', 'nvram', 'hub', 'redirdev', 'redirfilter'] as const).flatMap(
    keepAll,
  );
  const last = (['panic', 'shmem', 'iommu', 'vsock'] as const).flatMap(keepAll);
  for (const memory of all('memory')) {
    reading.skip(memory);
    reading.late('memory device', memoryDeviceRefused(memory.span));
  }
  for (const redirdev of all('redirdev')) {
    if (!controllers.some((each) => keptValue(each, 'type') === 'usb')) {
      reading.late('controllers', redirdevWithoutUsb(redirdev.span));
    }
  }
  for (const parent of parents) reading.drop(parent, ['crypto']);
  const kept = [
    ...withImplicit(controllers, disks, consoles, channels, smartcards),
    ...leases,
    ...smartcards,
    ...serials,
    ...parallels,
    ...channels,
    ...graphics,
    ...sounds,
    ...audios,
    ...videos,
    ...watchdogs,
    ...balloons,
    ...rest,
    ...last,
  ];
  return {
    ...given({ emulator, keptDevices: kept.length === 0 ? undefined : kept }),
    disks,
    filesystems,
    interfaces,
    consoles,
    hostdevs,
  };
}

/** Smart cards without an address are in one reader, one slot each. */
function withSlot(smartcard: Kept, slot: number): Kept {
  if (smartcard.children.some(({ name }) => name === 'address')) return smartcard;
  const place = { type: 'ccid', controller: '0', slot: `${slot}` };
  const attributes = Object.entries(place).map(([name, value]) => ({ name, value }));
  const { origin } = smartcard;
  const address = { name: 'address', attributes, children: [], origin };
  return { ...smartcard, children: [...smartcard.children, address] };
}

function keepDevice(reading: Reading, element: XmlElement, rule: KeptRule): Kept | undefined {
  const kept = keep(reading, element, keptWhenEmpty(rule));
  const info = keepInfo(reading, element);
  if (kept === undefined || (rule.emptyIsDropped && info.length === 0 && isEmpty(kept))) {
    return undefined;
  }
  return { ...kept, children: [...kept.children, ...info] };
}

const isEmpty = ({ attributes, children, text }: Kept): boolean =>
  attributes.length + children.length === 0 && text === undefined;

/** Its address alone makes a device worth printing. */
const keptWhenEmpty = ({ emptyIsDropped: _, ...rule }: KeptRule): KeptRule => rule;

function readSingle(
  reading: Reading,
  elements: readonly XmlElement[],
  name: 'watchdog' | 'memballoon',
  what: string,
): readonly Kept[] {
  const [, second] = elements;
  if (second !== undefined) reading.report(onlyOneDevice(what, second.span));
  return elements
    .slice(0, 1)
    .flatMap((element) => keepDevice(reading, element, deviceRules[name]) ?? []);
}

const indexOf = (controller: Kept): number => Number(keptValue(controller, 'index') ?? -1);

function readControllers(reading: Reading, elements: readonly XmlElement[]): readonly Kept[] {
  const next = new Map<string, number>();
  const seen = new Set<string>();
  const controllers = elements.flatMap((element) => {
    const kept = keepDevice(reading, element, controllerRule);
    const type = kept && keptValue(kept, 'type');
    if (kept === undefined || type === undefined) return [];
    const index = Number(keptValue(kept, 'index') ?? next.get(type) ?? 0);
    next.set(type, Math.max(next.get(type) ?? 0, index + 1));
    if (seen.has(`${type} ${index}`)) {
      reading.late('controllers', controllerTwice(type, index, spanOf(kept.origin)));
    }
    seen.add(`${type} ${index}`);
    const others = kept.attributes.filter(({ name }) => name !== 'type' && name !== 'index');
    const attributes = [
      { name: 'type', value: type },
      { name: 'index', value: `${index}` },
      ...others,
    ];
    return [{ ...kept, attributes }];
  });
  return inGroups(controllers, (each) => keptValue(each, 'type'), indexOf);
}

/** A display needs a video card, and libvirt knows no default for a container. */
function readVideos(
  reading: Reading,
  videos: readonly XmlElement[],
  graphics: readonly XmlElement[],
): readonly Kept[] {
  const [display] = graphics;
  if (videos.length === 0 && display !== undefined) {
    reading.late('video', videoModelMissing(display.span));
  }
  const cards = videos.flatMap((element) => {
    const kept = keepDevice(reading, element, deviceRules.video);
    const model = kept?.children.find(({ name }) => name === 'model');
    const type = model && keptValue(model, 'type');
    if (type === undefined || type === 'default') {
      reading.late('video', videoModelMissing(element.span));
    }
    return kept ?? [];
  });
  return withPrimary(cards);
}

/**
 * The controllers that other devices need and that are not there.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefAddImplicitControllers
 */
function withImplicit(
  controllers: readonly Kept[],
  disks: readonly Disk[],
  consoles: readonly Console[],
  channels: readonly Kept[],
  smartcards: readonly Kept[],
): readonly Kept[] {
  const all = [...controllers];
  const need = (type: string, upTo: number): void => {
    for (let index = 0; index <= upTo; index++) {
      const has = all.some(
        (each) => keptValue(each, 'type') === type && keptValue(each, 'index') === `${index}`,
      );
      if (!has) all.push(madeController(type, index));
    }
  };
  for (const bus of diskControllers) {
    const used = disks
      .filter((disk) => disk.bus === bus)
      .flatMap(({ kept = [] }) => kept.filter(({ name }) => name === 'address'))
      .map((address) => Number(keptValue(address, 'controller') ?? 0));
    if (used.length > 0) need(bus, Math.max(...used));
  }
  const isVirtio = (kept: Kept): boolean =>
    kept.children.some((each) => each.name === 'target' && keptValue(each, 'type') === 'virtio');
  if (channels.some(isVirtio) || consoles.some(({ targetType }) => targetType === 'virtio')) {
    need('virtio-serial', 0);
  }
  if (smartcards.length > 0) need('ccid', 0);
  return all;
}
