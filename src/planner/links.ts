import type { Container, Link } from '../container/container.ts';
import { type Draft, rule, step } from './steps.ts';

/** The steps about the container's network, by the place they take in the plan. */
export interface Links {
  readonly prepare: readonly Draft[];
  /** By the supervisor, once there is the network namespace of init. */
  readonly isolate: readonly Draft[];
  readonly assemble: readonly Draft[];
}

/** Each link is made with all that can be said at once; what init does, it does in the order of the domain. */
export function links({ links: all, loopback }: Container): Links {
  const lo = loopback === undefined ? [] : [step(loopback.origin, { op: 'loopback.up' })];
  const first = all[0];
  if (first === undefined) return { prepare: [], isolate: [], assemble: lo };
  const configured = all.flatMap(configure);
  return {
    prepare: [step(rule('links'), { op: 'netlink.host' })],
    isolate: [...all.map(make), ...configureHost(all)],
    assemble: [
      ...(configured.length === 0 ? [] : [step(rule('links'), { op: 'netlink.own' })]),
      ...configured,
      ...lo,
    ],
  };
}

function make(link: Link): Draft {
  const { name, mtu, origin } = link;
  if (link.kind === 'host') return step(origin, { op: 'link.move', name });
  const own = { name, mac: link.mac, ...(mtu === undefined ? {} : { mtu }) };
  if (link.kind === 'macvlan')
    return step(origin, { op: 'link.macvlan', ...own, parent: link.parent, mode: link.mode });
  const { bridge, name: host = CHOSEN } = link.host;
  const port = bridge === undefined ? {} : { bridge };
  return step(origin, { op: 'link.veth', ...own, host, ...port });
}

/** The kernel puts the first number that is free behind it. */
const CHOSEN = 'vnet%d';

/** What can be done only to an end that is there. */
function configureHost(all: readonly Link[]): Draft[] {
  const pairs = all.flatMap((link) => (link.kind === 'veth' ? [link] : []));
  return [
    ...pairs.flatMap(({ host: { name, bridge, isolated }, origin }) =>
      isolated && name !== undefined && bridge !== undefined
        ? [step(origin, { op: 'link.isolate', name, bridge })]
        : [],
    ),
    ...pairs.flatMap(({ host: { name: link = CHOSEN, addresses } }) =>
      addresses.map(({ origin, ...address }) =>
        step(origin, { op: 'host.address', link, ...address }),
      ),
    ),
    ...pairs.flatMap(({ host: { name: link = CHOSEN, routes } }) =>
      routes.map(({ origin, ...route }) => step(origin, { op: 'host.route', link, ...route })),
    ),
  ];
}

const configure = ({ name, up, addresses, routes, origin, ...link }: Link): Draft[] => [
  ...(link.kind === 'macvlan' && link.mode === 'passthrough'
    ? [step(origin, { op: 'link.mac', name, mac: link.mac })]
    : []),
  ...(up ? [step(origin, { op: 'link.up', name })] : []),
  ...addresses.map(({ origin: at, ...address }) =>
    step(at, { op: 'link.address', link: name, ...address }),
  ),
  ...routes.map(({ origin: at, ...route }) => step(at, { op: 'link.route', link: name, ...route })),
];
