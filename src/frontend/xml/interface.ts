import {
  hostAddressRefused,
  hostdevTypeMissing,
  interfaceSourceMissing,
  isolatedRefused,
  linkStateUnknown,
  macInvalid,
  macMulticast,
  mtuInvalid,
  netModelInvalid,
  netModelUnknown,
  sndbufInvalid,
  teamingPersistentMissing,
  teamingTypeMissing,
  unmanagedRefused,
  virtioOptionRefused,
} from '../../diagnostics/catalog/devices.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import type { DirectMode, Filterref, Interface, Virtualport } from '../../ir/interface.ts';
import { type Kept, keptValue } from '../../ir/kept.ts';
import { readBandwidth } from './bandwidth.ts';
import { nonEmpty } from './filesystem.ts';
import { readIpInfo } from './ip.ts';
import { keepInfo } from './kept/device-info.ts';
import { interfaceRules, interfaceSources, netModels } from './kept/interface.ts';
import { keep, keepAttributes, keepOne } from './kept/keep.ts';
import { yesNo } from './kept/rule.ts';
import { uint32, uint64 } from './numbers.ts';
import { given, locatedAttribute, type Reading } from './reading.ts';
import type { XmlAttribute, XmlElement } from './tree.ts';
import { readVirtualport } from './virtualport.ts';
import { readVlan } from './vlan.ts';

const types = [
  'user',
  'ethernet',
  'vhostuser',
  'server',
  'client',
  'mcast',
  'network',
  'bridge',
  'internal',
  'direct',
  'hostdev',
  'udp',
  'vdpa',
  'null',
  'vds',
] as const;

type Type = (typeof types)[number];

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetDefParseXML */
export function readInterface(reading: Reading, element: XmlElement): Interface | undefined {
  const before = reading.diagnostics.length;
  const typeText = reading.attribute(element, 'type');
  const type = reading.oneOf(element, 'type', types) ?? 'user';
  const keptAttributes = keepAttributes(reading, element, {
    ...(type === 'hostdev' ? { managed: yesNo() } : {}),
    trustGuestRxFilters: yesNo(),
  });
  const from = reading.one(element, 'source');
  const what = readKind(
    reading,
    element,
    located(type, source(typeText?.span ?? element.span)),
    from,
  );
  const virtualport = readVirtualport(reading, element, type);
  const mac = readMac(reading, element);
  const target = readTarget(reading, element, type);
  const guest = reading.many(element, 'guest');
  const guestDevice = reading.attributeText(guest, 'dev');
  const guestActual = reading.attributeText(guest, 'actual');
  const script = reading.attributeText(reading.many(element, 'script'), 'path');
  const downscript = reading.attributeText(reading.many(element, 'downscript'), 'path');
  const backend = reading.attributeText(reading.many(element, 'backenddomain'), 'name');
  const { addresses, routes } = readIpInfo(reading, element, 'guest interface');
  const link = readLink(reading, element);
  const mtu = readMtu(reading, element);
  const bandwidth = readBandwidth(reading, element, type === 'network');
  const vlan = readVlan(reading, element);
  const isolated = readIsolated(reading, element, type, mac, virtualport);
  const filterref = readFilterref(reading, element, type);
  const kept = readKept(reading, element);
  if (reading.diagnostics.length > before || what === undefined) return undefined;
  return {
    ...what,
    addresses,
    routes,
    ...given({
      mac,
      keptMac: nonEmpty(readMacAttributes(reading, element)),
      target,
      targetManaged: readManaged(reading, element),
      guest: guestDevice && locatedAttribute(guestDevice),
      guestActual: guestActual?.value,
      link,
      mtu,
      bandwidth,
      vlan,
      virtualport,
      filterref,
      script: script && locatedAttribute(script),
      downscript: downscript && locatedAttribute(downscript),
      backendDomain: backend && locatedAttribute(backend),
      isolated,
      keptAttributes: nonEmpty(keptAttributes),
      kept: nonEmpty(kept),
    }),
    origin: source(element.span),
  };
}

type What = Interface extends infer I
  ? I extends Interface
    ? Pick<
        I,
        Extract<
          keyof I,
          | 'kind'
          | 'network'
          | 'portgroup'
          | 'bridge'
          | 'device'
          | 'mode'
          | 'hostAddresses'
          | 'hostRoutes'
          | 'type'
          | 'keptSource'
        >
      >
    : never
  : never;

const directModes = ['vepa', 'private', 'bridge', 'passthrough'] as const;

