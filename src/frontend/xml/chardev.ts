import {
  chardevChannelInvalid,
  chardevChannelMissing,
  chardevLogTwice,
  chardevNmdmHalf,
  chardevPortInvalid,
  chardevProtocolTwice,
  chardevReconnectOfServer,
  chardevSourceIncomplete,
  chardevSourceTwice,
  chardevTargetMissing,
  chardevTargetUnknown,
  chardevTypeUnknown,
  consoleSerialNotFirst,
  spicevmcWithoutVirtio,
} from '../../diagnostics/catalog/devices.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Origin, source, spanOf } from '../../diagnostics/origin.ts';
import type { Console } from '../../ir/console.ts';
import { type Kept, keptValue } from '../../ir/kept.ts';
import { nonEmpty } from './filesystem.ts';
import {
  agentRules,
  chardevSources,
  chardevTargets,
  chardevTypes,
  logRule,
  protocolRule,
  reconnectRule,
} from './kept/chardev.ts';
import { keepInfo } from './kept/device-info.ts';
import { keep, keepAttributes, keepOne } from './kept/keep.ts';
import { uint32 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import { readSourceSeclabels } from './source-seclabels.ts';
import type { XmlElement } from './tree.ts';

const targetTypes = ['none', 'serial', 'xen', 'uml', 'virtio', 'lxc', 'openvz', 'sclp', 'sclplm'];

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
    ...readChardevSource(reading, { element, type, name: 'console', targetType }),
    ...keepInfo(reading, element),
  ];
  // The number of xen among the targets of consoles is that of virtio among those of channels.
  if (type === 'spicevmc' && targetType !== 'xen') {
    reading.report(spicevmcWithoutVirtio(element.span));
  }
  if (reading.diagnostics.length > before) return undefined;
  return {
    type,
    ...given({
      targetType: typeText === undefined || targetType === 'none' ? undefined : targetType,
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
    const sources = readChardevSource(reading, { element, type, name, targetType });
    // The number of usb-serial among the targets of serial ports is that of virtio among those of channels.
    if (type === 'spicevmc' && targetType !== 'virtio' && targetType !== 'usb-serial') {
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
    if (target === undefined) return reading.report(chardevTargetMissing(element.span));
    if (type === undefined) return reading.report(chardevTargetUnknown('(null)', target.span));
    if (!['guestfwd', 'virtio', 'xen'].includes(type.value)) {
      return reading.report(chardevTargetUnknown(type.value, type.span));
    }
  }
  const rule = chardevTargets[name];
  const empty = { name: 'target', attributes: [], children: [], origin: source(element.span) };
  return target === undefined || rule === undefined ? empty : keep(reading, target, rule);
}

/** What a device is and where it is in libvirt's order of checks. */
interface Device {
  readonly element: XmlElement;
  readonly type: string;
  readonly name: 'serial' | 'parallel' | 'channel' | 'console';
  readonly targetType: string | undefined;
}

/**
 * `<source>`, `<protocol>` and `<log>` as far as the type has them.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainChrSourceDefParseXML
 */
function readChardevSource(reading: Reading, device: Device): readonly Kept[] {
  const { element, type, name } = device;
  const elements = reading.many(element, 'source');
  if (type !== 'udp' && elements[1] !== undefined) {
    reading.report(chardevSourceTwice('one source element is', elements[1].span));
  } else if (elements[2] !== undefined) {
    reading.report(chardevSourceTwice('two source elements are', elements[2].span));
  }
  const sources = readSources(reading, device, elements);
  const [from] = elements;
  const seclabels = from === undefined ? [] : readSourceSeclabels(reading, from, `valid ${name}`);
  const [log, secondLog] = reading.many(element, 'log');
  const keptLog = log && keep(reading, log, logRule);
  if (secondLog !== undefined) reading.report(chardevLogTwice(secondLog.span));
  const [protocol, secondProtocol] = reading.many(element, 'protocol');
  const keptProtocol =
    type === 'tcp' && protocol ? keep(reading, protocol, protocolRule) : undefined;
  if (secondProtocol !== undefined) reading.report(chardevProtocolTwice(secondProtocol.span));
  checkSources(reading, device, sources, from ?? element);
  const kept = [
    ...printedSources(type, sources, labelled.includes(type) ? seclabels : []),
    type === 'tcp' ? (keptProtocol ?? rawProtocol(source(element.span))) : undefined,
    keptLog,
  ];
  return kept.filter((each) => each !== undefined);
}

const rawProtocol = (origin: Origin): Kept => ({
  name: 'protocol',
  attributes: [{ name: 'type', value: 'raw' }],
  children: [],
  origin,
});

/** The types whose `<source>` is printed with its labels. */
const labelled: readonly string[] = ['dev', 'file', 'pipe', 'unix'];

function readSources(
  reading: Reading,
  { type }: Device,
  elements: readonly XmlElement[],
): readonly Kept[] {
  const rules = chardevSources[type];
  if (rules === undefined) {
    for (const element of elements) {
      const { droppedAttributes } = reading.askedOf(element);
      for (const { name } of element.attributes) droppedAttributes.push(name);
    }
    return [];
  }
  return elements.map((each) => ({
    name: 'source',
    attributes: keepAttributes(reading, each, rules),
    children:
      type === 'tcp' || type === 'unix'
        ? readReconnect(reading, each)
        : type === 'qemu-vdagent'
          ? agentRules.flatMap(([name, rule]) => keepOne(reading, each, name, rule) ?? [])
          : [],
    origin: source(each.span),
  }));
}

/** As libvirt prints them. */
function printedSources(
  type: string,
  sources: readonly Kept[],
  seclabels: readonly Kept[],
): readonly Kept[] {
  switch (type) {
    case 'udp':
      return [udpSource(sources, 'bind'), udpSource(sources, 'connect')].filter(
        (each) => each !== undefined,
      );
    case 'unix':
    case 'spiceport':
    case 'nmdm':
    case 'dbus':
    case 'qemu-vdagent': {
      const [first] = sources;
      const own = first?.attributes.filter(({ name }) => name !== 'mode') ?? [];
      if (first === undefined || own.length + first.children.length === 0) return [];
      return [{ ...first, children: [...seclabels, ...first.children] }];
    }
    default:
      return sources.map((each) => ({ ...each, children: [...seclabels, ...each.children] }));
  }
}

/** The first one of this mode that says anything. @see libvirt 9.0, src/conf/domain_conf.c, virDomainChrSourceDefParseUDP */
const udpSource = (sources: readonly Kept[], mode: string): Kept | undefined =>
  sources.find((each) => keptValue(each, 'mode') === mode && each.attributes.length > 1);

/**
 * What has to be there for a type.
 * @see libvirt 9.0, src/conf/domain_validate.c, virDomainChrSourceDefValidate
 */
function checkSources(
  reading: Reading,
  { type, name, targetType }: Device,
  sources: readonly Kept[],
  { span }: XmlElement,
): void {
  const [first] = sources;
  const has = (what: string): boolean =>
    first !== undefined && keptValue(first, what) !== undefined;
  const late = (diagnostic: Diagnostic): void => reading.late(`valid ${name}`, diagnostic);
  const need = (what: 'path' | 'host' | 'service'): void => {
    if (!has(what)) late(chardevSourceIncomplete(what, span));
  };
  switch (type) {
    case 'dev':
    case 'file':
    case 'pipe':
      return need('path');
    case 'unix':
      if (name !== 'channel' || (targetType !== 'virtio' && targetType !== 'xen')) need('path');
      return checkReconnect(late, first);
    case 'tcp':
      need('host');
      need('service');
      return checkReconnect(late, first);
    case 'udp': {
      const connect = udpSource(sources, 'connect');
      if (connect === undefined || keptValue(connect, 'service') === undefined) {
        late(chardevSourceIncomplete('service', span));
      }
      return;
    }
    case 'nmdm':
      if (has('master') !== has('slave')) late(chardevNmdmHalf(span));
      return;
    case 'spiceport':
    case 'dbus': {
      const channel = first && keptValue(first, 'channel');
      if (channel === undefined) late(chardevChannelMissing(span));
      else if (!/^[\w.-]*$/.test(channel)) late(chardevChannelInvalid(span));
      return;
    }
  }
}

function checkReconnect(late: (diagnostic: Diagnostic) => void, first: Kept | undefined): void {
  const reconnect = first?.children.find(({ name }) => name === 'reconnect');
  if (first === undefined || reconnect === undefined || keptValue(first, 'mode') !== 'bind') return;
  const at = spanOf(reconnect.origin);
  if (at !== undefined) late(chardevReconnectOfServer(at));
}

/** How a client comes back to its server. @see libvirt 9.0, src/conf/domain_conf.c, virDomainChrSourceReconnectDefParseXML */
function readReconnect(reading: Reading, from: XmlElement): readonly Kept[] {
  const element = reading.one(from, 'reconnect');
  if (element === undefined) return [];
  if (reading.attribute(element, 'enabled')?.value === 'yes') reading.required(element, 'timeout');
  const kept = keep(reading, element, reconnectRule);
  const enabled = kept && keptValue(kept, 'enabled');
  if (kept === undefined || enabled === undefined) return [];
  return enabled === 'yes' ? [kept] : [{ ...kept, attributes: kept.attributes.slice(0, 1) }];
}
