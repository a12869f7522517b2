import { BASIC_MOUNTS } from '../../convert/basic-mounts.ts';
import { parseSize } from '../../convert/libvirt-numbers.ts';
import {
  autoMountLost,
  fstabRead,
  mountAbsent,
  mountAsDevice,
  mountBasic,
  mountDeviceMoved,
  mountInKernel,
  mountOfType,
  mountOptional,
  mountOptionsLost,
  mountOutsideRoot,
  mountPrefixDropped,
  mountSourceRelative,
  tmpfsHalfMemory,
  tmpfsPartOfMemory,
} from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcFstabMissing,
  lxcFstabNotConverted,
  lxcNoTmpfsSize,
  lxcRelativeSize,
  lxcTooManyLines,
} from '../../diagnostics/catalog/lxc.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import {
  type Conversion,
  folderName,
  locatedAt,
  originOf,
  settingOf,
  settingsOf,
} from './conversion.ts';
import { MAX_LINES, type Setting } from './settings.ts';
import { unescapeMount, words } from './values.ts';

export interface Mounts {
  readonly filesystems: readonly Filesystem[];
  readonly hostdevs: readonly Hostdev[];
}

/** The mounts of the fstab, then the entries of the config: the order in which lxc makes them. */
export function readMounts(conversion: Conversion, rootPath: string | undefined): Mounts {
  const filesystems: Filesystem[] = [];
  const hostdevs: Hostdev[] = [];
  for (const entry of [...fstabEntries(conversion), ...settingsOf(conversion, 'lxc.mount.entry')]) {
    const made = readEntry(conversion, entry, rootPath);
    if (made === undefined) continue;
    if ('target' in made) filesystems.push(made);
    else hostdevs.push(made);
  }
  for (const setting of settingsOf(conversion, 'lxc.mount.auto')) autoMount(conversion, setting);
  return { filesystems, hostdevs };
}

/** @see lxc 5.0, src/lxc/confile.c, set_config_mount_auto */
const AUTO_MOUNT =
  /^(proc(:mixed|:rw)?|sys(:ro|:mixed|:rw)?|cgroup(2|-full)?(:mixed|:ro|:rw)?(:force)?|shmounts:.*)$/;

/** `proc:mixed`, `sys:ro` and `cgroup:mixed` are what libvirt does; nothing else can be had. */
function autoMount({ ledger, diagnostics }: Conversion, setting: Setting): void {
  const unread = words(setting.value).filter((word) => !AUTO_MOUNT.test(word));
  if (unread.length > 0) {
    const { written, valueSpan } = setting;
    const expected = 'proc, sys, cgroup and their variants, between spaces';
    diagnostics.push(lxcBadValue(written, unread.join(' '), expected, valueSpan));
    return;
  }
  const other = words(setting.value).filter(
    (word) => !/^(proc(:mixed)?|sys(:ro|:mixed)?|cgroup2?(:ro|:mixed)?(:force)?)$/.test(word),
  );
  if (other.length === 0) ledger.unneeded(setting, mountBasic);
  else ledger.lost(setting, autoMountLost(other.join(' ')));
}

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
    const start = match.index + match[0].indexOf(value);
    const span = { file, start, end: start + value.length };
    entries.push({ ...setting, written: 'mount', value, span, valueSpan: span });
    if (entries.length > MAX_LINES) {
      diagnostics.push(lxcTooManyLines(MAX_LINES, span));
      return [];
    }
  }
  ledger.unneeded(setting, fstabRead(entries.length));
  return entries;
}

/** Made by libvirt as well, but a mount of a host path on them is kept. */
const BASIC_OF_TYPE: ReadonlySet<string> = new Set([
  '/dev devtmpfs',
  '/dev tmpfs',
  '/dev/pts devpts',
]);

/** Options that libvirt's mounts have anyway, or that mean nothing. `create=` makes the target, which libvirt does too. */
const KNOWN_OPTIONS = /^(|ro|rw|bind|defaults|optional|relative|create=(dir|file)|size=.*)$/;
const TMPFS_OPTIONS: ReadonlySet<string> = new Set(['nosuid', 'nodev']);