function readKind(
  reading: Reading,
  element: XmlElement,
  { value: type, origin }: Located<Type>,
  from: XmlElement | undefined,
): What | undefined {
  const attribute = (name: string) => from && reading.attribute(from, name);
  /** What `<source>` has to say for this type. */
  const required = (name: string): XmlAttribute | undefined =>
    from === undefined
      ? reading.report(interfaceSourceMissing(type, element.span))
      : reading.required(from, name);
  if (from !== undefined) checkHostAddresses(reading, from, type);
  switch (type) {
    case 'network': {
      const network = required('network');
      const portgroup = attribute('portgroup');
      if (network === undefined) return undefined;
      return {
        kind: type,
        network: locatedAttribute(network),
        ...given({ portgroup: portgroup?.value }),
      };
    }
    case 'bridge': {
      const bridge = required('bridge');
      return bridge && { kind: type, bridge: locatedAttribute(bridge) };
    }
    case 'direct': {
      const device = required('dev');
      const mode: DirectMode | undefined = from && reading.oneOf(from, 'mode', directModes);
      if (device === undefined) return undefined;
      return { kind: type, device: locatedAttribute(device), mode: mode ?? 'vepa' };
    }
    case 'ethernet': {
      const host = from && readIpInfo(reading, from, 'interface host IP');
      return { kind: type, hostAddresses: host?.addresses ?? [], hostRoutes: host?.routes ?? [] };
    }
    default: {
      const rule = interfaceSources[type];
      if (from === undefined && rule !== undefined) {
        return reading.report(
          type === 'hostdev'
            ? hostdevTypeMissing(element.span)
            : interfaceSourceMissing(type, element.span),
        );
      }
      const keptSource =
        from === undefined || rule === undefined ? undefined : keep(reading, from, rule);
      return {
        kind: 'other',
        type: located(type, origin),
        ...given({ keptSource }),
      };
    }
  }
}

/** Addresses of the host's end are for plain pairs only. */
function checkHostAddresses(reading: Reading, from: XmlElement, type: Type): void {
  if (type === 'ethernet') return;
  const { addresses, routes } = readIpInfo(reading, from, 'interface host IP');
  if (addresses.length + routes.length > 0) {
    reading.late('valid interface', hostAddressRefused(type, from.span));
  }
}

/**
 * Six bytes in hexadecimal; what stands behind a blank does not count.
 * @see libvirt 9.0, src/util/virmacaddr.c, virMacAddrParse
 */
function readMac(reading: Reading, element: XmlElement): Located<string> | undefined {
  const mac = reading.one(element, 'mac');
  const address = mac && reading.attribute(mac, 'address');
  if (address === undefined) return undefined;
  const match = /^[ \t\n\v\f\r]*([0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5})(?:$|[\0-\x20])/.exec(
    address.value,
  );
  const bytes = match?.[1]?.split(':').map((part) => Number.parseInt(part, 16));
  if (bytes === undefined) return reading.report(macInvalid(address.value, address.span));
  if (bytes[0]! & 1) return reading.report(macMulticast(address.value, address.span));
  const text = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  return located(text, source(address.span));
}

function readMacAttributes(reading: Reading, element: XmlElement) {
  const mac = reading.one(element, 'mac');
  if (mac === undefined) return [];
  const type = reading.oneOf(mac, 'type', ['generated', 'static']);
  const check = reading.yesNo(mac, 'check');
  return [
    ...(type === undefined ? [] : [{ name: 'type', value: type }]),
    ...(check === undefined ? [] : [{ name: 'check', value: check ? 'yes' : 'no' }]),
  ];
}

/** Names that libvirt makes up are dropped, unless the device is somebody else's. */
const madeUp = /^(vnet|macvtap|macvlan)/;

function readTarget(
  reading: Reading,
  element: XmlElement,
  type: Type,
): Located<string> | undefined {
  const target = reading.one(element, 'target');
  if (target === undefined) return undefined;
  const device = reading.attribute(target, 'dev');
  const managed = reading.yesNo(target, 'managed');
  if (managed === false && type !== 'ethernet') {
    reading.late('valid interface', unmanagedRefused(type, target.span));
  }
  if (device === undefined || (managed !== false && madeUp.test(device.value))) return undefined;
  return locatedAttribute(device);
}

function readManaged(reading: Reading, element: XmlElement): boolean | undefined {
  const target = reading.one(element, 'target');
  const managed = target?.attributes.find(({ name }) => name === 'managed')?.value;
  return managed === 'yes' || managed === 'no' ? managed === 'yes' : undefined;
}

function readLink(reading: Reading, element: XmlElement): Interface['link'] {
  const state = reading.attributeText(reading.many(element, 'link'), 'state');
  if (state === undefined) return undefined;
  const known = (['up', 'down'] as const).find((each) => each === state.value);
  if (known !== undefined) return located(known, source(state.span));
  return reading.report(linkStateUnknown(state.value, state.span));
}

function readMtu(reading: Reading, element: XmlElement): Located<number> | undefined {
  const size = reading.attributeText(reading.many(element, 'mtu'), 'size');
  if (size === undefined) return undefined;
  const value = uint32(size.value);
  if (value === undefined) return reading.report(mtuInvalid(size.span));
  return value === 0 ? undefined : located(value, source(size.span));
}

