import {
  bandwidthInvalid,
  bandwidthMissing,
  bandwidthNeedsAverage,
  bandwidthTwice,
  floorOutbound,
  floorRefused,
} from '../../diagnostics/catalog/devices.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Bandwidth, BandwidthLimit } from '../../ir/interface.ts';
import { uint64 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/netdev_bandwidth_conf.c, virNetDevBandwidthParse */
export function readBandwidth(
  reading: Reading,
  parent: XmlElement,
  allowsFloor: boolean,
): Bandwidth | undefined {
  const element = reading.one(parent, 'bandwidth');
  if (element === undefined) return undefined;
  const directions = { inbound: allowsFloor, outbound: false } as const;
  const found: { inbound?: BandwidthLimit; outbound?: BandwidthLimit } = {};
  for (const [direction, floor] of Object.entries(directions)) {
    const name = direction as keyof typeof directions;
    reading.askedOf(element).children.set(name, 'many');
    const [child, second] = element.children.filter(({ localName }) => localName === name);
    if (second !== undefined) reading.report(bandwidthTwice(name, second.span));
    const limit = child === undefined ? undefined : readLimit(reading, child, floor, name);
    if (limit !== undefined) found[name] = limit;
  }
  return { ...found, origin: source(element.span) };
}

const names = ['average', 'peak', 'burst', 'floor'] as const;

function readLimit(
  reading: Reading,
  element: XmlElement,
  allowsFloor: boolean,
  direction: 'inbound' | 'outbound',
): BandwidthLimit | undefined {
  const attributes = Object.fromEntries(
    names.map((name) => [name, reading.attribute(element, name)]),
  );
  if (attributes.average === undefined && attributes.floor === undefined) {
    return reading.report(bandwidthMissing(element.span));
  }
  if (attributes.average === undefined && (attributes.peak ?? attributes.burst) !== undefined) {
    return reading.report(bandwidthNeedsAverage(element.span));
  }
  const { floor } = attributes;
  if (floor !== undefined && !allowsFloor) {
    return reading.report(
      direction === 'outbound' ? floorOutbound(floor.span) : floorRefused(floor.span),
    );
  }
  const values: { -readonly [K in (typeof names)[number]]?: bigint } = {};
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    const value = uint64(attribute.value);
    if (value === undefined) {
      return reading.report(bandwidthInvalid(name, attribute.value, attribute.span));
    }
    if (value !== 0n) values[name] = value;
  }
  return { ...given(values), origin: source(element.span) };
}
