import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Hostdev } from '../ir/hostdev.ts';
import type { Interface, IpAddress, Route } from '../ir/interface.ts';
import { linkNames } from '../libvirt/link-names.ts';
import { defaultPrefix, netmaskLength } from '../libvirt/prefixes.ts';
import type { Link, LinkAddress, LinkRoute } from './container.ts';

/** The links of the domain's interfaces, as far as the checks let them pass, and those that it takes from the host. */
export function links(domain: Domain, facts: HostFacts): readonly Link[] {
  const names = linkNames(domain.interfaces);
  return [
    ...domain.interfaces.map((each, index) => linkOf(each, names[index] ?? '', facts)),
    ...domain.hostdevs.flatMap(taken),
  ];
}

/** It keeps its name, and comes up if it has an address. */
const taken = (hostdev: Hostdev): readonly Link[] =>
  hostdev.kind !== 'net'
    ? []
    : [
        {
          kind: 'host',
          name: hostdev.interface.value,
          up: hostdev.addresses.length > 0,
          addresses: hostdev.addresses.map(addressOf),
          routes: hostdev.routes.map(routeOf),
          origin: hostdev.origin,
        },
      ];

function linkOf(given: Interface, name: string, facts: HostFacts): Link {
  const { mac, mtu, link, origin } = given;
  const addresses = given.addresses.map(addressOf);
  const base = {
    name,
    mac: mac?.value ?? '',
    ...(mtu === undefined ? {} : { mtu: mtu.value }),
    // One that has an address comes up, whatever its state says. @see libvirt 9.0, lxcContainerRenameAndEnableInterfaces
    up: addresses.length > 0 || link?.value === 'up',
    addresses,
    routes: given.routes.map(routeOf),
    origin,
  };
  switch (given.kind) {
    case 'direct':
      return { ...base, kind: 'macvlan', parent: given.device.value, mode: given.mode };
    case 'ethernet':
      return {
        ...base,
        kind: 'veth',
        host: hostEnd(
          given,
          undefined,
          given.hostAddresses.map(addressOf),
          given.hostRoutes.map(routeOf),
        ),
      };
    case 'bridge':
      return { ...base, kind: 'veth', host: hostEnd(given, given.bridge.value) };
    case 'network': {
      const network = facts.networks?.[given.network.value];
      if (network?.kind === 'direct')
        return { ...base, kind: 'macvlan', parent: network.device, mode: network.mode };
      return {
        ...base,
        kind: 'veth',
        host: hostEnd(given, network?.kind === 'bridge' ? network.bridge : ''),
      };
    }
    default:
      throw new Error(`broken invariant: check-interfaces lets no '${given.type.value}' pass`);
  }
}

/** What is done to the host's end later has to find it, so that it gets a name that the plan can say. */
function hostEnd(
  { target, mac, isolated }: Interface,
  bridge: string | undefined,
  addresses: readonly LinkAddress[] = [],
  routes: readonly LinkRoute[] = [],
): Extract<Link, { kind: 'veth' }>['host'] {
  const isIsolated = isolated?.value === true && bridge !== undefined;
  const isFound = isIsolated || addresses.length > 0 || routes.length > 0;
  const name = target?.value ?? (isFound ? hostName(mac?.value ?? '') : undefined);
  return {
    ...(name === undefined ? {} : { name }),
    ...(bridge === undefined ? {} : { bridge }),
    isolated: isIsolated,
    addresses,
    routes,
  };
}

/** `vnet` and all of the MAC address but its first byte: 14 characters. */
const hostName = (mac: string): string => `vnet${mac.replaceAll(':', '').slice(2)}`;

const addressOf = ({ address, family, prefix, peer, origin }: IpAddress): LinkAddress => ({
  address: `${address}/${prefix ?? defaultPrefix(family, address) ?? 0}`,
  ...(peer === undefined ? {} : { peer }),
  origin,
});

const routeOf = ({ address, prefix, netmask, gateway, metric, origin }: Route): LinkRoute => ({
  to: `${address}/${prefix ?? (netmask === undefined ? 0 : netmaskLength(netmask))}`,
  via: gateway,
  metric: metric ?? 1,
  origin,
});
