import { noFilesystemType, noKey, noStorage } from '../../diagnostics/catalog/ledger.ts';
import type { Domain } from '../../ir/domain.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import { isIdmapped } from '../../ir/idmapped.ts';
import { rootOf } from '../../ir/root.ts';
import { IDMAPPED } from '../../linux/idmapped-mounts.ts';
import type { ConfHost, ConfWriter } from './writer.ts';

/** The root, then the other file systems as lines of fstab(5). */
export function writeMounts(out: ConfWriter, domain: Domain, host: ConfHost): void {
  const { filesystems } = domain;
  out.section('file systems');
  const root = rootOf({ filesystems });
  for (const filesystem of filesystems) {
    if (
      filesystem.spaceHardLimitBytes !== undefined ||
      filesystem.spaceSoftLimitBytes !== undefined
    ) {
      out.lost('<space_hard_limit>', filesystem.origin, noKey('limits of the space'));
    }
    const isMapped = isIdmapped(filesystem, domain);
    if (filesystem === root) writeRoot(out, filesystem, isMapped);
    else {
      if (isMapped) out.lost("accessmode='mapped'", filesystem.origin, noKey('mapped ids'));
      writeMount(out, filesystem, host);
    }
  }
}

function writeRoot(out: ConfWriter, filesystem: Filesystem, isMapped: boolean): void {
  const { origin, readOnly } = filesystem;
  const path = rootPath(filesystem);
  if (path === undefined) {
    out.lost('<filesystem>', origin, noStorage(filesystem.kind));
    return;
  }
  out.set('lxc.rootfs.path', path, '<filesystem>', origin);
  const options = [...(readOnly ? ['ro'] : []), ...(isMapped ? [IDMAPPED] : [])];
  if (options.length > 0)
    out.set('lxc.rootfs.options', options.join(), readOnly ? '<readonly>' : 'accessmode', origin);
}

function rootPath(filesystem: Filesystem): string | undefined {
  switch (filesystem.kind) {
    case 'mount':
      return `dir:${filesystem.source.value}`;
    case 'block':
      return filesystem.source.value.startsWith('/dev/')
        ? filesystem.source.value
        : `lvm:${filesystem.source.value}`;
    case 'file':
      return `${filesystem.driver?.type === 'nbd' ? 'nbd' : 'loop'}:${filesystem.source.value}`;
    default:
      return undefined;
  }
}

function writeMount(out: ConfWriter, filesystem: Filesystem, host: ConfHost): void {
  const { target, readOnly, origin } = filesystem;
  const place = escaped(target.value.replace(/^\/+/, ''));
  const flags = readOnly ? ',ro' : '';
  const entry = (source: string, type: string, options: string) =>
    out.set(
      'lxc.mount.entry',
      `${escaped(source)} ${place} ${type} ${options}${flags} 0 0`,
      '<filesystem>',
      origin,
    );
  switch (filesystem.kind) {
    case 'mount':
      return entry(
        filesystem.source.value,
        'none',
        `bind,create=${host.isFile(filesystem.source.value) ? 'file' : 'dir'}`,
      );
    case 'bind':
      return entry(filesystem.source.value.replace(/^\/+/, ''), 'none', 'bind,relative,create=dir');
    case 'ram':
      return entry('tmpfs', 'tmpfs', `size=${filesystem.usageKiB}k,nosuid,nodev,create=dir`);
    case 'block':
      return out.lost('<filesystem>', origin, noFilesystemType);
    default:
      return out.lost('<filesystem>', origin, noStorage(filesystem.kind));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  ' ': '\\040',
  '\t': '\\011',
  '\n': '\\012',
  '\\': '\\134',
};

/** @see getmntent(3) */
const escaped = (path: string): string => path.replace(/[ \t\n\\]/g, (c) => ESCAPES[c] ?? c);