function readEntry(
  conversion: Conversion,
  setting: Setting,
  rootPath: string | undefined,
): Filesystem | Hostdev | undefined {
  const { diagnostics, ledger, full, host } = conversion;
  const fields = words(setting.value).map(unescapeMount);
  const [from, place, type, optionText = ''] = fields;
  if (from === undefined || place === undefined || type === undefined) {
    diagnostics.push(
      lxcBadValue(
        setting.written,
        setting.value,
        'SOURCE TARGET TYPE OPTIONS',
        setting.valueSpan,
        UNKNOWN,
      ),
    );
    return undefined;
  }
  const options = optionText.split(',');
  const target = targetOf(conversion, setting, place, rootPath);
  if (target === undefined) return undefined;
  const plain = target.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
  if (BASIC_MOUNTS.has(plain) || BASIC_OF_TYPE.has(`${plain} ${type}`)) {
    ledger.unneeded(setting, mountBasic);
    return undefined;
  }
  // Each distribution's configs have such a line; without `optional` the check of file systems refuses it.
  const isMapped = settingsOf(conversion, 'lxc.idmap').length > 0;
  if (full && isMapped && options.includes('optional') && /^\/(proc|sys)\//.test(plain)) {
    ledger.lost(setting, mountInKernel);
    return undefined;
  }
  const origin = originOf(setting);
  const base = {
    target: locatedAt(target, setting),
    readOnly: options.includes('ro'),
    accessMode: 'passthrough' as const,
    origin,
  };
  const tell = (): void => {
    const unknown = options.filter(
      (option) => !KNOWN_OPTIONS.test(option) && !(type === 'tmpfs' && TMPFS_OPTIONS.has(option)),
    );
    if (unknown.length > 0) ledger.changed(setting, mountOptionsLost(unknown));
    if (options.includes('optional') && type !== 'tmpfs') ledger.changed(setting, mountOptional);
  };
  const isBind = options.some((option) => option === 'bind' || option === 'rbind');
  if (type === 'tmpfs' && !isBind) {
    const usageKiB = tmpfsKiB(conversion, setting, options);
    if (usageKiB === undefined) return undefined;
    tell();
    return { ...base, kind: 'ram', usageKiB };
  }
  if (options.includes('relative')) {
    tell();
    return { ...base, kind: 'bind', source: locatedAt(absolute(from), setting) };
  }
  if (!isBind && !from.startsWith('/')) {
    ledger.lost(setting, mountOfType(type));
    return undefined;
  }
  if (!from.startsWith('/')) {
    ledger.lost(setting, mountSourceRelative);
    return undefined;
  }
  if (options.includes('optional') && host.exists(from) === false) {
    ledger.unneeded(setting, mountAbsent);
    return undefined;
  }
  if (
    from.startsWith('/dev/') &&
    isBind &&
    !options.includes('create=dir') &&
    !FOLDERS.test(from)
  ) {
    tell();
    ledger.changed(setting, target === from ? mountAsDevice : mountDeviceMoved(from));
    return { kind: 'misc', char: locatedAt(from, setting), origin };
  }
  tell();
  if (from.startsWith('/dev/') && !isBind) {
    return { ...base, kind: 'block', source: locatedAt(from, setting) };
  }
  return { ...base, kind: 'mount', source: locatedAt(from, setting) };
}

/** Folders below /dev of most machines; other names there are devices. */
const FOLDERS =
  /^\/dev\/(dri|shm|net|input|snd|mapper|pts|mqueue|hugepages|bus(\/usb)?|disk(\/by-[a-z]+)?|block|char|vfio)\/?$/;
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
  if (!place.startsWith('/') || rootPath === undefined) return absolute(place);
  for (const root of [`/var/lib/lxc/${containerOf(conversion)}/rootfs`, rootPath]) {
    const at = root === '/' ? 0 : place.indexOf(root);
    const rest = at < 0 ? undefined : place.slice(at + (root === '/' ? 0 : root.length));
    if (rest === undefined || (rest !== '' && !rest.startsWith('/'))) continue;
    ledger.unneeded(setting, mountPrefixDropped);
    return absolute(rest);
  }
  ledger.lost(setting, mountOutsideRoot);
  return undefined;
}

const containerOf = (conversion: Conversion): string =>
  folderName(conversion) ?? settingOf(conversion, 'lxc.uts.name')?.value ?? '';

/** @see tmpfs(5): a size may be a part of the memory, and is half of it if not given. */
function tmpfsKiB(
  { diagnostics, ledger, full, host }: Conversion,
  setting: Setting,
  options: readonly string[],
): number | undefined {
  const text = options.find((option) => option.startsWith('size='))?.slice(5);
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
  const size = parseSize(text ?? '');
  if (size.kind === 'bytes' && !/^\s*-/.test(text ?? '') && size.bytes < 1n << 63n) {
    return Number(size.bytes / 1024n);
  }
  const libvirt =
    size.kind === 'invalid' ? `internal error: failed to convert size: '${text}'` : undefined;
  const expected = 'a number, with K, M, G or % at its end';
  diagnostics.push(lxcBadValue('size', text ?? '', expected, setting.valueSpan, libvirt));
  return undefined;
}
