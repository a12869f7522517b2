import { formatNumberSet, isFull } from '../ir/number-set.ts';
import type { NumberSet } from '../ir/tuning.ts';
import { BASIC_MOUNTS } from '../libvirt/basic-mounts.ts';
import {
  parseCpuset,
  parseI32,
  parseI64,
  parseSize,
  parseU32,
  parseU64,
} from '../libvirt/numbers.ts';
import { parseAddress, parseAddressOf } from '../linux/addresses.ts';
import { libvirtCapabilities } from '../linux/capabilities.ts';
import { parseVirConf, type VirConfEntry } from './virconf.ts';

/** What libvirt's converter takes from the machine and from chance. */
export interface QuirksHost {
  readonly uuid: string;
  readonly emulator: string;
  /** libvirt's names of the architectures that the host can run. */
  readonly guestArchs: readonly string[];
}

export type QuirksAnswer =
  | { readonly kind: 'converted'; readonly xml: string }
  /** What virsh prints after `error: `. */
  | { readonly kind: 'refused'; readonly message: string };

/**
 * What `virsh domxml-from-native lxc-tools` of libvirt 9.0 answers, faults included. `bytes` and the
 * XML hold one character per byte. Where the real daemon dies, the answer is the error it had raised.
 * @see libvirt 9.0, src/lxc/lxc_native.c, lxcParseConfigString
 */
export function convertLikeLibvirt(bytes: string, host: QuirksHost): QuirksAnswer {
  const conf = parseVirConf(bytes);
  if (conf.kind === 'refused') {
    const where = `memory conf:${conf.line}: ${conf.expected}`;
    return { kind: 'refused', message: `configuration file syntax error: ${where}` };
  }
  try {
    return { kind: 'converted', xml: convert(conf.entries, host) };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { kind: 'refused', message: thrown.message };
    throw thrown;
  }
}

/** libvirt raised an error. Caught above: it never leaves this file. */
class Refusal extends Error {}

const UNKNOWN_CAUSE = 'An error occurred, but the cause is unknown';

function refuse(message: string): never {
  throw new Refusal(message);
}

