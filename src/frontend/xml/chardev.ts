import {
  chardevLogTwice,
  chardevPortInvalid,
  chardevReconnectOfServer,
  chardevSourceIncomplete,
  chardevSourceTwice,
  chardevTargetMissing,
  chardevTargetUnknown,
  chardevTypeUnknown,
  consoleSerialNotFirst,
  spicevmcWithoutVirtio,
} from '../../diagnostics/catalog/devices.ts';
import { type Origin, source } from '../../diagnostics/origin.ts';
import type { Console } from '../../ir/console.ts';
import { type Kept, keptValue } from '../../ir/kept.ts';
import { nonEmpty } from './filesystem.ts';
import {
  chardevSources,
  chardevTargets,
  chardevTypes,
  logRule,
  protocolRule,
  reconnectRule,
} from './kept/chardev.ts';
import { keepInfo } from './kept/device-info.ts';
import { keep, keepAttributes } from './kept/keep.ts';
import { uint32 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

const targetTypes = ['serial', 'xen', 'uml', 'virtio', 'lxc', 'openvz', 'sclp', 'sclplm'];

/** @param index its place among the consoles, which becomes its port */
export function readConsole(
  reading: Reading,
  element: XmlElement,
  index: number,
): Console | undefined {
  const type = readType(reading, element);
  reading.askedOf(element).droppedAttributes.push('tty');
  const target = reading.one(element, 'target');
  const typeText = target && reading.attribute(target, 'type');
  const targetType = typeText?.value ?? 'lxc';
  if (typeText !== undefined && !targetTypes.includes(targetType)) {
    return reading.report(chardevTargetUnknown(targetType, typeText.span));
  }
  const port = target && reading.attribute(target, 'port');
  if (port !== undefined && uint32(port.value, 'wraps') === undefined) {
    return reading.report(chardevPortInvalid(port.value, port.span));
  }
  if (targetType === 'serial' && index > 0) {
    reading.late('console', consoleSerialNotFirst(target?.span ?? element.span));
  }
  if (type === undefined) return undefined;
  const before = reading.diagnostics.length;
  const kept = [
    ...readChardevSource(reading, element, type, targetType),
    ...keepInfo(reading, element),
  ];
  if (reading.diagnostics.length > before) return undefined;
  return {
    type,
    ...given({
      targetType: typeText === undefined ? undefined : targetType,
      kept: nonEmpty(kept),
    }),
    origin: source(element.span),
  };
}

/** Serial and parallel ports and channels: none is made for a container. */
export function readChardevs(
  reading: Reading,
  elements: readonly XmlElement[],
  name: 'serial' | 'parallel' | 'channel',
): readonly Kept[] {
  const ports = elements.map((element) => {
    const target = reading.one(element, 'target');
    return uint32((target && reading.attribute(target, 'port'))?.value ?? '') ?? -1;
  });
  // Those without a port come behind the largest.
  let nextPort = Math.max(-1, ...ports) + 1;
  return elements.flatMap((element) => {
    const type = readType(reading, element);
    const target = reading.one(element, 'target');
    const kept = readTarget(reading, element, target, name);
    if (type === undefined || kept === undefined) return [];
    const targetType = keptValue(kept, 'type');
    const sources = readChardevSource(reading, element, type, targetType ?? '');
    if (type === 'spicevmc' && targetType !== 'virtio') {
      reading.report(spicevmcWithoutVirtio(element.span));
    }
    const port = keptValue(kept, 'port') ?? `${nextPort++}`;
    const withPort =
      name === 'channel'
        ? kept
        : { ...kept, attributes: [...withoutPort(kept), { name: 'port', value: port }] };
    return [
      {
        name,
        attributes: [{ name: 'type', value: type }],
        children: [...sources, withPort, ...keepInfo(reading, element)],
        origin: source(element.span),
      },
    ];
  });
}

const withoutPort = ({ attributes }: Kept) => attributes.filter(({ name }) => name !== 'port');

function readType(reading: Reading, element: XmlElement): string | undefined {
  const type = reading.attribute(element, 'type');
  if (type === undefined) return 'pty';
  if (chardevTypes.includes(type.value)) return type.value;
  return reading.report(chardevTypeUnknown(type.value, type.span));
}

function readTarget(
  reading: Reading,
  element: XmlElement,
  target: XmlElement | undefined,
  name: 'serial' | 'parallel' | 'channel',
): Kept | undefined {
  const type = target && reading.attribute(target, 'type');
  if (name === 'channel') {
    if (type === undefined) return reading.report(chardevTargetMissing(element.span));
    if (!['guestfwd', 'virtio', 'xen'].includes(type.value)) {
      return reading.report(chardevTargetUnknown(type.value, type.span));
    }
  }
  const rule = chardevTargets[name];
  const empty = { name: 'target', attributes: [], children: [], origin: source(element.span) };
  return target === undefined || rule === undefined ? empty : keep(reading, target, rule);
}

/**
 * `<source>`, `<protocol>` and `<log>` as far as the type has them.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainChrSourceDefParseXML
 */
function readChardevSource(
  reading: Reading,
  element: XmlElement,
  type: string,
  targetType: string,
): readonly Kept[] {
  const elements = reading.many(element, 'source');
  const excess = elements[type === 'udp' ? 2 : 1];
  if (excess !== undefined) reading.report(chardevSourceTwice(excess.span));
  const origin = source(elements[0]?.span ?? element.span);
  const [log, secondLog] = reading.many(element, 'log');
  if (secondLog !== undefined) reading.report(chardevLogTwice(secondLog.span));
  const protocol = reading.one(element, 'protocol');
  const kept = [
    ...readSources(reading, element, elements, type, targetType),
    type === 'tcp'
      ? ((protocol && keep(reading, protocol, protocolRule)) ?? rawProtocol(origin))
      : undefined,
    log && keep(reading, log, logRule),
  ];
  return kept.filter((each) => each !== undefined);
}

const rawProtocol = (origin: Origin): Kept => ({
  name: 'protocol',
  attributes: [{ name: 'type', value: 'raw' }],
  children: [],
  origin,
});

function readSources(
  reading: Reading,
  element: XmlElement,
  elements: readonly XmlElement[],
  type: string,
  targetType: string,
): readonly Kept[] {
  const rules = chardevSources[type];
  if (rules === undefined) {
    for (const { attributes } of elements) {
      for (const { name } of attributes) reading.askedOf(elements[0]!).droppedAttributes.push(name);
    }
    return [];
  }
  const kept = elements.map((each) => ({
    name: 'source',
    attributes: keepAttributes(reading, each, rules),
    children: type === 'tcp' || type === 'unix' ? readReconnect(reading, each) : [],
    origin: source(each.span),
  }));
  const has = (name: string): boolean =>
    kept.some(({ attributes }) => attributes.some((each) => each.name === name));
  const need = (what: 'path' | 'host' | 'service' | 'mode') => {
    if (!has(what))
      reading.report(chardevSourceIncomplete(what, elements[0]?.span ?? element.span));
  };
  switch (type) {
    case 'dev':
    case 'file':
    case 'pipe':
      need('path');
      return kept;
    case 'unix':
      if (targetType !== 'virtio') need('path');
      return has('path') ? kept : [];
    case 'tcp':
      need('host');
      need('service');
      return kept;
    case 'udp':
      if (!kept.some((each) => isConnect(each) && keptValue(each, 'service') !== undefined)) {
        reading.report(chardevSourceIncomplete('service', elements[0]?.span ?? element.span));
      }
      return [...kept].sort((a, b) => Number(isConnect(a)) - Number(isConnect(b)));
    default:
      return kept;
  }
}

/** How a client comes back to its server. @see libvirt 9.0, src/conf/domain_conf.c, virDomainChrSourceReconnectDefParseXML */
function readReconnect(reading: Reading, from: XmlElement): readonly Kept[] {
  const element = reading.one(from, 'reconnect');
  if (element === undefined) return [];
  if (reading.attribute(element, 'enabled')?.value === 'yes') reading.required(element, 'timeout');
  const kept = keep(reading, element, reconnectRule);
  const enabled = kept && keptValue(kept, 'enabled');
  if (kept === undefined || enabled === undefined) return [];
  if (reading.attribute(from, 'mode')?.value === 'bind') {
    reading.report(chardevReconnectOfServer(element.span));
  }
  return enabled === 'yes' ? [kept] : [{ ...kept, attributes: kept.attributes.slice(0, 1) }];
}

const isConnect = ({ attributes }: Kept): boolean =>
  attributes.some(({ name, value }) => name === 'mode' && value === 'connect');
