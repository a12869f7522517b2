/*
 * Messages of rtnetlink as bytes, and as strace prints them. Pure: what is known only when they are sent has a place in the
 * bytes, and a name in the text.
 */

/** A number that is stored into the message when it is sent: four bytes at `offset`, from the variable `name`. */
export interface Later {
  readonly name: string;
  readonly offset: number;
}

/** A part of a message: its bytes, their text, and what of them is stored later. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly later: readonly Later[];
}

/** A named number of a structure; `text` is its name, if strace has one for it. */
export type Field = readonly [
  name: string,
  size: 1 | 2 | 4,
  value: number | { readonly later: string },
  text?: string | undefined,
];

/** A structure whose fields follow one another without padding. */
export function struct(fields: readonly Field[]): Encoded {
  const bytes = Buffer.alloc(fields.reduce((sum, [, size]) => sum + size, 0));
  const later: Later[] = [];
  let at = 0;
  const texts = fields.map(([name, size, value, text]) => {
    if (typeof value === 'number') bytes.writeUIntLE(value, at, size);
    else later.push({ name: value.later, offset: at });
    at += size;
    return `${name}=${text ?? (typeof value === 'number' ? value : value.later)}`;
  });
  return { bytes, text: `{${texts.join(', ')}}`, later };
}

/** A number of four bytes. */
export const u32 = (value: number | { readonly later: string }, text?: string): Encoded => {
  const encoded = struct([['', 4, value, text]]);
  return { ...encoded, text: encoded.text.slice(2, -1) };
};

/** A name, with the NUL at its end. */
export const name = (text: string): Encoded => ({
  bytes: Buffer.from(`${text}\0`),
  text: `"${text}"`,
  later: [],
});

/** Bytes, such as those of an address. */
export const raw = (bytes: Uint8Array, text: string): Encoded => ({ bytes, text, later: [] });

export interface Attribute {
  readonly type: readonly [number: number, name: string];
  readonly value: Encoded;
}

const aligned = (size: number): number => (size + 3) & ~3;

/** Parts one behind the other, each from an address that four divides. */
function sequence(parts: readonly Encoded[], text: string): Encoded {
  const later: Later[] = [];
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    later.push(...part.later.map(({ name: of, offset }) => ({ name: of, offset: at + offset })));
    const padded = Buffer.alloc(aligned(part.bytes.length));
    padded.set(part.bytes);
    pieces.push(padded);
    at += padded.length;
  }
  return { bytes: Buffer.concat(pieces), text, later };
}

const HEADER = 4;

function attribute({ type: [number, type], value }: Attribute): Encoded {
  const length = HEADER + value.bytes.length;
  const head = struct([
    ['nla_len', 2, length],
    ['nla_type', 2, number, type],
  ]);
  const whole = sequence([head, value], `[${head.text}, ${value.text}]`);
  // The padding is not part of the attribute: what holds it adds its own.
  return { ...whole, bytes: whole.bytes.subarray(0, length) };
}

/** Attributes in an attribute, or behind the head of a message. @see netlink(7), NLA_ALIGN */
export function attributes(all: readonly Attribute[]): Encoded {
  const parts = all.map(attribute);
  const texts = parts.map(({ text }) => text).join(', ');
  return sequence(parts, parts.length === 1 ? texts : `[${texts}]`);
}

/** A structure and the attributes behind it. */
export const withHead = (head: Encoded, all: readonly Attribute[]): Encoded => {
  const behind = attributes(all);
  return sequence([head, behind], all.length === 0 ? head.text : `${head.text}, ${behind.text}`);
};

/** @see include/uapi/linux/netlink.h */
const NLM_F = {
  NLM_F_REQUEST: 1,
  NLM_F_ACK: 4,
  NLM_F_EXCL: 0x200,
  NLM_F_CREATE: 0x400,
} as const;

/** @see include/uapi/linux/rtnetlink.h */
const RTM = { RTM_NEWLINK: 16, RTM_DELLINK: 17, RTM_NEWADDR: 20, RTM_NEWROUTE: 24 } as const;

/**
 * A request that is answered with an acknowledgement. `creates`: it fails if the object is there already.
 * @see netlink(7)
 */