/** The steps are in libvirt's order, which decides the error that a file with two faults gets. */
function convert(entries: readonly VirConfEntry[], host: QuirksHost): string {
  const first = new Map<string, string>();
  for (const { key, value } of entries) if (!first.has(key)) first.set(key, value);
  const either = (key: string, legacy: string) => first.get(key) ?? first.get(legacy);

  const arch = readArch(first.get('lxc.arch'));
  const name = either('lxc.uts.name', 'lxc.utsname') ?? refuse(UNKNOWN_CAUSE);
  const rootfs = either('lxc.rootfs.path', 'lxc.rootfs') ?? refuse(UNKNOWN_CAUSE);
  if (first.has('lxc.mount.fstab') || first.has('lxc.mount')) {
    refuse(
      'argument unsupported: lxc.mount.fstab or lxc.mount found, use lxc.mount.entry lines instead',
    );
  }
  const filesystems = [filesystem(rootfs, '/', false), ...readMounts(entries)];
  const network = readNetwork(entries);
  const consoles = readConsoles(either('lxc.tty.max', 'lxc.tty'));
  const idmap = readIdmap(entries);
  const memory = readMemory(first);
  const cputune = readCputune(first);
  const cpus = readCpuset(first.get('lxc.cgroup.cpuset.cpus'));
  const mems = readCpuset(first.get('lxc.cgroup.cpuset.mems'));
  const blkiotune = readBlkio(entries, first);
  const capabilities = readCapabilities(first.get('lxc.cap.drop'));

  if (arch !== undefined && !host.guestArchs.includes(arch)) {
    refuse(
      `invalid argument: could not find capabilities for ostype=exe arch=${arch} domaintype=lxc `,
    );
  }
  if (memory.totalKiB === 0n) {
    refuse('XML error: Memory size must be specified via <memory> or in the <numa> configuration');
  }
  if (name.includes('/')) refuse(`XML error: name ${name} cannot contain '/'`);

  const cpuset = cpus === undefined || isFull(cpus) ? '' : ` cpuset='${formatNumberSet(cpus)}'`;
  const numatune =
    mems === undefined
      ? ''
      : `  <numatune>\n    <memory mode='strict' nodeset='${formatNumberSet(mems)}'/>\n  </numatune>\n`;
  return `<domain type='lxc'>
  <name>${escapeXml(name)}</name>
  <uuid>${host.uuid}</uuid>
  <memory unit='KiB'>${memory.totalKiB}</memory>
  <currentMemory unit='KiB'>${memory.totalKiB}</currentMemory>
${blkiotune}${memory.tune}  <vcpu placement='static'${cpuset}>1</vcpu>
${cputune}${numatune}  <os>
    <type${arch === undefined ? '' : ` arch='${arch}'`}>exe</type>
    <init>/sbin/init</init>
  </os>
${idmap}  <features>
${network.isPrivate ? '    <privnet/>\n' : ''}${capabilities}  </features>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>${escapeXml(host.emulator)}</emulator>
${filesystems.join('')}${network.interfaces}${consoles}${network.hostdevs}  </devices>
</domain>
`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that libvirt drops.
const SPECIAL = /[<>&"'\u0001-\u0008\u000b\u000c\u000e-\u0019]/g;

/** Drops some control bytes and lets others through. @see src/util/virbuffer.c, virBufferEscapeString */
const escapeXml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(SPECIAL, (c) => ESCAPES[c] ?? '') : text;

const words = (text: string): string[] => text.split(/[ \t]/).filter((word) => word !== '');

/** `<tag>` around the lines, or nothing around nothing. */
const element = (indent: string, tag: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ''
    : `${indent}<${tag}>\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}</${tag}>\n`;

/** @see libvirt 9.0, src/util/virarch.c */
const ARCHITECTURES: ReadonlySet<string> = new Set(
  `alpha armv6l armv7l armv7b aarch64 cris i686 ia64 lm32 m68k microblaze microblazeel mips mipsel
  mips64 mips64el openrisc parisc parisc64 ppc ppcle ppc64 ppc64le ppcemb riscv32 riscv64 s390 s390x
  sh4 sh4eb sparc sparc64 unicore32 x86_64 xtensa xtensaeb`.split(/\s+/),
);

function readArch(value: string | undefined): string | undefined {
  if (value === 'x86') return 'i686';
  if (value === 'amd64') return 'x86_64';
  return value !== undefined && ARCHITECTURES.has(value) ? value : undefined;
}

function filesystem(source: string, target: string, readOnly: boolean, ramKiB?: bigint): string {
  const isBlock = source.startsWith('/dev/');
  const type = isBlock ? 'block' : ramKiB === undefined ? 'mount' : 'ram';
  let from = `      <source dir='${escapeXml(source)}'/>\n`;
  // A tmpfs whose source word is below /dev loses its source: the converter sets one member, prints another.
  if (ramKiB !== undefined) from = isBlock ? '' : `      <source usage='${ramKiB}' units='KiB'/>\n`;
  else if (isBlock) from = `      <source dev='${escapeXml(source)}'/>\n`;
  return `    <filesystem type='${type}' accessmode='passthrough'>
${from}      <target dir='${escapeXml(target)}'/>
${readOnly ? '      <readonly/>\n' : ''}    </filesystem>
`;
}

function readMounts(entries: readonly VirConfEntry[]): string[] {
  const printed: string[] = [];
  for (const { key, value } of entries) {
    if (key !== 'lxc.mount.entry') continue;
    const [source, place, type, optionText] = words(value);
    if (optionText === undefined) refuse(UNKNOWN_CAUSE);
    const target = place!.startsWith('/') ? place! : `/${place}`;
    if (BASIC_MOUNTS.has(target)) continue;
    const options = optionText.split(',');
    const ramKiB = type === 'tmpfs' ? readTmpfsSize(options) : undefined;
    printed.push(filesystem(source!, target, options.includes('ro'), ramKiB));
  }
  return printed;
}

function readTmpfsSize(options: readonly string[]): bigint {
  const option = options.find((text) => text.startsWith('size='));
  if (option === undefined) {
    refuse('internal error: missing tmpfs size, set the size option');
  }
  return readSize(option.slice(5));
}

function readSize(text: string): bigint {
  const size = parseSize(text);
  if (size.kind === 'relative') refuse(`internal error: can't convert relative size: '${text}'`);
  if (size.kind === 'invalid') refuse(`internal error: failed to convert size: '${text}'`);
  return size.bytes / 1024n;
}

interface NetworkGroup {
  readonly index: number;
  readonly values: Map<string, string>;
  readonly addresses: string[];
}

const SUBKEYS: ReadonlySet<string> = new Set(
  'type link hwaddr flags name macvlan.mode vlan.id ipv4.gateway ipv6.gateway'.split(' '),
);

interface Network {
  readonly isPrivate: boolean;
  readonly interfaces: string;
  readonly hostdevs: string;
}

function readNetwork(entries: readonly VirConfEntry[]): Network {
  const groups: NetworkGroup[] = [];
  const byIndex = new Map<number, NetworkGroup>();
  for (const { key, value } of entries) {
    if (!key.startsWith('lxc.net')) continue;
    if (key.startsWith('lxc.network.')) {
      const subkey = key.slice('lxc.network.'.length);
      if (subkey === 'type') openGroup(groups, byIndex, groups.length + 1);
      const group = groups.at(-1) ?? refuse(UNKNOWN_CAUSE);
      readSubkey(group, subkey, value);
    } else if (key.startsWith('lxc.net.')) {
      const match = /^(\d+)\./.exec(key.slice('lxc.net.'.length)) ?? refuse(UNKNOWN_CAUSE);
      const number = parseU64(match[1]!) ?? refuse(UNKNOWN_CAUSE);
      const index = Number(BigInt.asUintN(32, number));
      const group = byIndex.get(index) ?? openGroup(groups, byIndex, index);
      readSubkey(group, key.slice('lxc.net.'.length + match[0].length), value);
    }
  }
  let interfaces = '';
  let hostdevs = '';
  for (const group of groups) {
    const type = group.values.get('type') ?? '';
    if (type === '' || type === 'empty' || type === 'none') continue;
    if (type === 'phys' || type === 'vlan') hostdevs += hostdev(group, type);
    else interfaces += netInterface(group, type);
  }
  return { isPrivate: groups.length === 0, interfaces, hostdevs };
}

function openGroup(
  groups: NetworkGroup[],
  byIndex: Map<number, NetworkGroup>,
  index: number,
): NetworkGroup {
  const group: NetworkGroup = { index, values: new Map(), addresses: [] };
  groups.push(group);
  if (!byIndex.has(index)) byIndex.set(index, group);
  return group;
}

function readSubkey(group: NetworkGroup, subkey: string, value: string): void {
  if (subkey === 'ipv4' || subkey === 'ipv4.address') {
    group.addresses.push(readCidr('ipv4', value));
  } else if (subkey === 'ipv6' || subkey === 'ipv6.address') {
    group.addresses.push(readCidr('ipv6', value));
  } else if (SUBKEYS.has(subkey)) {
    group.values.set(subkey, value);
  } else {
    refuse(UNKNOWN_CAUSE);
  }
}

function readCidr(family: 'ipv4' | 'ipv6', value: string): string {
  const slash = value.indexOf('/');
  const address = slash < 0 ? undefined : parseAddressOf(family, value.slice(0, slash));
  const prefix = slash < 0 ? undefined : parseU32(value.slice(slash + 1));
  if (address === undefined || prefix === undefined) {
    refuse(`invalid argument: Invalid CIDR address: '${value}'`);
  }
  const shown = prefix === 0 ? '' : ` prefix='${prefix}'`;
  return `      <ip address='${address.text}' family='${family}'${shown}/>\n`;
}

function readRoutes({ values }: NetworkGroup): string {
  let printed = '';
  for (const family of ['ipv4', 'ipv6'] as const) {
    const text = values.get(`${family}.gateway`);
    if (text === undefined) continue;
    const gateway = parseAddress(text);
    const prefix = 'XML error: Domain interface:';
    if (gateway === undefined) {
      refuse(`${prefix} Bad gateway address '${text}' in route definition`);
    }
    if (gateway.family !== family) {
      refuse(
        family === 'ipv4'
          ? `${prefix} IPv4 family specified for non-IPv4 gateway '0.0.0.0' in route definition`
          : `${prefix} ipv6 specified for non-IPv6 gateway address '${text}' in route definition`,
      );
    }
    const any = family === 'ipv4' ? '0.0.0.0' : '::';
    printed += `      <route family='${family}' address='${any}' gateway='${gateway.text}'/>\n`;
  }
  return printed;
}

function hostdev(group: NetworkGroup, type: string): string {
  const link = group.values.get('link');
  if (link === undefined) refuse("unsupported configuration: Missing 'link' attribute for NIC");
  const id = type === 'vlan' ? group.values.get('vlan.id') : undefined;
  const name = id === undefined ? link : `${link}.${id}`;
  return `    <hostdev mode='capabilities' type='net'>
      <source>
        <interface>${escapeXml(name)}</interface>
      </source>
${group.addresses.join('')}${readRoutes(group)}    </hostdev>
`;
}

function netInterface(group: NetworkGroup, type: string): string {
  const link = group.values.get('link');
  let kind = 'user';
  let from = '';
  if (type === 'veth') {
    kind = link === undefined ? 'ethernet' : 'bridge';
    if (link !== undefined) from = `      <source bridge='${escapeXml(link)}'/>\n`;
  } else if (type === 'macvlan') {
    kind = 'direct';
    if (link === undefined) refuse(UNKNOWN_CAUSE);
    const mode = macvlanMode(group.values.get('macvlan.mode'));
    from = `      <source dev='${escapeXml(link)}' mode='${mode}'/>\n`;
  }
  const routes = readRoutes(group);
  const name = group.values.get('name');
  const guest = name === undefined ? '' : `      <guest dev='${escapeXml(name)}'/>\n`;
  const state = group.values.get('flags') === 'up' ? 'up' : 'down';
  return `    <interface type='${kind}'>
      <mac address='${readMac(group.values.get('hwaddr') ?? '')}'/>
${from}${group.addresses.join('')}${routes}${guest}      <link state='${state}'/>
    </interface>
`;
}

const macvlanMode = (mode: string | undefined): string =>
  mode === undefined || mode === 'private' ? 'private' : mode === 'bridge' ? 'bridge' : 'vepa';

// biome-ignore lint/suspicious/noControlCharactersInRegex: isspace(3) on a signed char, as the C code has it.
const MAC = /^[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}(?=$|[\u0000-\u0020\u0080-\u00ff])/;

function readMac(text: string): string {
  const match = MAC.exec(text);
  if (match === null) return '00:00:00:00:00:00';
  return match[0]
    .toLowerCase()
    .split(':')
    .map((byte) => byte.padStart(2, '0'))
    .join(':');
}

function readConsoles(value: string | undefined): string {
  if (value === undefined) return '';
  const count = parseI32(value);
  if (count === undefined) refuse(`internal error: failed to parse int: '${value}'`);
  // The real daemon aborts on either: there is no answer to reproduce.
  if (count < 0) refuse(`internal error: negative number of ttys: '${value}'`);
  if (count > MAX_CONSOLES) refuse('Unable to encode message payload');
  let printed = '';
  for (let port = 0; port < count; port++) {
    printed += `    <console type='pty'>
      <target type='lxc' port='${port}'/>
    </console>
`;
  }
  return printed;
}

/** More than these do not fit in a reply of libvirt's protocol (4 MiB). */
const MAX_CONSOLES = 60_000;

// As sscanf(3) reads it: digits are never given back, so that two numbers cannot pass for three.
const IDMAP = /^([\s\S])\s*([+-]?)(\d+)(?!\d)\s*([+-]?)(\d+)(?!\d)\s*([+-]?)(\d+)/;

/** The numbers are in the order of lxc 0.9's development versions, swapped in every release since. */
function readIdmap(entries: readonly VirConfEntry[]): string {
  const lines: { u: string[]; g: string[] } = { u: [], g: [] };
  for (const { key, value } of entries) {
    if (key !== 'lxc.idmap' && key !== 'lxc.id_map') continue;
    const match = IDMAP.exec(value) ?? refuse(`internal error: invalid ${key}: '${value}'`);
    const type = match[1]!;
    if (type !== 'u' && type !== 'g') refuse(UNKNOWN_CAUSE);
    const target = scanNumber(match[2]!, match[3]!);
    const start = scanNumber(match[4]!, match[5]!);
    const count = scanNumber(match[6]!, match[7]!);
    lines[type].push(`<${type}id start='${start}' target='${target}' count='${count}'/>`);
  }
  // A group map alone is not printed: libvirt looks at the number of uid lines only.
  return lines.u.length === 0 ? '' : element('  ', 'idmap', [...lines.u, ...lines.g]);
}

function scanNumber(sign: string, digits: string): number {
  const value = parseU64(sign + digits);
  return value === undefined ? 0xffff_ffff : Number(BigInt.asUintN(32, value));
}

const UNLIMITED_KIB = 9007199254740991n;
const DEFAULT_KIB = 65536n;

function readMemory(first: ReadonlyMap<string, string>): { totalKiB: bigint; tune: string } {
  const read = (key: string): bigint | undefined => {
    const value = first.get(`lxc.cgroup.memory.${key}`);
    return value === undefined ? undefined : readSize(value);
  };
  const hard = read('limit_in_bytes');
  const soft = read('soft_limit_in_bytes');
  const swap = read('memsw.limit_in_bytes');
  const line = (tag: string, value: bigint | undefined): string[] =>
    value === undefined || value >= UNLIMITED_KIB ? [] : [`<${tag} unit='KiB'>${value}</${tag}>`];
  const lines = [
    ...line('hard_limit', hard),
    ...line('soft_limit', soft),
    ...line('swap_hard_limit', swap),
  ];
  return { totalKiB: hard ?? DEFAULT_KIB, tune: element('  ', 'memtune', lines) };
}

function readCputune(first: ReadonlyMap<string, string>): string {
  const read = (key: string, parse: (text: string) => bigint | undefined): bigint | undefined => {
    const value = first.get(`lxc.cgroup.cpu.${key}`);
    if (value === undefined) return undefined;
    return parse(value) ?? refuse(`internal error: failed to parse integer: '${value}'`);
  };
  const shares = read('shares', parseU64);
  const quota = read('cfs_quota_us', parseI64);
  const period = read('cfs_period_us', parseU64);
  const lines: string[] = [];
  if (shares !== undefined) lines.push(`<shares>${shares}</shares>`);
  if (period) lines.push(`<period>${period}</period>`);
  if (quota) lines.push(`<quota>${quota}</quota>`);
  return element('  ', 'cputune', lines);
}

function readCpuset(value: string | undefined): NumberSet | undefined {
  if (value === undefined) return undefined;
  return parseCpuset(value) ?? refuse(`invalid argument: Failed to parse bitmap '${value}'`);
}

/** The children of `<device>` by the name of the lxc key, in the order in which libvirt prints them. */
const BLKIO_TAGS = [
  ['device_weight', 'weight'],
  ['throttle.read_iops_device', 'read_iops_sec'],
  ['throttle.write_iops_device', 'write_iops_sec'],
  ['throttle.read_bps_device', 'read_bytes_sec'],
  ['throttle.write_bps_device', 'write_bytes_sec'],
] as const;

const BLKIO = 'lxc.cgroup.blkio.';

function readBlkio(entries: readonly VirConfEntry[], first: ReadonlyMap<string, string>): string {
  const lines: string[] = [];
  const weightText = first.get(`${BLKIO}weight`);
  if (weightText !== undefined) {
    const weight =
      parseU32(weightText) ?? refuse(`internal error: failed to parse integer: '${weightText}'`);
    if (weight !== 0) lines.push(`<weight>${weight}</weight>`);
  }
  const devices = new Map<string, Map<string, bigint>>();
  for (const { key, value } of entries) {
    if (!key.startsWith(BLKIO) || key === `${BLKIO}weight`) continue;
    const [device, amount] = words(value);
    if (amount === undefined) refuse(`internal error: invalid ${key} value: '${value}'`);
    const path = `/dev/block/${device}`;
    const limits = devices.get(path) ?? new Map<string, bigint>();
    devices.set(path, limits);
    readDeviceLimit(limits, key.slice(BLKIO.length), amount);
  }
  for (const [path, limits] of devices) {
    const set = BLKIO_TAGS.filter(([key]) => (limits.get(key) ?? 0n) !== 0n);
    if (set.length === 0) continue;
    lines.push('<device>', `  <path>${escapeXml(path)}</path>`);
    for (const [key, tag] of set) lines.push(`  <${tag}>${limits.get(key)}</${tag}>`);
    lines.push('</device>');
  }
  return element('  ', 'blkiotune', lines);
}

function readDeviceLimit(limits: Map<string, bigint>, key: string, text: string): void {
  if (!BLKIO_TAGS.some(([known]) => known === key)) return;
  const isBytes = key.includes('_bps_');
  const small = isBytes ? undefined : parseU32(text);
  const value = isBytes ? parseU64(text) : small === undefined ? undefined : BigInt(small);
  const what = key === 'device_weight' ? 'device weight' : key.replace('throttle.', '');
  limits.set(key, value ?? refuse(`internal error: failed to parse ${what}: '${text}'`));
}

function readCapabilities(drop: string | undefined): string {
  const dropped = new Set((drop ?? '').split(' '));
  const lines = libvirtCapabilities
    .filter((name) => dropped.has(name))
    .map((name) => `      <${name} state='off'/>\n`);
  return lines.length === 0
    ? "    <capabilities policy='allow'/>\n"
    : `    <capabilities policy='allow'>\n${lines.join('')}    </capabilities>\n`;
}
