import {
  broadcastLost,
  gatewayDevice,
  gatewayUnknown,
  lostByTable,
  macTemplate,
  mtuNotApplied,
  networkKeyUnused,
  networkLost,
  networkOfHost,
  physicalKeeps,
  physicalPattern,
  prefixAssumed,
  targetRenamed,
  vlanInterface,
} from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcNoLink,
  lxcNoneBesideOthers,
  lxcNoType,
} from '../../diagnostics/catalog/lxc.ts';
import { type Located, located, type Origin, source } from '../../diagnostics/origin.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import type { DirectMode, Interface, IpAddress, Route } from '../../ir/interface.ts';
import { parseAddressOf } from '../../linux/addresses.ts';
import { type Conversion, locatedAt, originOf } from './conversion.ts';
import type { Setting, SettingsByKey } from './setting.ts';
import { parseCount, words } from './values.ts';

export interface Network {
  readonly interfaces: readonly Interface[];
  readonly hostdevs: readonly Hostdev[];
  /** Set if the container has a network of its own, and no interface says so. */
  readonly privnet?: Located<true>;
}

/**
 * The groups in the order of their numbers, as lxc makes them. Without any, and with `empty` ones alone, a
 * container of lxc has its loopback only.
 */
export function readNetwork(conversion: Conversion): Network {
  const interfaces: Interface[] = [];
  const hostdevs: Hostdev[] = [];
  const groups = [...conversion.settings.networks].sort(([a], [b]) => a - b);
  const types = groups.flatMap(([, group]) => group.get('type') ?? []);
  const none = types.find(({ value }) => value === 'none');
  const other = types.find(({ value }) => value !== 'none' && value !== 'empty');
  for (const [, settings] of groups) {
    const group = new Group(conversion, settings);
    const type = group.last('type')?.value;
    if (type === undefined) group.withoutType();
    else if (type === 'veth' || type === 'macvlan') interfaces.push(...group.interface(type));
    else if (type === 'phys' || type === 'vlan') hostdevs.push(...group.hostdev(type));
    else group.nothing(type);
  }
  if (none !== undefined) {
    conversion.ledger.unneeded(none, networkOfHost);
    if (other !== undefined) {
      conversion.diagnostics.push(lxcNoneBesideOthers(none.span, other.span));
    }
    return { interfaces, hostdevs };
  }
  if (interfaces.length > 0 || hostdevs.length > 0) return { interfaces, hostdevs };
  const origin: Origin =
    types[0] === undefined
      ? source({ file: conversion.file, start: 0, end: 0 })
      : originOf(types[0]);
  return { interfaces, hostdevs, privnet: located(true as const, origin) };
}

const MACVLAN_MODES: ReadonlyMap<string, DirectMode> = new Map([
  ['private', 'private'],
  ['vepa', 'vepa'],
  ['bridge', 'bridge'],
  ['passthru', 'passthrough'],
]);
/** What every interface may have. */
type Base = Mutable<
  Pick<Interface, 'mac' | 'guest' | 'mtu' | 'target' | 'addresses' | 'routes' | 'link' | 'origin'>
>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const TYPES = 'veth, macvlan, phys, vlan, ipvlan, empty or none';
const MAC = /^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$/;
const MAC_TEMPLATE = /^[0-9a-fA-FxX]{1,2}(:[0-9a-fA-FxX]{1,2}){5}$/;
const UNKNOWN = 'An error occurred, but the cause is unknown';
const NO_LINK = "unsupported configuration: Missing 'link' attribute for NIC";

/** One group: the keys behind its number. */
class Group {
  private readonly conversion: Conversion;
  private readonly settings: SettingsByKey;

  constructor(conversion: Conversion, settings: SettingsByKey) {
    this.conversion = conversion;
    this.settings = settings;
  }

  /** The line that counts. */
  last(key: string): Setting | undefined {
    return this.settings.get(key)?.at(-1);
  }

  /** lxc 5 would take it for a loopback of another name, and not start. */
  withoutType(): void {
    const [first] = [...this.settings.values()].flat();
    if (first === undefined) return;
    this.conversion.diagnostics.push(lxcNoType(first.written, first.span));
  }

  nothing(type: string): void {
    const setting = this.last('type');
    if (setting !== undefined && type === 'ipvlan') {
      this.conversion.ledger.lost(setting, networkLost(type));
    } else if (setting !== undefined && type !== 'empty' && type !== 'none') {
      this.bad(setting, TYPES);
    }
    this.unused(type, ['type']);
  }

