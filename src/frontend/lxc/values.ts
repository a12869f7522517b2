import { parseAddressOf } from '../../linux/addresses.ts';

/** A number as strtoul(3) with base 0 reads it: octal after `0`, hexadecimal after `0x`. */
export function parseCount(text: string): number | undefined {
  const match = /^\+?(0[xX][0-9a-fA-F]{1,8}|0[0-7]{0,11}|[1-9]\d{0,9})$/.exec(text);
  if (match === null) return undefined;
  const digits = match[1]!;
  const value = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return value <= 0xffff_ffff ? value : undefined;
}

/** Words between spaces and tabs. */
export const words = (text: string): string[] => text.split(/[ \t]+/).filter((word) => word !== '');

/** `\040`, `\011`, `\012` and `\134` of fstab(5), as getmntent(3) decodes them. */
export const unescapeMount = (text: string): string =>
  text.replace(/\\(040|011|012|134)/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

interface Values {
  readonly expected: string;
  readonly isValid: (value: string) => boolean;
}

const matching = (expected: string, pattern: RegExp): Values => ({
  expected,
  isValid: (value) => pattern.test(value),
});
const countUpTo = (expected: string, least: number, most: number): Values => ({
  expected,
  isValid: (value) => {
    const count = parseCount(value);
    return count !== undefined && count >= least && count <= most;
  },
});
const oneOf = (...names: readonly string[]): Values => ({
  expected: names.join(', '),
  isValid: (value) => names.includes(value),
});

const NAMESPACES: ReadonlySet<string> = new Set('cgroup ipc mnt net pid time user uts'.split(' '));

/** Bytes, not characters. */
const fits =
  (most: number) =>
  (value: string): boolean =>
    value.length * 3 <= most ||
    (value.length <= most && new TextEncoder().encode(value).length <= most);

/** @see lxc 5.0, src/lxc/confile_utils.c, signames */
const SIGNALS =
  'HUP|INT|QUIT|ILL|ABRT|FPE|KILL|SEGV|PIPE|ALRM|TERM|USR1|USR2|CHLD|CONT|STOP|TSTP|TTIN|TTOU|TRAP|IOT|BUS|' +
  'STKFLT|CLD|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS|RT(MIN\\+|MAX-)([12]?\\d|30)';
const FACILITIES = 'daemon|local[0-7]';
const LIMIT = '(unlimited|\\d{0,20})';

const route = (family: 'ipv4' | 'ipv6', bits: number): Values => ({
  expected: `an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address with a prefix up to ${bits}`,
  isValid: (value) => {
    const [address = '', prefix = '', ...more] = value.split('/');
    const length = parseCount(prefix);
    const isPlain = family === 'ipv6' || /^\d+(\.\d+){3}$/.test(address);
    return (
      more.length === 0 &&
      length !== undefined &&
      length <= bits &&
      isPlain &&
      parseAddressOf(family, address) !== undefined
    );
  },
});

const integer = (value: string): boolean => {
  const count = parseCount(value.replace(/^-/, ''));
  return count !== undefined && count <= (value.startsWith('-') ? 2 ** 31 : 2 ** 31 - 1);
};

/**
 * What lxc reads, by the kind of a key.
 * @see lxc 5.0 and 6.0, src/lxc/confile.c, the functions set_config_*
 */
const VALUES = {
  text: { expected: 'a text', isValid: () => true },
  flag: countUpTo('0 or 1', 0, 1),
  count: countUpTo('a number from 0 to 4294967295', 0, 0xffff_ffff),
  u16: countUpTo('a number from 0 to 65535', 0, 0xffff),
  queues: countUpTo('a number from 1', 1, 2 ** 31 - 1),
  integer: { expected: 'an integer', isValid: integer },
  signal: matching(
    'a signal such as SIGTERM or SIGRTMIN+3, or its number',
    new RegExp(`^(\\d{1,9}|SIG(${SIGNALS}))$`, 'i'),
  ),
  level: matching(
    'a level such as INFO, or its number',
    /^([0-8]|TRACE|DEBUG|INFO|NOTICE|WARN|ERROR|CRIT|ALERT|FATAL)$/i,
  ),
  facility: matching('a facility of syslog, such as daemon', new RegExp(`^(${FACILITIES})$`, 'i')),
  hostName: { expected: 'a name of up to 64 bytes', isValid: fits(64) },
  interfaceName: { expected: 'a name of up to 15 bytes', isValid: fits(15) },
  name255: { expected: 'a name of up to 255 bytes', isValid: fits(255) },
  rootOptions: {
    expected: 'options of mount(8), without create=, optional and relative',
    isValid: (value) => !/create=(dir|file)|optional|relative/.test(value),
  },
  relativePath: {
    expected: "a relative path without '..'",
    isValid: (value) => !value.startsWith('/') && !value.split('/').includes('..'),
  },
  fileName: {
    expected: 'the name of one directory',
    isValid: (value) => !value.includes('/') && value !== '.' && value !== '..',
  },
  groups: {
    expected: 'numbers of groups, with commas between them',
    isValid: (value) => {
      const groups = value.split(',').filter((group) => group !== '');
      return groups.length > 0 && groups.every((group) => parseCount(group.trim()) !== undefined);
    },
  },
  namespaces: {
    expected: 'names of namespaces: cgroup, ipc, mnt, net, pid, time, user, uts',
    isValid: (value) => words(value).every((name) => NAMESPACES.has(name)),
  },
  socket: matching('unix:PATH', /^unix:./s),
  limit: matching(
    "a soft limit, or 'SOFT:HARD', each a number or unlimited",
    new RegExp(`^${LIMIT}\\s*(:\\s*(${LIMIT}\\s*)?)?$`),
  ),
  duration: matching('a number with h, m, s, ms, us or ns', /^[+-]?\d{1,18} ?(h|m|s|ms|us|ns)$/),
  byteSize: matching(
    'auto, or a number, perhaps with KB, MB or GB',
    /^(auto|\d{1,18}\s*([a-z]|[KMG]B)?)$/i,
  ),
  vethMode: oneOf('bridge', 'router'),
  ipvlanMode: oneOf('l2', 'l3', 'l3s'),
  ipvlanIsolation: oneOf('bridge', 'private', 'vepa'),
  vlanId: {
    expected: "a number from 0 to 4094, or 'none'",
    isValid: (value) => value === 'none' || (parseCount(value) ?? 4095) <= 4094,
  },
  taggedId: countUpTo('a number from 0 to 4094', 0, 4094),
  route4: route('ipv4', 32),
  route6: route('ipv6', 128),
} as const satisfies Record<string, Values>;

/** What the value of a key has to look like. */
export type ValueKind = keyof typeof VALUES;

export const isValid = (kind: ValueKind, value: string): boolean => VALUES[kind].isValid(value);

export const expectedOf = (kind: ValueKind): string => VALUES[kind].expected;
