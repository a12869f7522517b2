import {
  autoCgroupWritable,
  autoMountLost,
  fstabRead,
  mountAbsent,
  mountAsDevice,
  mountBasic,
  mountDeviceMoved,
  mountGuardsLost,
  mountInItsPlace,
  mountInKernel,
  mountLeadsOut,
  mountNowhere,
  mountOfType,
  mountOptional,
  mountOptionsLost,
  mountOutsideRoot,
  mountPrefixDropped,
  mountSourceRelative,
  nodeElsewhere,
  nodeOfEvery,
  ownMountGuardsLost,
  tmpfsHalfMemory,
  tmpfsPartOfMemory,
} from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcFstabMissing,
  lxcFstabNotConverted,
  lxcLineTooLong,
  lxcMountWithoutBind,
  lxcNoTmpfsSize,
  lxcRelativeSize,
  lxcTooManyLines,
} from '../../diagnostics/catalog/lxc.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import { BASIC_MOUNTS } from '../../libvirt/basic-mounts.ts';
import {
  type Conversion,
  folderName,
  locatedAt,
  originOf,
  settingOf,
  settingsOf,
} from './conversion.ts';
import { kindOfNode, NODES_OF_EVERY } from './devices.ts';
import { parseKernelSize } from './kernel-numbers.ts';
import { type MountOptions, readMountOptions } from './mount-options.ts';
import type { Setting } from './setting.ts';
import { MAX_LINE, MAX_LINES } from './settings.ts';
import { parseCount, unescapeMount, words } from './values.ts';

export interface Mounts {
  readonly filesystems: readonly Filesystem[];
  readonly hostdevs: readonly Hostdev[];
}

/** The mounts of the fstab, then the entries of the config: the order in which lxc makes them. */
export function readMounts(conversion: Conversion, rootPath: string | undefined): Mounts {
  const filesystems: Filesystem[] = [];
  const hostdevs: Hostdev[] = [];
  for (const entry of [...fstabEntries(conversion), ...settingsOf(conversion, 'lxc.mount.entry')]) {
    for (const made of readEntry(conversion, entry, rootPath)) {
      if ('target' in made) filesystems.push(made);
      else hostdevs.push(made);
    }
  }
  autoMounts(conversion);
  return { filesystems, hostdevs };
}

/** @see lxc 5.0, src/lxc/confile.c, set_config_mount_auto */
const AUTO_MOUNT =
  /^(proc(:mixed|:rw)?|sys(:ro|:mixed|:rw)?|cgroup(-full)?(:mixed|:ro|:rw)?(:force)?|cgroup2(:ro)?(:force)?|shmounts:.*)$/;

/**
 * `proc:mixed`, `sys:ro` and `cgroup:mixed` are what libvirt does; nothing else can be had. Of the words for one of them
 * the last counts, over all lines.
 */
function autoMounts(conversion: Conversion): void {
  const { ledger, diagnostics } = conversion;
  const lines = settingsOf(conversion, 'lxc.mount.auto');
  const counting = new Map<string, string>();
  for (const { value } of lines) {
    for (const word of words(value))
      counting.set(/^(proc|sys|cgroup)?/.exec(word)?.[0] ?? '', word);
  }
  const counted = new Set(counting.values());
  for (const line of lines) {
    const all = words(line.value);
    const unread = all.filter((word) => !AUTO_MOUNT.test(word));
    if (unread.length > 0) {
      const expected = 'proc, sys, cgroup and their variants, between spaces';
      const { written, valueSpan } = line;
      diagnostics.push(lxcBadValue(written, unread.join(' '), expected, valueSpan));
      continue;
    }
    const other = all.filter((word) => counted.has(word) && !AS_LIBVIRT.test(word));
    const readOnly = other.filter((word) => /^cgroup.*:ro/.test(word));
    const rest = other.filter((word) => !readOnly.includes(word));
    if (readOnly.length > 0) ledger.lost(line, autoCgroupWritable(readOnly.join(' ')));
    if (rest.length > 0) ledger.lost(line, autoMountLost(rest.join(' ')));
    if (other.length === 0) ledger.unneeded(line, mountBasic);
  }
}

const AS_LIBVIRT = /^(proc(:mixed)?|sys(:ro|:mixed)?|cgroup2?(:mixed)?(:force)?)$/;