  interface(type: 'veth' | 'macvlan'): Interface[] {
    const origin = this.origin();
    const link = this.last('link');
    const name = this.last('name');
    const mac = this.mac();
    const mtu = this.mtu();
    const target = type === 'veth' ? this.pair() : undefined;
    const addresses = this.addresses();
    const routes = this.routes();
    const base: Base = { addresses, routes, link: this.state(origin), origin };
    if (mac !== undefined) base.mac = mac;
    if (name !== undefined) base.guest = locatedAt(name.value, name);
    if (mtu !== undefined) base.mtu = mtu;
    if (target !== undefined) base.target = target;
    if (type === 'veth') {
      this.unused(type, VETH_KEYS);
      if (link !== undefined)
        return [{ ...base, kind: 'bridge', bridge: locatedAt(link.value, link) }];
      return [{ ...base, kind: 'ethernet', hostAddresses: [], hostRoutes: [] }];
    }
    this.unused(type, MACVLAN_KEYS);
    if (link === undefined) {
      this.noLink(type, UNKNOWN);
      return [];
    }
    const setting = this.last('macvlan.mode');
    const mode = setting === undefined ? 'private' : MACVLAN_MODES.get(setting.value);
    if (mode !== undefined) {
      return [{ ...base, kind: 'direct', device: locatedAt(link.value, link), mode }];
    }
    if (setting !== undefined) this.bad(setting, [...MACVLAN_MODES.keys()].join(', '));
    return [];
  }

  hostdev(type: 'phys' | 'vlan'): Hostdev[] {
    const { ledger } = this.conversion;
    const link = this.last('link');
    for (const key of ['name', 'hwaddr', 'flags', 'mtu']) {
      const setting = this.last(key);
      if (setting !== undefined) ledger.lost(setting, physicalKeeps(WHAT[key] ?? key));
    }
    this.unused(type, [
      'type',
      'link',
      'name',
      'hwaddr',
      'flags',
      'mtu',
      'vlan.id',
      ...ADDRESS_KEYS,
    ]);
    if (link === undefined) {
      this.noLink(type, NO_LINK);
      return [];
    }
    if (link.value.endsWith('+')) {
      ledger.lost(link, physicalPattern);
      return [];
    }
    const id = type === 'vlan' ? this.last('vlan.id') : undefined;
    if (id !== undefined && (parseCount(id.value) ?? 4095) > 4094) {
      this.bad(id, 'a number from 0 to 4094');
    }
    if (id !== undefined) ledger.changed(id, vlanInterface(link.value, id.value));
    return [
      {
        kind: 'net',
        interface: locatedAt(id === undefined ? link.value : `${link.value}.${id.value}`, link),
        addresses: this.addresses(),
        routes: this.routes(),
        origin: this.origin(),
      },
    ];
  }

  private origin(): Origin {
    const type = this.last('type');
    return type === undefined
      ? source({ file: this.conversion.file, start: 0, end: 0 })
      : originOf(type);
  }

  private bad(setting: Setting, expected: string, libvirt?: string): void {
    const { written, value, valueSpan } = setting;
    this.conversion.diagnostics.push(lxcBadValue(written, value, expected, valueSpan, libvirt));
  }

  private noLink(type: string, libvirt: string): void {
    const setting = this.last('type');
    if (setting === undefined) return;
    const key = setting.written.replace(/type$/, 'link');
    this.conversion.diagnostics.push(lxcNoLink(key, type, setting.span, libvirt));
  }

  /** lxc fills the places of `x` at random. */
  private mac(): Located<string> | undefined {
    const setting = this.last('hwaddr');
    if (setting === undefined) return undefined;
    const { value } = setting;
    // Odd: the address of a group, which no device can have.
    if (MAC.test(value) && Number.parseInt(value, 16) % 2 === 1) {
      this.bad(setting, 'the address of one device: an even first number');
      return undefined;
    }
    if (MAC.test(value)) {
      const bytes = value.toLowerCase().split(':');
      return locatedAt(bytes.map((byte) => byte.padStart(2, '0')).join(':'), setting);
    }
    if (MAC_TEMPLATE.test(value)) this.conversion.ledger.changed(setting, macTemplate);
    else this.bad(setting, 'six numbers of two hexadecimal digits, or x for a random one');
    return undefined;
  }

  private mtu(): Located<number> | undefined {
    const setting = this.last('mtu');
    if (setting === undefined) return undefined;
    const value = parseCount(setting.value);
    if (value === undefined || value < 68 || value > 65_535) {
      this.bad(setting, 'a number from 68 to 65535');
      return undefined;
    }
    this.conversion.ledger.changed(setting, mtuNotApplied);
    return locatedAt(value, setting);
  }

