import { domain, type Explanation } from './explanation.ts';

const inDevices = (xml: string): string => `<devices>\n  ${xml}\n</devices>`;
const bridged = (more: string): string =>
  inDevices(`<interface type='bridge'>\n    <source bridge='br0'/>\n    ${more}\n  </interface>`);

/** Interfaces and the networks that they are connected to. */
export const interfaces = {
  'interface/bad-address': {
    summary:
      'Without a prefix an address of IPv4 has the network of its class, and addresses from 224.0.0.0 on have none.',
    example: domain(bridged("<ip address='240.0.0.1'/>")),
    remedy: "Give the length of its network: `<ip address='10.0.0.2' prefix='24'/>`.",
  },
  'interface/bad-name': {
    summary: 'The kernel takes names of links of up to 15 bytes.',
    example: domain(bridged("<guest dev='an-interface-name'/>")),
    remedy: 'Choose a shorter name, or leave it out: inside they are called eth0, eth1 and so on.',
  },
  'interface/given-twice': {
    summary:
      'Two interfaces of one container cannot have the same name, nor one of them the same address twice. The same MAC address twice, which is a warning, works in two networks only.',
    example: domain(
      inDevices(
        "<interface type='bridge'>\n    <source bridge='br0'/>\n    <guest dev='lan'/>\n  </interface>\n  <interface type='bridge'>\n    <source bridge='br0'/>\n    <guest dev='lan'/>\n  </interface>",
      ),
    ),
    remedy: 'Change one of the two, or leave it out.',
  },
  'interface/name-taken': {
    summary:
      "The host's end of a pair of links was to have a name that a link of the host has already.",
    example: domain(bridged("<target dev='lan0'/>"), {
      paths: { '/sys/class/net/lan0': { kind: 'directory' } },
    }),
    remedy: 'Leave `<target>` out, or choose another name.',
  },
  'interface/no-ipv6': {
    summary: 'IPv6 is not compiled into the kernel, or switched off (`ipv6.disable=1`).',
    example: domain(bridged("<ip family='ipv6' address='fd00::2' prefix='64'/>"), { ipv6: false }),
    remedy: 'Remove the address, or switch IPv6 on.',
  },
  'interface/not-a-bridge': {
    summary: 'An interface of type bridge is connected to a bridge of the kernel.',
    example: domain(bridged('<!-- br0 is something else -->'), {
      paths: {
        '/sys/class/net/br0': { kind: 'directory' },
        '/sys/class/net/br0/bridge': { kind: 'missing' },
      },
    }),
    remedy:
      "Name a bridge, or use `<interface type='direct'>`, which connects to any link of the host.",
  },
  'interface/not-enforced': {
    summary: 'This is read and kept, but nothing of it is done for a container.',
    example: domain(bridged("<filterref filter='clean-traffic'/>")),
    remedy: 'Remove it, or do it on the host, for the end of the pair that `<target dev>` names.',
  },
  'interface/route-while-down': {
    summary:
      'The kernel takes routes for links only that are up. Without an address, an interface is not.',
    example: domain(bridged("<route address='0.0.0.0' gateway='10.0.0.1'/>")),
    remedy: "Give the interface an `<ip>`, or `<link state='up'/>`.",
  },
  'interface/source-missing': {
    summary:
      'The bridge or the link of the host that the interface is to be connected to is not there.',
    example: domain(bridged('<!-- there is no br0 -->'), {
      paths: { '/sys/class/net/br0': { kind: 'missing' } },
    }),
    remedy: 'Make it, or correct its name: `ip link` shows those that there are.',
  },
  'interface/unsupported': {
    summary: 'libvirt does not do this for a container either, or this version cannot do it yet.',
    example: domain(bridged("<vlan><tag id='42'/></vlan>")),
    remedy: 'The line `help` says what can be done instead.',
  },
  'interface/unsupported-type': {
    summary: 'Only virtual machines have interfaces of this type.',
    example: domain(inDevices("<interface type='user'/>")),
    remedy:
      "Use `<interface type='network'>` with `<source network='default'/>`, or one of the types bridge, direct and ethernet.",
  },
  'network/missing': {
    summary: 'The virtual network that the interface is to be connected to is not defined.',
    example: domain(
      inDevices("<interface type='network'>\n    <source network='lan'/>\n  </interface>"),
      { networks: { lan: { kind: 'missing' } } },
    ),
    remedy: 'Define it, or correct its name. `default` is always there.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