export function request(
  type: keyof typeof RTM,
  head: Encoded,
  all: readonly Attribute[],
  how: 'creates' | 'changes',
): Encoded {
  const names = [
    'NLM_F_REQUEST',
    'NLM_F_ACK',
    ...(how === 'creates' ? (['NLM_F_EXCL', 'NLM_F_CREATE'] as const) : []),
  ] as const;
  const body = withHead(head, all);
  const flags = names.reduce((sum, each) => sum | NLM_F[each], 0);
  const header = struct([
    ['nlmsg_len', 4, 16 + body.bytes.length],
    ['nlmsg_type', 2, RTM[type], type],
    ['nlmsg_flags', 2, flags, names.join('|')],
    ['nlmsg_seq', 4, 1],
    ['nlmsg_pid', 4, 0],
  ]);
  return sequence([header, body], `[${header.text}, ${body.text}]`);
}

export const IFF_UP = 1;

/** `struct ifinfomsg`; a link that comes up, or one that stays as it is. @see rtnetlink(7) */
export const linkHead = (index: number | { readonly later: string }, up: boolean): Encoded =>
  struct([
    ['ifi_family', 2, 0, 'AF_UNSPEC'],
    ['ifi_type', 2, 0, 'ARPHRD_NETROM'],
    ['ifi_index', 4, index],
    ['ifi_flags', 4, up ? IFF_UP : 0, up ? 'IFF_UP' : '0'],
    ['ifi_change', 4, up ? IFF_UP : 0, up ? '0x1' : '0'],
  ]);

const families = { ipv4: [2, 'AF_INET'], ipv6: [10, 'AF_INET6'] } as const;

/** `struct ifaddrmsg` */
export const addressHead = (
  family: keyof typeof families,
  prefix: number,
  index: { readonly later: string },
): Encoded =>
  struct([
    ['ifa_family', 1, ...families[family]],
    ['ifa_prefixlen', 1, prefix],
    ['ifa_flags', 1, 0],
    ['ifa_scope', 1, 0, 'RT_SCOPE_UNIVERSE'],
    ['ifa_index', 4, index],
  ]);

/** `struct rtmsg` of a route to somewhere else, in the main table. */
export const routeHead = (family: keyof typeof families, prefix: number): Encoded =>
  struct([
    ['rtm_family', 1, ...families[family]],
    ['rtm_dst_len', 1, prefix],
    ['rtm_src_len', 1, 0],
    ['rtm_tos', 1, 0],
    ['rtm_table', 1, 254, 'RT_TABLE_MAIN'],
    ['rtm_protocol', 1, 3, 'RTPROT_BOOT'],
    ['rtm_scope', 1, 0, 'RT_SCOPE_UNIVERSE'],
    ['rtm_type', 1, 1, 'RTN_UNICAST'],
    ['rtm_flags', 4, 0],
  ]);

/** Numbers of attributes. @see include/uapi/linux/if_link.h, if_addr.h, rtnetlink.h, veth.h */
export const IFLA = {
  ADDRESS: [1, 'IFLA_ADDRESS'],
  IFNAME: [3, 'IFLA_IFNAME'],
  MTU: [4, 'IFLA_MTU'],
  LINK: [5, 'IFLA_LINK'],
  MASTER: [10, 'IFLA_MASTER'],
  LINKINFO: [18, 'IFLA_LINKINFO'],
  NET_NS_PID: [19, 'IFLA_NET_NS_PID'],
  NET_NS_FD: [28, 'IFLA_NET_NS_FD'],
  INFO_KIND: [1, 'IFLA_INFO_KIND'],
  INFO_DATA: [2, 'IFLA_INFO_DATA'],
  INFO_SLAVE_KIND: [4, 'IFLA_INFO_SLAVE_KIND'],
  INFO_SLAVE_DATA: [5, 'IFLA_INFO_SLAVE_DATA'],
  BRPORT_ISOLATED: [33, 'IFLA_BRPORT_ISOLATED'],
  VETH_INFO_PEER: [1, 'VETH_INFO_PEER'],
  MACVLAN_MODE: [1, 'IFLA_MACVLAN_MODE'],
} as const;

export const IFA = {
  ADDRESS: [1, 'IFA_ADDRESS'],
  LOCAL: [2, 'IFA_LOCAL'],
  BROADCAST: [4, 'IFA_BROADCAST'],
} as const;

export const RTA = {
  DST: [1, 'RTA_DST'],
  OIF: [4, 'RTA_OIF'],
  GATEWAY: [5, 'RTA_GATEWAY'],
  PRIORITY: [6, 'RTA_PRIORITY'],
} as const;

/** Six bytes of a MAC address, `52:54:00:12:34:56`. */
export const mac = (text: string): Encoded =>
  raw(Buffer.from(text.replaceAll(':', ''), 'hex'), text);
