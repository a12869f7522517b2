/** A virtual network with a bridge of its own, whose containers reach the outside by the host's addresses (NAT). */
export interface Network {
  readonly name: string;
  readonly uuid: string;
  readonly bridge: string;
  /** Of the bridge, so that it stays the same whatever is connected to it. */
  readonly mac: string;
  /** The host's address in it, and the length of the network: `192.168.122.1`, 24. */
  readonly address: string;
  readonly prefix: number;
  /** What DHCP gives away. */
  readonly range: { readonly start: string; readonly end: string };
}

/** The network that is always there. `digest`: 16 bytes that are the same for each start on a machine. */
export function defaultNetwork(digest: Uint8Array): Network {
  const hex = Buffer.from(digest).toString('hex');
  return {
    name: 'default',
    uuid: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
    bridge: 'virbr0',
    mac: `52:54:00${hex.slice(0, 6).replaceAll(/(..)/g, ':$1')}`,
    address: '192.168.122.1',
    prefix: 24,
    range: { start: '192.168.122.2', end: '192.168.122.254' },
  };
}

/** Where a network keeps what is there while it is active, and its leases. */
export interface NetworkPlaces {
  readonly state: string;
  readonly leases: string;
}

/** What a start does to the host; a stop takes it back in the reversed order. */
export type NetworkStep =
  | { readonly op: 'bridge.create'; readonly name: string; readonly mac: string }
  | { readonly op: 'sysctl.write'; readonly file: string; readonly value: string }
  | {
      readonly op: 'bridge.address';
      readonly link: string;
      readonly address: string;
      readonly prefix: number;
    }
  | { readonly op: 'bridge.up'; readonly name: string }
  | { readonly op: 'nft.load'; readonly table: string; readonly rules: string }
  | { readonly op: 'dnsmasq.configure'; readonly file: string; readonly text: string }
  | { readonly op: 'dnsmasq.run'; readonly config: string; readonly pidFile: string };

/** In their order. `ipv6`: whether the kernel has it. */
export function networkSteps(
  network: Network,
  { state, leases }: NetworkPlaces,
  ipv6: boolean,
): readonly NetworkStep[] {
  const { name, bridge, mac, address, prefix } = network;
  const config = `${state}/dnsmasq.conf`;
  const pidFile = `${state}/dnsmasq.pid`;
  return [
    { op: 'bridge.create', name: bridge, mac },
    // Without an address of IPv6 in the XML the bridge has none, as with libvirt.
    ...(ipv6
      ? [
          {
            op: 'sysctl.write',
            file: `/proc/sys/net/ipv6/conf/${bridge}/disable_ipv6`,
            value: '1',
          } as const,
        ]
      : []),
    { op: 'bridge.address', link: bridge, address, prefix },
    { op: 'bridge.up', name: bridge },
    { op: 'sysctl.write', file: '/proc/sys/net/ipv4/ip_forward', value: '1' },
    { op: 'nft.load', table: tableOf(name), rules: nftRules(network) },
    { op: 'dnsmasq.configure', file: config, text: dnsmasqConfig(network, pidFile, leases) },
    { op: 'dnsmasq.run', config, pidFile },
  ];
}

const tableOf = (name: string): string => `lxplain_${name.replaceAll(/\W/g, '_')}`;

/** Only what goes through the bridge is named; the rules are a table of their own, which goes as a whole. */
function nftRules({ name, bridge, address, prefix }: Network): string {
  const net = `${address.replace(/\d+$/, '0')}/${prefix}`;
  return `table ip ${tableOf(name)} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${net} ip daddr { 224.0.0.0/24, 255.255.255.255 } return
    ip saddr ${net} ip daddr != ${net} masquerade
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "${bridge}" oifname "${bridge}" accept
    oifname "${bridge}" ip daddr ${net} ct state established,related accept
    iifname "${bridge}" ip saddr ${net} accept
    oifname "${bridge}" reject
    iifname "${bridge}" reject
  }
}
`;
}

/** @see dnsmasq(8) */
const dnsmasqConfig = (
  { bridge, range, prefix }: Network,
  pidFile: string,
  leases: string,
): string => `# Written by lxplain when the network starts.
strict-order
pid-file=${pidFile}
except-interface=lo
bind-dynamic
interface=${bridge}
dhcp-range=${range.start},${range.end},${netmask(prefix)}
dhcp-no-override
dhcp-authoritative
dhcp-leasefile=${leases}
dhcp-lease-max=${Number(range.end.split('.')[3]) - Number(range.start.split('.')[3]) + 1}
`;

const netmask = (prefix: number): string =>
  [0, 8, 16, 24]
    .map((at) => (256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - at)))) % 256)
    .join('.');

/** One line for a person. */
export function describeStep(step: NetworkStep): string {
  switch (step.op) {
    case 'bridge.create':
      return `${step.op} ${step.name} (${step.mac})`;
    case 'sysctl.write':
      return `${step.op} ${step.file} ← ${step.value}`;
    case 'bridge.address':
      return `${step.op} ${step.address}/${step.prefix} on ${step.link}`;
    case 'bridge.up':
      return `${step.op} ${step.name}`;
    case 'nft.load':
      return `${step.op} table ip ${step.table}: nft -f -`;
    case 'dnsmasq.configure':
      return `${step.op} ${step.file}`;
    case 'dnsmasq.run':
      return `${step.op} dnsmasq --conf-file=${step.config}`;
  }
}

/** The XML as virsh prints it; of an active network also the ports of NAT. */
export const networkXml = (network: Network, isActive: boolean): string => {
  const { name, uuid, bridge, mac, address, prefix, range } = network;
  const nat = `<forward mode='nat'>
    <nat>
      <port start='1024' end='65535'/>
    </nat>
  </forward>`;
  return `<network>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  ${isActive ? nat : "<forward mode='nat'/>"}
  <bridge name='${bridge}' stp='off' delay='0'/>
  <mac address='${mac}'/>
  <ip address='${address}' netmask='${netmask(prefix)}'>
    <dhcp>
      <range start='${range.start}' end='${range.end}'/>
    </dhcp>
  </ip>
</network>

`;
};
