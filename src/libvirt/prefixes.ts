import { addressBits, parseAddress } from '../linux/addresses.ts';

/**
 * The length of the network that an address has by itself: that of its class, or 64 with IPv6. undefined for an address of
 * IPv4 that belongs to no host.
 * @see libvirt 9.0, src/util/virsocketaddr.c, virSocketAddrGetIPPrefix
 */
export function defaultPrefix(family: 'ipv4' | 'ipv6', address: string): number | undefined {
  if (family === 'ipv6') return 64;
  const bits = addressBits({ family, text: address });
  if (bits === 0n) return 0;
  const first = Number(bits >> 24n);
  if (first < 128) return 8;
  if (first < 192) return 16;
  return first < 224 ? 24 : undefined;
}

/** The leading ones of a netmask. */
export function netmaskLength(netmask: string): number {
  const parsed = parseAddress(netmask);
  if (parsed === undefined) return 0;
  const size = parsed.family === 'ipv4' ? 32 : 128;
  const zeros = addressBits(parsed).toString(2).padStart(size, '0').indexOf('0');
  return zeros < 0 ? size : zeros;
}
