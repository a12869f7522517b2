import { isAddress, isLinkName, isNetwork, sameFamily } from './checks.ts';
import { assemble, isolate, prepare } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type {
  HostLinkName,
  InternetAddress,
  LinkName,
  MacAddress,
  Metric,
  Mtu,
  NetworkAddress,
} from './values.ts';

/** The links of the container's network, and what is configured on them. */
export interface LinkOps {
  'netlink.host': Nothing;
  'link.veth': {
    readonly name: LinkName;
    readonly mac: MacAddress;
    readonly host: HostLinkName;
    readonly bridge?: LinkName;
    readonly mtu?: Mtu;
  };
  'link.isolate': { readonly name: LinkName; readonly bridge: LinkName };
  'link.macvlan': {
    readonly name: LinkName;
    readonly mac: MacAddress;
    readonly parent: LinkName;
    readonly mode: 'private' | 'vepa' | 'bridge' | 'passthrough';
    readonly mtu?: Mtu;
  };
  'link.move': { readonly name: LinkName };
  'host.address': {
    readonly link: LinkName;
    readonly address: NetworkAddress;
    readonly peer?: InternetAddress;
  };
  'host.route': {
    readonly link: LinkName;
    readonly to: NetworkAddress;
    readonly via: InternetAddress;
    readonly metric: Metric;
  };
  'netlink.own': Nothing;
  'link.mac': { readonly name: LinkName; readonly mac: MacAddress };
  'link.up': { readonly name: LinkName };
  'link.address': {
    readonly link: LinkName;
    readonly address: NetworkAddress;
    readonly peer?: InternetAddress;
  };
  'link.route': {
    readonly link: LinkName;
    readonly to: NetworkAddress;
    readonly via: InternetAddress;
    readonly metric: Metric;
  };
}

const inside = { 'namespaces.create': 'the network namespace is not there yet' };
const made = { ...inside, 'link.veth': 'the link is not there yet' };
const own = { 'netlink.own': 'there is no socket to ask the kernel by' };

const size = (mtu: number | undefined): string => (mtu === undefined ? '' : `, MTU ${mtu}`);
const onLink = ({ link, address, peer }: LinkOps['link.address']): string =>
  `${address}${peer === undefined ? '' : ` to ${peer}`} on ${link}`;
const route = ({ link, to, via, metric }: LinkOps['link.route']): string =>
  `${to === '0.0.0.0/0' || to === '::/0' ? 'default' : to} via ${via} on ${link}, metric ${metric}`;

const addresses = ({ link, address, peer }: LinkOps['link.address']): readonly string[] => [
  ...isLinkName(link),
  ...isNetwork(address),
  ...(peer === undefined ? [] : [...isAddress(peer), ...sameFamily(address, peer)]),
];
const routes = ({ link, to, via }: LinkOps['link.route']): readonly string[] => [
  ...isLinkName(link),
  ...isNetwork(to),
  ...isAddress(via),
  ...sameFamily(to, via),
];

