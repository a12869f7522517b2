import { existsSync, readFileSync } from 'node:fs';
import type { Network } from '../network/network.ts';
import type { Networks } from '../state/networks.ts';

/** An address that dnsmasq has given away and that has not expired. */
export interface Lease {
  readonly expirySeconds: number;
  readonly mac: string;
  /** With the length of its network. */
  readonly address: string;
  /** `-` if there is none. */
  readonly host: string;
  readonly client: string;
}

/** @see dnsmasq(8), --dhcp-leasefile */
export function leasesOf(networks: Networks, network: Network): readonly Lease[] {
  const file = networks.leases(network);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.flatMap((line) => {
    const [expiry = '', mac = '', address = '', host = '*', client = '*'] = line.split(' ');
    const expirySeconds = Number(expiry);
    const isLease = /^\d+$/.test(expiry) && expirySeconds * 1000 > Date.now();
    if (!isLease || !mac.includes(':')) return [];
    const known = (word: string) => (word === '*' ? '-' : word);
    return [
      {
        expirySeconds,
        mac,
        address: `${address}/${network.prefix}`,
        host: known(host),
        client: known(client),
      },
    ];
  });
}