function readIsolated(
  reading: Reading,
  element: XmlElement,
  type: Type,
  mac: Located<string> | undefined,
  virtualport: Virtualport | undefined,
): Located<boolean> | undefined {
  const port = reading.one(element, 'port');
  const isolated = port && reading.yesNo(port, 'isolated');
  if (port === undefined || isolated === undefined) return undefined;
  if (isolated && type !== 'network' && type !== 'bridge') {
    reading.late('valid interface', isolatedRefused(mac?.value ?? '', 'type', type, port.span));
  } else if (isolated && virtualport?.type === 'openvswitch') {
    const { type: portType } = virtualport;
    const refused = isolatedRefused(mac?.value ?? '', 'virtualport type', portType, port.span);
    reading.late('valid interface', refused);
  }
  return located(isolated, source(port.span));
}

/** @see libvirt 9.0, src/conf/nwfilter_params.c, virNWFilterParseParamAttributes */
function readFilterref(reading: Reading, element: XmlElement, type: Type): Filterref | undefined {
  const filterref = reading.one(element, 'filterref');
  if (filterref === undefined || !['network', 'bridge', 'ethernet'].includes(type)) {
    return undefined;
  }
  const filter = reading.attribute(filterref, 'filter');
  const parameters = new Map<string, { readonly name: string; readonly value: string }>();
  for (const each of reading.many(filterref, 'parameter')) {
    const name = reading.attribute(each, 'name')?.value;
    const value = reading.attribute(each, 'value')?.value;
    if (name === undefined || value === undefined) continue;
    if (!/^[a-zA-Z0-9_]+$/.test(name) || !/^[a-zA-Z0-9_.:]+$/.test(value)) continue;
    parameters.set(`${name}\0${value}`, { name, value });
  }
  if (filter === undefined) return undefined;
  return {
    filter: filter.value,
    parameters: [...parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    origin: source(filterref.span),
  };
}

/** In print order. */
function readKept(reading: Reading, element: XmlElement): readonly Kept[] {
  const model = readModel(reading, element);
  const isVirtio = model?.attributes[0]?.value.startsWith('virtio') ?? false;
  const optional = (name: keyof typeof interfaceRules) =>
    keepOne(reading, element, name, interfaceRules[name]);
  const driver = optional('driver');
  if (driver !== undefined && !isVirtio) checkVirtioOptions(reading, element, driver);
  const sndbuf = reading.text(reading.many(element, 'tune'), 'sndbuf');
  const at = reading.one(element, 'tune')?.span ?? element.span;
  if (sndbuf !== undefined && uint64(sndbuf.value) === undefined) {
    reading.report(sndbufInvalid(at));
  }
  const teaming = optional('teaming');
  if (teaming !== undefined && keptValue(teaming, 'type') === undefined) {
    reading.report(teamingTypeMissing(reading.one(element, 'teaming')?.span ?? element.span));
  }
  if (
    teaming?.attributes.some(({ name, value }) => name === 'type' && value === 'transient') &&
    !teaming.attributes.some(({ name }) => name === 'persistent')
  ) {
    const span = reading.one(element, 'teaming')?.span ?? element.span;
    reading.late('valid interface', teamingPersistentMissing(span));
  }
  return [
    model,
    isVirtio ? driver : undefined,
    optional('backend'),
    sndbuf === undefined
      ? undefined
      : {
          name: 'tune',
          attributes: [],
          children: [
            {
              name: 'sndbuf',
              attributes: [],
              children: [],
              text: `${uint64(sndbuf.value) ?? ''}`,
              origin: source(at),
            },
          ],
          origin: source(at),
        },
    teaming,
    optional('coalesce'),
    ...keepInfo(reading, element, { boot: true }),
  ].filter((each) => each !== undefined);
}

/** @see libvirt 9.0, src/conf/domain_validate.c, virDomainCheckVirtioOptionsAreAbsent */
function checkVirtioOptions(reading: Reading, element: XmlElement, driver: Kept): void {
  const span = reading.one(element, 'driver')?.span ?? element.span;
  for (const name of ['iommu', 'ats', 'packed', 'page_per_vq'] as const) {
    if (keptValue(driver, name) === undefined) continue;
    reading.late('valid interface', virtioOptionRefused(name, span));
  }
}

const keptAttribute = (name: string, key: string, value: string, element: XmlElement): Kept => ({
  name,
  attributes: [{ name: key, value }],
  children: [],
  origin: source(element.span),
});

/** Known ones in the spelling that libvirt prints, whatever the letters' case. */
function readModel(reading: Reading, element: XmlElement): Kept | undefined {
  const type = reading.attributeText(reading.many(element, 'model'), 'type');
  if (type === undefined) return undefined;
  if (!/^[a-zA-Z0-9_-]+$/.test(type.value)) return reading.report(netModelInvalid(type.span));
  const model = netModels.find((each) => each.toLowerCase() === type.value.toLowerCase());
  if (model === undefined) {
    reading.late('interface', netModelUnknown(type.value, type.span));
    return undefined;
  }
  return keptAttribute('model', 'type', model, element);
}