function fstabEntries(conversion: Conversion): Setting[] {
  const { diagnostics, ledger, full, host, sources } = conversion;
  const setting = settingOf(conversion, 'lxc.mount.fstab');
  if (setting === undefined) return [];
  if (!full) {
    diagnostics.push(lxcFstabNotConverted(setting.written, setting.span));
    return [];
  }
  const fstab = host.fstab(setting.value);
  if (fstab.kind === 'refused') {
    diagnostics.push(lxcFstabMissing(setting.value, fstab.reason, setting.valueSpan));
    return [];
  }
  const file = setting.value;
  sources.set(file, fstab.text);
  const entries: Setting[] = [];
  for (const match of fstab.text.matchAll(/[^\r\n]+/g)) {
    const value = match[0].trim();
    if (value === '' || value.startsWith('#')) continue;
    if (value.length > MAX_LINE) {
      diagnostics.push(lxcLineTooLong(MAX_LINE, { file, start: match.index, end: match.index }));
      return [];
    }
    const start = match.index + match[0].indexOf(value);
    const span = { file, start, end: start + value.length };
    entries.push({ ...setting, written: 'mount', value, span, valueSpan: span });
    if (entries.length > MAX_LINES) {
      diagnostics.push(lxcTooManyLines(MAX_LINES, span));
      return [];
    }
  }
  ledger.lines += entries.length;
  ledger.unneeded(setting, fstabRead(entries.length));
  return entries;
}

/** The file systems of libvirt's own mounts, by their targets; a bind of the same path is no other. */
const OWN_TYPES: ReadonlyMap<string, string> = new Map([
  ['/proc', 'proc'],
  ['/proc/sys', 'proc'],
  ['/proc/sys/net/ipv4', 'proc'],
  ['/proc/sys/net/ipv6', 'proc'],
  ['/sys', 'sysfs'],
  ['/sys/kernel/security', 'securityfs'],
  ['/sys/fs/selinux', 'selinuxfs'],
]);
/** Made by libvirt as well, but a mount of a host path on them is kept. */
const BASIC_OF_TYPE: ReadonlySet<string> = new Set([
  '/dev devtmpfs',
  '/dev tmpfs',
  '/dev/pts devpts',
]);

type Made = Filesystem | Hostdev;

function readEntry(
  conversion: Conversion,
  setting: Setting,
  rootPath: string | undefined,
): readonly Made[] {
  const fields = words(setting.value).map(unescapeMount);
  const [from, place, type, optionText = ''] = fields;
  if (from === undefined || place === undefined || type === undefined) {
    const { written, value, valueSpan } = setting;
    const fault = lxcBadValue(written, value, 'SOURCE TARGET TYPE OPTIONS', valueSpan, UNKNOWN);
    conversion.diagnostics.push(fault);
    return [];
  }
  const options = readMountOptions(optionText, type);
  const target = targetOf(conversion, setting, place, rootPath);
  if (target === undefined) return [];
  const plain = target.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const entry = { setting, from, type, options, target, plain };
  if (isOwn(conversion, entry) || isLeftOut(conversion, entry)) return [];
  if (options.isBind) return bind(conversion, entry);
  if (type === 'tmpfs') {
    const usageKiB = tmpfsKiB(conversion, setting, options.size);
    return usageKiB === undefined ? [] : [{ ...base(conversion, entry), kind: 'ram', usageKiB }];
  }
  return ofType(conversion, entry);
}

interface Entry {
  readonly setting: Setting;
  readonly from: string;
  readonly type: string;
  readonly options: MountOptions;
  readonly target: string;
  /** The target without slashes that mean nothing. */
  readonly plain: string;
}

/** What libvirt mounts itself on each container; whether this is the same is told. */
function isOwn({ ledger }: Conversion, { setting, from, type, options, plain }: Entry): boolean {
  if (!BASIC_MOUNTS.has(plain) && !BASIC_OF_TYPE.has(`${plain} ${type}`)) return false;
  const own = OWN_TYPES.get(plain) ?? type;
  const isSame = options.isBind ? from.replace(/(.)\/+$/, '$1') === plain : type === own;
  // libvirt's are nosuid, nodev and noexec, and /sys is read-only.
  const guards = options.guards.filter((guard) => !/^no(suid|dev|exec)$/.test(guard));
  if (options.readOnly && plain === '/proc') guards.push('ro');
  if (!isSame) ledger.lost(setting, mountInItsPlace);
  else if (guards.length > 0) ledger.lost(setting, ownMountGuardsLost(guards));
  else ledger.unneeded(setting, mountBasic);
  return true;
}