  private pair(): Located<string> | undefined {
    const setting = this.last('veth.pair');
    if (setting === undefined) return undefined;
    if (/^vnet\d*$/.test(setting.value)) {
      this.conversion.ledger.lost(setting, targetRenamed);
      return undefined;
    }
    return locatedAt(setting.value, setting);
  }

  /** Any value sets the flag. @see lxc 5.0, src/lxc/confile.c, set_config_net_flags */
  private state(origin: Origin): Located<'up' | 'down'> {
    const setting = this.last('flags');
    return setting === undefined ? located('down', origin) : locatedAt('up', setting);
  }

  /** Of both families in the order of the lines. */
  private addresses(): IpAddress[] {
    const lines = ADDRESS_FAMILIES.flatMap((family) =>
      (this.settings.get(`${family}.address`) ?? []).map((setting) => ({ family, setting })),
    );
    lines.sort((a, b) => a.setting.order - b.setting.order);
    return lines.flatMap(({ family, setting }) => this.address(family, setting) ?? []);
  }

  /** `ADDRESS/PREFIX`, and for IPv4 perhaps a broadcast address behind it. */
  private address(family: 'ipv4' | 'ipv6', setting: Setting): IpAddress | undefined {
    const { ledger } = this.conversion;
    const [text = '', broadcast, ...more] = words(setting.value);
    const [number = '', length] = text.split('/');
    const address = plainAddress(family, number);
    const bits = family === 'ipv4' ? 32 : 128;
    const prefix = length === undefined ? (family === 'ipv6' ? 64 : undefined) : parseCount(length);
    const unread =
      address === undefined ||
      prefix === undefined ||
      prefix > bits ||
      text.split('/').length > 2 ||
      more.length > 0 ||
      (broadcast !== undefined &&
        (family === 'ipv6' || plainAddress('ipv4', broadcast) === undefined));
    if (unread) {
      const expected = `an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address with a prefix up to ${bits}`;
      this.bad(setting, expected, `invalid argument: Invalid CIDR address: '${setting.value}'`);
      return undefined;
    }
    if (broadcast !== undefined) ledger.changed(setting, broadcastLost);
    if (length === undefined) ledger.changed(setting, prefixAssumed(prefix));
    return { address, family, ...(prefix === 0 ? {} : { prefix }), origin: originOf(setting) };
  }

  private routes(): Route[] {
    return ADDRESS_FAMILIES.flatMap((family) => {
      const setting = this.last(`${family}.gateway`);
      if (setting === undefined) return [];
      const { value } = setting;
      if (value === 'auto' || value === 'dev') {
        this.conversion.ledger.lost(setting, value === 'auto' ? gatewayUnknown : gatewayDevice);
        return [];
      }
      const gateway = plainAddress(family, value);
      if (gateway === undefined) {
        const libvirt = `XML error: Domain interface: Bad gateway address '${value}' in route definition`;
        this.bad(
          setting,
          `an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address, auto or dev`,
          libvirt,
        );
        return [];
      }
      const address = family === 'ipv4' ? '0.0.0.0' : '::';
      return [{ family, address, gateway, origin: originOf(setting) }];
    });
  }

  /** Tells of the keys of the group that are not in `used`. */
  private unused(type: string, used: readonly string[]): void {
    const { ledger } = this.conversion;
    for (const [key, all] of this.settings) {
      if (used.includes(key)) continue;
      for (const setting of all) {
        const { becomes } = setting.spec;
        if (becomes.kind === 'lost') {
          ledger.lost(setting, lostByTable(becomes.reason, becomes.concern));
        } else ledger.unneeded(setting, networkKeyUnused(key, type));
      }
    }
  }
}

const ADDRESS_FAMILIES = ['ipv4', 'ipv6'] as const;
const ADDRESS_KEYS = ['ipv4.address', 'ipv6.address', 'ipv4.gateway', 'ipv6.gateway'];
const COMMON_KEYS = ['type', 'link', 'flags', 'hwaddr', 'name', 'mtu', ...ADDRESS_KEYS];
const VETH_KEYS = [...COMMON_KEYS, 'veth.pair'];
const MACVLAN_KEYS = [...COMMON_KEYS, 'macvlan.mode'];
const WHAT: Readonly<Record<string, string>> = {
  name: 'name',
  hwaddr: 'address',
  flags: 'state',
  mtu: 'MTU',
};

/** lxc reads addresses with inet_pton(3): four decimal numbers, no octal or short forms. */
function plainAddress(family: 'ipv4' | 'ipv6', text: string): string | undefined {
  if (family === 'ipv4' && !/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text))
    return undefined;
  return parseAddressOf(family, text)?.text;
}
