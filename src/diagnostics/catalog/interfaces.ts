import { error, warning } from '../diagnostic.ts';
import { type Located, type Origin, spanOf } from '../origin.ts';

export const interfaceTypeUnsupported = (type: string, at: Origin) =>
  error(
    'interface/unsupported-type',
    at,
    `<interface type='${type}'>: expected network, bridge, direct or ethernet`,
    { libvirt: `unsupported configuration: Unsupported network type ${type}` },
  );

/** `what` in the words of domain XML; `today` is what can be done instead. */
export const interfacePartUnsupported = (
  what: string,
  at: Origin,
  today: string,
  libvirt?: string,
) =>
  error('interface/unsupported', at, `${what} is not possible here`, {
    help: today,
    ...(libvirt === undefined ? {} : { libvirt }),
  });

export const interfacePartNotEnforced = (what: string, at: Origin, follows: string) =>
  warning('interface/not-enforced', at, `${what} is not enforced: ${follows}`);

export const linkMissing = (what: string, { value, origin }: Located<string>) =>
  error('interface/source-missing', origin, `${what} '${value}' does not exist on this host`, {
    ...(what === 'bridge'
      ? { help: `'ip link add ${value} type bridge' and 'ip link set ${value} up' make it` }
      : {}),
  });

export const linkNotABridge = ({ value, origin }: Located<string>) =>
  error('interface/not-a-bridge', origin, `'${value}' is a link of this host, but no bridge`);

export const networkMissing = ({ value, origin }: Located<string>) =>
  error('network/missing', origin, `there is no network '${value}'`, {
    help: "'lxplain net-list --all' shows those that there are: 'default', and what libvirt runs",
    libvirt: `Network not found: no network with matching name '${value}'`,
  });

export const linkNameBad = (name: string, at: Origin) =>
  error(
    'interface/bad-name',
    at,
    `'${name.slice(0, 64)}' cannot name a link: expected 1 to 15 bytes without blanks, '/', ':' or '%'`,
  );

export const linkNameTaken = (name: string, at: Origin) =>
  error('interface/name-taken', at, `this host has a link '${name}' already`, {
    help: 'leave <target> out: the kernel chooses a name that is free',
  });

/** `what` is a name inside, a name on the host, an address, or a MAC address, which the kernel lets pass. */
export const givenTwice = (what: string, value: string, at: Origin, first: Origin) => {
  const span = spanOf(first);
  return (what === 'the MAC address' ? warning : error)(
    'interface/given-twice',
    at,
    `${what} '${value}' is given twice`,
    {
      notes: [{ message: 'first given here', ...(span === undefined ? {} : { span }) }],
    },
  );
};

export const addressOfNoHost = (address: string, at: Origin) =>
  error(
    'interface/bad-address',
    at,
    `address '${address}' has no network of its own: expected a prefix`,
    { libvirt: `internal error: Failed to determine prefix for IP address '${address}'` },
  );

export const noIpv6 = (address: string, at: Origin) =>
  error(
    'interface/no-ipv6',
    at,
    `the kernel of this host has no IPv6: '${address}' cannot be given`,
  );

export const routeWhileDown = (at: Origin) =>
  error('interface/route-while-down', at, 'a link that is down takes no route', {
    help: "give the interface an address (<ip>) or <link state='up'/>",
  });