/** Optional mounts that are not there: on the machine that runs it, or for the kernel. */
function isLeftOut(conversion: Conversion, { setting, from, options, plain }: Entry): boolean {
  const { ledger, full, host } = conversion;
  if (!options.optional) return false;
  // Each distribution's configs have such a line; without `optional` the check of file systems refuses it.
  const isMapped = settingsOf(conversion, 'lxc.idmap').length > 0;
  if (full && isMapped && /^\/(proc|sys)\//.test(plain)) {
    ledger.lost(setting, mountInKernel);
    return true;
  }
  if (!options.isBind || options.relative || host.runs !== true || host.kind(from) !== 'missing') {
    return false;
  }
  ledger.changed(setting, mountAbsent);
  return true;
}

/** A file system from what is on the host: not a host path, unless it is a device with one on it. */
function ofType(conversion: Conversion, entry: Entry): Made[] {
  const { ledger, diagnostics } = conversion;
  const { setting, from, type, options } = entry;
  if (type === 'none') {
    // As the kernel refuses it, too; lxc goes on after an optional one.
    if (options.optional) ledger.unneeded(setting, mountNowhere);
    else diagnostics.push(lxcMountWithoutBind(type, setting.valueSpan));
    return [];
  }
  if (!from.startsWith('/dev/') || WITHOUT_DEVICE.test(type)) {
    ledger.lost(setting, mountOfType(type));
    return [];
  }
  return [{ ...base(conversion, entry), kind: 'block', source: locatedAt(from, setting) }];
}

/** Types of file systems that lie on no block device. @see proc(5), filesystems: nodev */
const WITHOUT_DEVICE =
  /^(overlay(fs)?|aufs|proc|sysfs|cgroup2?|devpts|devtmpfs|mqueue|hugetlbfs|debugfs|tracefs|securityfs|selinuxfs|pstore|bpf|configfs|efivarfs|binfmt_misc|binder|fusectl|fuse(\..*)?|ramfs|nfs4?|cifs|smb3|9p|virtiofs|ceph|nsfs|autofs|ecryptfs)$/;

function bind(conversion: Conversion, entry: Entry): Made[] {
  const { ledger, host } = conversion;
  const { setting, from, options, plain } = entry;
  if (options.relative) {
    return [
      { ...base(conversion, entry), kind: 'bind', source: locatedAt(absolute(from), setting) },
    ];
  }
  if (!from.startsWith('/')) {
    ledger.lost(setting, mountSourceRelative);
    return [];
  }
  const mount = (): Filesystem => ({
    ...base(conversion, entry),
    kind: 'mount',
    source: locatedAt(from, setting),
  });
  if (!from.startsWith('/dev/')) {
    const kind = host.kind(from);
    if (kind === 'block' || kind === 'char') ledger.changed(setting, nodeElsewhere);
    return [mount()];
  }
  if (NODES_OF_EVERY.has(from)) {
    // On another target it is a mask, or a node of that name: a file on a file.
    if (plain !== from) return [mount()];
    ledger.unneeded(setting, nodeOfEvery);
    return [];
  }
  const kind = kindOfNode(conversion, from, options.createsFolder);
  if (kind !== 'block' && kind !== 'char') return [mount()];
  if (isTerminalOfOwn(conversion, plain)) {
    ledger.lost(setting, mountInItsPlace);
    return [];
  }
  const isMoved = plain !== from;
  if (!isMoved) tellOptions(conversion, entry);
  ledger.changed(setting, isMoved ? mountDeviceMoved(from) : mountAsDevice);
  const node = locatedAt(from, setting);
  const origin = originOf(setting);
  return [
    kind === 'block'
      ? { kind: 'storage', block: node, origin }
      : { kind: 'misc', char: node, origin },
    // <hostdev> gives the right to open it, and the mount its place.
    ...(isMoved ? [mount()] : []),
  ];
}

