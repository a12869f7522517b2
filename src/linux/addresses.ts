/** An address in the form that inet_ntop(3) prints. */
export interface Address {
  readonly family: 'ipv4' | 'ipv6';
  readonly text: string;
}

/** A numeric address of any family, as getaddrinfo(3) with AI_NUMERICHOST reads it. */
export function parseAddress(text: string): Address | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { family: 'ipv4', text: formatIpv4(ipv4) };
  const groups = parseIpv6(text);
  return groups === undefined ? undefined : { family: 'ipv6', text: formatIpv6(groups) };
}

/** The same for one family: an IPv4-mapped IPv6 address is an IPv4 address where one is wanted. */
export function parseAddressOf(family: Address['family'], text: string): Address | undefined {
  if (family === 'ipv4') {
    const ipv4 = parseIpv4(text) ?? mappedIpv4(parseIpv6(text));
    return ipv4 === undefined ? undefined : { family, text: formatIpv4(ipv4) };
  }
  const groups = parseIpv6(text);
  return groups === undefined ? undefined : { family, text: formatIpv6(groups) };
}

/** The 32 or 128 bits of an address. */
export function addressBits({ family, text }: Address): bigint {
  if (family === 'ipv4') return BigInt(parseIpv4(text) ?? 0);
  return (parseIpv6(text) ?? []).reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** One to four parts, decimal, octal or hexadecimal; the last fills the remaining bytes. */
function parseIpv4(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  let value = 0;
  for (const [i, part] of parts.entries()) {
    const number = parsePart(part);
    const isLast = i === parts.length - 1;
    const limit = isLast ? 2 ** (8 * (4 - i)) : 256;
    if (number === undefined || number >= limit) return undefined;
    value += isLast ? number : number * 2 ** (8 * (3 - i));
  }
  return value;
}

function parsePart(part: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(part)) return Number.parseInt(part, 16);
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8);
  return /^[1-9]\d*$/.test(part) ? Number(part) : undefined;
}

const formatIpv4 = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** Eight groups, or undefined. @see inet_pton(3) */
function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 64 || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1]!, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else if (mayEndDotted && i === parts.length - 1) {
      const bytes = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/
        .exec(part)
        ?.slice(1)
        .map(Number);
      if (bytes?.every((byte) => byte < 256) !== true) return undefined;
      groups.push(bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!);
    } else {
      return undefined;
    }
  }
  return groups;
}

function mappedIpv4(groups: readonly number[] | undefined): number | undefined {
  if (groups === undefined || groups[5] !== 0xffff || groups.slice(0, 5).some((g) => g !== 0)) {
    return undefined;
  }
  return groups[6]! * 65536 + groups[7]!;
}

/** @see glibc, resolv/inet_ntop.c, inet_ntop6 */
function formatIpv6(groups: readonly number[]): string {
  let base = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (groups[i + run] === 0) run++;
    if (run > length) {
      base = i;
      length = run;
    }
    i += run;
  }
  const dotted = base === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const last = dotted ? formatIpv4(groups[6]! * 65536 + groups[7]!) : undefined;
  const parts = (from: number, to: number) => groups.slice(from, to).map((g) => g.toString(16));
  const upTo = dotted ? 6 : 8;
  const tail = (list: string[]) => (last === undefined ? list : [...list, last]).join(':');
  if (base < 0) return tail(parts(0, upTo));
  return `${parts(0, base).join(':')}::${tail(parts(base + length, upTo))}`;
}

/** The bytes of an address as they are sent: 4 or 16. */
export function addressBytes(address: Address): Uint8Array {
  const bits = addressBits(address);
  const size = address.family === 'ipv4' ? 4 : 16;
  return Uint8Array.from({ length: size }, (_, i) =>
    Number((bits >> BigInt(8 * (size - 1 - i))) & 255n),
  );
}

/** The last address of a network, to which broadcasts go. */
export function broadcastOf(address: Address, prefix: number): Address {
  const host = (1n << BigInt(32 - prefix)) - 1n;
  return { family: 'ipv4', text: formatIpv4(Number(addressBits(address) | host)) };
}