export const linkOps: Records<LinkOps> = {
  'netlink.host': {
    place: prepare,
    per: 'name',
    what: "Opens a socket on which the kernel is asked about the host's network, and answers errors in words.",
    why: 'The links of the container are made by messages on it.',
    opens: () => ['host_links'],
    times: 'at most once',
    after: { 'process.harden': 'it closes all descriptors that it finds' },
  },
  'link.veth': {
    place: isolate,
    what: "Makes a pair of links: one end in the network namespace of init, with its name and address, the other on the host, up and in the bridge. If the host's end has a name of its own that is just going away, it waits for up to two seconds.",
    why: 'It is the cable between the container and the bridge. It goes with the namespace: nothing has to be undone.',
    object: ({ name, mac, host, bridge, mtu }) =>
      `${name} (${mac}${size(mtu)}) to ${host}${bridge === undefined ? '' : ` in ${bridge}`}`,
    key: ({ name }) => name,
    uses: () => ['host_links'],
    after: inside,
    check: ({ name, host, bridge }) => [
      ...isLinkName(name),
      ...(host === 'vnet%d' ? [] : isLinkName(host)),
      ...(bridge === undefined ? [] : isLinkName(bridge)),
    ],
  },
  'link.isolate': {
    place: isolate,
    what: 'Isolates a port of a bridge: packets go to and from ports only that are not isolated.',
    why: "The domain asked for it: <port isolated='yes'/>.",
    object: ({ name, bridge }) => `${name} in ${bridge}`,
    key: ({ name }) => name,
    uses: () => ['host_links'],
    after: made,
    check: ({ name, bridge }) => [...isLinkName(name), ...isLinkName(bridge)],
  },
  'link.macvlan': {
    place: isolate,
    what: "Makes a link in the network namespace of init that has its own address on a link of the host's.",
    why: "It is the container's connection to that network, without a bridge. It goes with the namespace.",
    object: ({ name, mac, parent, mode, mtu }) =>
      `${name} (${mac}${size(mtu)}) on ${parent}, ${mode}`,
    key: ({ name }) => name,
    uses: () => ['host_links'],
    after: inside,
    check: ({ name, parent }) => [...isLinkName(name), ...isLinkName(parent)],
  },
  'link.move': {
    place: isolate,
    what: 'Moves a link of the host into the network namespace of init. If it is just coming back from an earlier life, it waits for up to two seconds.',
    why: 'The domain asked for it. When the namespace goes, the kernel gives a physical link back; a virtual one goes with it.',
    object: ({ name }) => name,
    key: ({ name }) => name,
    uses: () => ['host_links'],
    after: inside,
    check: ({ name }) => isLinkName(name),
  },
  'host.address': {
    place: isolate,
    what: "Gives the host's end of a pair an address.",
    why: 'The domain asked for it, in <source>.',
    object: onLink,
    key: ({ link, address }) => `${link} ${address}`,
    uses: () => ['host_links'],
    after: made,
    check: addresses,
  },
  'host.route': {
    place: isolate,
    what: "Routes a network through the host's end of a pair. The route goes with it.",
    why: 'The domain asked for it, in <source>.',
    object: route,
    key: ({ link, to, via }) => `${link} ${to} ${via}`,
    uses: () => ['host_links'],
    after: { ...made, 'host.address': 'the gateway is not reached before' },
    check: routes,
  },
  'netlink.own': {
    place: assemble,
    what: "Opens a socket on which the kernel is asked about the container's own network.",
    why: 'Links come up and get their addresses by messages on it.',
    opens: () => ['own_links'],
    times: 'at most once',
  },
  'link.mac': {
    place: assemble,
    what: 'Gives a link of the container its MAC address, and with it the link of the host that is passed through. The kernel gives that its own one back when the namespace goes.',
    why: 'A link that is passed through begins with the address that it has.',
    object: ({ name, mac }) => `${mac} to ${name}`,
    key: ({ name }) => name,
    uses: () => ['own_links'],
    after: own,
    check: ({ name }) => isLinkName(name),
  },
  'link.up': {
    place: assemble,
    what: 'Brings a link of the container up.',
    why: "It has an address, or the domain asked for it: <link state='up'/>.",
    object: ({ name }) => name,
    key: ({ name }) => name,
    uses: () => ['own_links'],
    after: own,
    check: ({ name }) => isLinkName(name),
  },
  'link.address': {
    place: assemble,
    what: 'Gives a link of the container an address.',
    why: 'The domain asked for it.',
    object: onLink,
    key: ({ link, address }) => `${link} ${address}`,
    uses: () => ['own_links'],
    after: own,
    check: addresses,
  },
  'link.route': {
    place: assemble,
    what: 'Adds a route to the main table of the container.',
    why: 'The domain asked for it.',
    object: route,
    key: ({ link, to, via }) => `${link} ${to} ${via}`,
    uses: () => ['own_links'],
    after: own,
    check: routes,
  },
};