/** What libvirt makes in /dev for the consoles, of which there is one at least. */
function isTerminalOfOwn(conversion: Conversion, plain: string): boolean {
  if (/^\/dev\/(console|ptmx|pts\/.*|fd|std(in|out|err))$/.test(plain)) return true;
  const terminal = /^\/dev\/tty(\d+)$/.exec(plain)?.[1];
  const count = parseCount(settingOf(conversion, 'lxc.tty.max')?.value ?? '0') ?? 0;
  return terminal !== undefined && Number(terminal) >= 1 && Number(terminal) <= Math.max(count, 1);
}

/** What every `<filesystem>` has of an entry; what it does not have is told. */
function base(conversion: Conversion, entry: Entry) {
  const { setting, options, target } = entry;
  tellOptions(conversion, entry);
  return {
    target: locatedAt(target, setting),
    readOnly: options.readOnly,
    accessMode: 'passthrough' as const,
    origin: originOf(setting),
  };
}

function tellOptions({ ledger }: Conversion, { setting, type, options }: Entry): void {
  const { guards, others, optional, isBind } = options;
  if (guards.length > 0) ledger.lost(setting, mountGuardsLost(guards));
  if (others.length > 0) ledger.changed(setting, mountOptionsLost(others));
  if (optional && (type !== 'tmpfs' || isBind)) ledger.changed(setting, mountOptional);
}

const UNKNOWN = 'An error occurred, but the cause is unknown';
const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/**
 * A target is relative to the root. lxc looks in an absolute one for the place where it keeps roots, then for the path
 * of the root, and takes what follows; if neither is there, lxc passes over the line.
 * @see lxc 5.0, src/lxc/conf.c, mount_entry_on_absolute_rootfs
 */
function targetOf(
  conversion: Conversion,
  setting: Setting,
  place: string,
  rootPath: string | undefined,
): string | undefined {
  const { ledger } = conversion;
  if (rootPath === undefined) return absolute(place);
  if (!place.startsWith('/')) {
    if (!leadsOut(place)) return absolute(place);
    ledger.lost(setting, mountLeadsOut);
    return undefined;
  }
  for (const root of [`/var/lib/lxc/${containerOf(conversion)}/rootfs`, rootPath]) {
    const at = root === '/' ? 0 : place.indexOf(root);
    const rest = at < 0 ? undefined : place.slice(at + (root === '/' ? 0 : root.length));
    if (rest === undefined || (rest !== '' && !rest.startsWith('/'))) continue;
    if (leadsOut(rest)) {
      ledger.lost(setting, mountLeadsOut);
      return undefined;
    }
    ledger.unneeded(setting, mountPrefixDropped);
    return absolute(rest);
  }
  ledger.lost(setting, mountOutsideRoot);
  return undefined;
}

/** lxc goes up from the root, which is not `/` yet, and mounts on a place that the container never sees. */
function leadsOut(path: string): boolean {
  let depth = 0;
  for (const name of path.split('/')) {
    if (name === '..') depth--;
    else if (name !== '' && name !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

const containerOf = (conversion: Conversion): string =>
  folderName(conversion) ?? settingOf(conversion, 'lxc.uts.name')?.value ?? '';

/** @see tmpfs(5): a size may be a part of the memory, and is half of it if not given. */
function tmpfsKiB(
  { diagnostics, ledger, full, host }: Conversion,
  setting: Setting,
  text: string | undefined,
): number | undefined {
  const percent = text === undefined ? 50 : Number(/^(\d{1,3})%$/.exec(text)?.[1] ?? Number.NaN);
  if (!Number.isNaN(percent)) {
    if (!full || host.memoryKiB === undefined) {
      const fault = text === undefined ? lxcNoTmpfsSize : lxcRelativeSize.bind(undefined, text);
      diagnostics.push(fault(setting.valueSpan));
      return undefined;
    }
    const kiB = Math.floor((host.memoryKiB * percent) / 100);
    ledger.changed(
      setting,
      text === undefined ? tmpfsHalfMemory(kiB) : tmpfsPartOfMemory(text, kiB),
    );
    return kiB;
  }
  const bytes = parseKernelSize(text ?? '');
  if (bytes !== undefined && bytes < 1n << 63n) return Number(bytes / 1024n);
  const libvirt = `internal error: failed to convert size: '${text}'`;
  const expected = 'a number, with K, M, G or % at its end';
  diagnostics.push(lxcBadValue('size', text ?? '', expected, setting.valueSpan, libvirt));
  return undefined;
}
