import {
  hostdevElementMissing,
  hostdevModeUnknown,
  hostdevSourceMissing,
  hostdevStartupPolicy,
  hostdevTwice,
  hostdevTypeMissing,
  hostdevTypeUnknown,
  hostdevUsbMissing,
} from '../../diagnostics/catalog/devices.ts';
import { source, spanOf } from '../../diagnostics/origin.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import type { Kept } from '../../ir/kept.ts';
import { nonEmpty } from './filesystem.ts';
import { readIpInfo } from './ip.ts';
import { keepInfo } from './kept/device-info.ts';
import { hostdevSources } from './kept/hostdev.ts';
import { keep, keepAttributes, keepOne } from './kept/keep.ts';
import { type KeptRule, oneOf } from './kept/rule.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainHostdevDefParseXML */
export function readHostdevs(
  reading: Reading,
  elements: readonly XmlElement[],
): readonly Hostdev[] {
  const hostdevs = elements.flatMap((element) => readHostdev(reading, element) ?? []);
  const seen = new Set<string>();
  for (const hostdev of hostdevs) {
    const key = identity(hostdev);
    if (seen.has(key)) reading.late('hostdevs', hostdevTwice(spanOf(hostdev.origin)));
    seen.add(key);
  }
  return hostdevs;
}

/** What makes two of them the same device. */
function identity(hostdev: Hostdev): string {
  switch (hostdev.kind) {
    case 'storage':
      return `storage ${hostdev.block.value}`;
    case 'misc':
      return `misc ${hostdev.char.value}`;
    case 'net':
      return `net ${hostdev.interface.value}`;
    case 'usb': {
      const { bus, device, vendor, product } = hostdev;
      return bus === undefined ? `usb ${vendor}:${product}` : `usb ${bus}.${device}`;
    }
    case 'other':
      return JSON.stringify([hostdev.type, hostdev.kept?.find(({ name }) => name === 'source')]);
  }
}

const isMode = (mode: string): mode is 'subsystem' | 'capabilities' =>
  mode === 'subsystem' || mode === 'capabilities';

function readHostdev(reading: Reading, element: XmlElement): Hostdev | undefined {
  const mode = reading.attribute(element, 'mode');
  if (mode !== undefined && !isMode(mode.value)) {
    return reading.report(hostdevModeUnknown(mode.value, mode.span));
  }
  return mode?.value === 'capabilities'
    ? readCapabilities(reading, element)
    : readSubsystem(reading, element);
}

const capsElements = { storage: 'block', misc: 'char', net: 'interface' } as const;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainHostdevDefParseXMLCaps */
function readCapabilities(reading: Reading, element: XmlElement): Hostdev | undefined {
  const type = reading.attribute(element, 'type');
  if (type === undefined) return reading.report(hostdevTypeMissing(element.span));
  const known = (['storage', 'misc', 'net'] as const).find((each) => each === type.value);
  reading.askedOf(element).droppedAttributes.push('managed');
  if (known === undefined) return reading.report(hostdevTypeUnknown(type.value, type.span));
  const from = reading.one(element, 'source');
  if (from === undefined) return reading.report(hostdevSourceMissing(element.span));
  const name = capsElements[known];
  const device = reading.text(from, name);
  const kept = nonEmpty(keepInfo(reading, element, { boot: true }));
  const base = { ...given({ kept }), origin: source(element.span) };
  if (device === undefined) return reading.report(hostdevElementMissing(name, from.span));
  switch (known) {
    case 'storage':
      return { ...base, kind: known, block: device };
    case 'misc':
      return { ...base, kind: known, char: device };
    case 'net': {
      const info = readIpInfo(reading, element, 'Domain hostdev device');
      return { ...base, kind: known, interface: device, ...info };
    }
  }
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainHostdevDefParseXMLSubsys */
function readSubsystem(reading: Reading, element: XmlElement): Hostdev | undefined {
  const managed = reading.attribute(element, 'managed')?.value === 'yes';
  const type = reading.attribute(element, 'type');
  if (type === undefined) return reading.report(hostdevTypeMissing(element.span));
  const rule = hostdevSources[type.value];
  if (type.value !== 'usb' && rule === undefined) {
    return reading.report(hostdevTypeUnknown(type.value, type.span));
  }
  const from = reading.one(element, 'source');
  if (from === undefined) return reading.report(hostdevSourceMissing(element.span));
  const kept = keepInfo(reading, element, { boot: true });
  const origin = source(element.span);
  if (rule === undefined) {
    const usb = readUsb(reading, from);
    return usb && { ...usb, kind: 'usb', managed, ...given({ kept: nonEmpty(kept) }), origin };
  }
  const policy = reading.attribute(from, 'startupPolicy');
  if (policy !== undefined) return reading.report(hostdevStartupPolicy(policy.span));
  const attributes = keepAttributes(reading, element, rule.attributes);
  const keepAll = (rules: Readonly<Record<string, KeptRule>> = {}): readonly Kept[] =>
    Object.entries(rules).flatMap(([name, each]) => keepOne(reading, element, name, each) ?? []);
  const front = keepAll(rule.front);
  const keptSource = keep(reading, from, rule.source);
  return {
    kind: 'other',
    type: type.value,
    keptAttributes: [
      ...(rule.unmanaged ? [] : [{ name: 'managed', value: managed ? 'yes' : 'no' }]),
      ...attributes,
    ],
    kept: [
      ...front,
      ...(keptSource === undefined ? [] : [keptSource]),
      ...keepAll(rule.behind),
      ...kept,
    ],
    origin,
  };
}

const usbSource = {
  startupPolicy: oneOf('mandatory requisite optional'),
  guestReset: oneOf('off uninitialized on'),
};

/** By vendor and product, or by its place, or both. */
function readUsb(reading: Reading, from: XmlElement) {
  const before = reading.diagnostics.length;
  const keptSource = keepAttributes(reading, from, usbSource);
  const id = (name: 'vendor' | 'product'): number | undefined => {
    const child = reading.one(from, name);
    if (child === undefined) return undefined;
    if (reading.required(child, 'id') === undefined) return undefined;
    const zero = name === 'vendor' ? ({ zero: 'refused' } as const) : {};
    return reading.uint32(child, 'id', { base: 'any', ...zero });
  };
  const [vendor, product] = [id('vendor'), id('product')];
  if (reading.diagnostics.length === before) {
    if (vendor !== undefined && product === undefined)
      reading.report(hostdevUsbMissing('product', from.span));
    if (product !== undefined && !vendor) reading.report(hostdevUsbMissing('vendor', from.span));
  }
  const address = reading.one(from, 'address');
  const place = (name: 'bus' | 'device'): number | undefined => {
    if (address === undefined || reading.required(address, name) === undefined) return undefined;
    return reading.uint32(address, name, { base: 'any' });
  };
  const [bus, device] = [place('bus'), place('device')];
  if (reading.diagnostics.length > before) return undefined;
  return given({
    vendor,
    product,
    bus,
    device,
    keptSource: nonEmpty(keptSource),
  });
}
