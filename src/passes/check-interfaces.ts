import {
  addressOfNoHost,
  givenTwice,
  interfacePartNotEnforced,
  interfacePartUnsupported,
  interfaceTypeUnsupported,
  linkMissing,
  linkNameBad,
  linkNameTaken,
  linkNotABridge,
  networkMissing,
  noIpv6,
  routeWhileDown,
} from '../diagnostics/catalog/interfaces.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located, Origin } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Interface } from '../ir/interface.ts';
import { linkNames } from '../libvirt/link-names.ts';
import { defaultPrefix } from '../libvirt/prefixes.ts';
import { isLinkName } from '../linux/link-name.ts';

/** What an interface of the domain would fail with, as far as it shows before anything is changed. */
export function checkInterfaces(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const { interfaces } = domain;
  return [
    ...interfaces.flatMap((each) => [
      ...kind(each),
      ...source(each, facts),
      ...names(each, facts),
      ...addresses(each, facts),
    ]),
    ...twice(interfaces),
  ];
}

/** @see libvirt 9.0, src/lxc/lxc_process.c, virLXCProcessSetupInterfaces */
function kind(each: Interface): readonly Diagnostic[] {
  const { script, vlan, virtualport, bandwidth, filterref, origin } = each;
  const refused: Diagnostic[] = [];
  if (each.kind === 'other') return [interfaceTypeUnsupported(each.type.value, each.type.origin)];
  if (script !== undefined)
    refused.push(
      interfacePartUnsupported(
        '<script>',
        script.origin,
        'run it before and after the container',
        'unsupported configuration: scripts are not supported on LXC network interfaces',
      ),
    );
  if (vlan !== undefined)
    refused.push(
      interfacePartUnsupported(
        '<vlan>',
        vlan.origin,
        "connect it to a bridge of that VLAN, or to the link of the VLAN with type='direct'",
        'unsupported configuration: vlan tag not supported for this connection type',
      ),
    );
  if (virtualport !== undefined && each.kind !== 'network')
    refused.push(
      interfacePartUnsupported(
        '<virtualport>',
        virtualport.origin,
        'connect it to a bridge of the kernel',
        ...(each.kind === 'direct' ? [PORT_ON_DIRECT] : []),
      ),
    );
  if (bandwidth !== undefined && each.kind === 'direct')
    refused.push(
      interfacePartUnsupported(
        '<bandwidth>',
        bandwidth.origin,
        'a limit needs an interface of type network, bridge or ethernet',
        'unsupported configuration: Unable to set network bandwidth on direct interfaces',
      ),
    );
  else if (bandwidth !== undefined)
    refused.push(
      interfacePartNotEnforced('<bandwidth>', bandwidth.origin, 'the interface has no limit'),
    );
  if (filterref !== undefined)
    refused.push(
      interfacePartNotEnforced(
        `the filter '${filterref.filter}'`,
        filterref.origin ?? origin,
        'the container can send what it wants',
      ),
    );
  return refused;
}

const PORT_ON_DIRECT = 'unsupported configuration: Unable to set port profile on direct interfaces';

const isThere = (path: string, facts: HostFacts): boolean | undefined => {
  const fact = facts.paths[path];
  return fact === undefined ? undefined : fact.kind !== 'missing';
};

export const pathOfLink = (name: string): string => `/sys/class/net/${name}`;

function source(each: Interface, facts: HostFacts): readonly Diagnostic[] {
  switch (each.kind) {
    case 'bridge':
      return link('bridge', each.bridge, facts);
    case 'direct':
      return link('interface', each.device, facts);
    case 'network': {
      const network = facts.networks?.[each.network.value];
      return network === undefined || network.kind === 'missing'
        ? [networkMissing(each.network)]
        : [];
    }
    default:
      return [];
  }
}

function link(what: string, named: Located<string>, facts: HostFacts): readonly Diagnostic[] {
  if (!isLinkName(named.value)) return [linkNameBad(named.value, named.origin)];
  const path = pathOfLink(named.value);
  if (isThere(path, facts) === false) return [linkMissing(what, named)];
  return what === 'bridge' && isThere(`${path}/bridge`, facts) === false
    ? [linkNotABridge(named)]
    : [];
}

function names({ guest, target, kind: of }: Interface, facts: HostFacts): readonly Diagnostic[] {
  const bad = [guest, target].flatMap((name) =>
    name === undefined || isLinkName(name.value) ? [] : [linkNameBad(name.value, name.origin)],
  );
  const taken =
    target !== undefined && of !== 'direct' && isThere(pathOfLink(target.value), facts) === true;
  return [...bad, ...(taken ? [linkNameTaken(target.value, target.origin)] : [])];
}

function addresses(each: Interface, { ipv6 }: HostFacts): readonly Diagnostic[] {
  const all = [...each.addresses, ...(each.kind === 'ethernet' ? each.hostAddresses : [])];
  const isUp = each.addresses.length > 0 || each.link?.value === 'up';
  return [
    ...all.flatMap(({ family, address, prefix, origin }) => [
      ...(family === 'ipv6' && !ipv6 ? [noIpv6(address, origin)] : []),
      ...((prefix ?? defaultPrefix(family, address)) === undefined
        ? [addressOfNoHost(address, origin)]
        : []),
    ]),
    ...(isUp ? [] : each.routes.map(({ origin }) => routeWhileDown(origin))),
  ];
}

/** Names, MAC addresses, and the addresses of one interface. */
function twice(interfaces: readonly Interface[]): readonly Diagnostic[] {
  const inside = linkNames(interfaces);
  const all: (readonly [what: string, value: string, at: Origin])[] = interfaces.flatMap(
    ({ guest, target, mac, origin }, index) => [
      ['the name', inside[index] ?? '', guest?.origin ?? origin] as const,
      ...(target === undefined
        ? []
        : [['the name of the host', target.value, target.origin] as const]),
      ...(mac === undefined ? [] : [['the MAC address', mac.value, mac.origin] as const]),
    ],
  );
  return [
    ...repeated(all),
    ...interfaces.flatMap(({ addresses: own }) =>
      repeated(own.map(({ address, origin: at }) => ['the address', address, at] as const)),
    ),
  ];
}

function repeated(
  all: readonly (readonly [what: string, value: string, at: Origin])[],
): readonly Diagnostic[] {
  const first = new Map<string, Origin>();
  return all.flatMap(([what, value, at]) => {
    const before = first.get(`${what} ${value}`);
    first.set(`${what} ${value}`, before ?? at);
    return before === undefined ? [] : [givenTwice(what, value, at, before)];
  });
}
