import {
  mountGuardsLost,
  mountOptionsLost,
  noRoot,
  onlyWithFull,
  optionsOfNoRoot,
  partitionLost,
  rootIsImage,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue, lxcRootUnsupported } from '../../diagnostics/catalog/lxc.ts';
import { located, type Origin } from '../../diagnostics/origin.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import { type Conversion, locatedAt, originOf, settingOf } from './conversion.ts';
import { readMountOptions } from './mount-options.ts';
import type { Setting } from './setting.ts';

/** The root of the container; none if it is the host's. */
export interface Root {
  readonly filesystem?: Filesystem;
  /** Its path on the host, for absolute targets of mounts. */
  readonly path?: string;
}

/**
 * The kind of storage may stand before the path: `dir:`, `loop:`, `nbd:` …
 * @see lxc 5.0, src/lxc/storage/storage.c, bdevs; src/lxc/confile.c, set_config_rootfs_path
 */
export function readRoot(conversion: Conversion): Root {
  const { ledger, file } = conversion;
  const setting = settingOf(conversion, 'lxc.rootfs.path');
  if (setting === undefined) {
    ledger.absent('lxc.rootfs.path', file, noRoot);
    const options = settingOf(conversion, 'lxc.rootfs.options');
    if (options !== undefined) ledger.lost(options, optionsOfNoRoot);
    return {};
  }
  const options = settingOf(conversion, 'lxc.rootfs.options');
  const origin = originOf(setting);
  const base = {
    target: located('/', origin),
    ...(options === undefined ? plainRoot : readOptions(conversion, options)),
    origin,
  };
  const colon = setting.value.indexOf(':');
  const backend = settingOf(conversion, 'lxc.rootfs.backend')?.value;
  const kind = colon < 0 ? (backend ?? '') : setting.value.slice(0, colon);
  const path = setting.value.slice(colon + 1);
  if (!path.startsWith('/') && KINDS.has(kind)) {
    conversion.diagnostics.push(
      lxcBadValue(setting.written, setting.value, 'an absolute path', setting.valueSpan),
    );
    return {};
  }
  const at = locatedAt(path, setting);
  switch (kind) {
    case '':
    case 'dir':
    case 'btrfs':
    case 'best':
      if (path.startsWith('/dev/') || conversion.host.kind(path) === 'block') {
        return { path, filesystem: { ...base, kind: 'block', source: at } };
      }
      if (kind !== 'dir' && kind !== 'btrfs' && isImage(conversion, path)) {
        ledger.changed(setting, rootIsImage);
        return { path, filesystem: image(base, 'loop', 'raw', path, setting, origin) };
      }
      return { path, filesystem: { ...base, kind: 'mount', source: at } };
    case 'lvm':
      return { path, filesystem: { ...base, kind: 'block', source: at } };
    case 'loop':
      return { path, filesystem: image(base, 'loop', 'raw', path, setting, origin) };
    case 'nbd': {
      const imagePath = path.replace(/:\d+$/, '');
      if (imagePath !== path) ledger.changed(setting, partitionLost);
      return {
        path: imagePath,
        filesystem: image(base, 'nbd', 'qcow2', imagePath, setting, origin),
      };
    }
    default:
      // Without its root, the container would get that of the host.
      conversion.diagnostics.push(lxcRootUnsupported(kind, setting.valueSpan));
      return {};
  }
}

/** As this machine has it, else by its name. */
function isImage({ host }: Conversion, path: string): boolean {
  const kind = host.kind(path) ?? 'missing';
  return kind === 'file' || (kind === 'missing' && /\.(img|raw|ext[234])$/.test(path));
}

const KINDS: ReadonlySet<string> = new Set(['', 'dir', 'btrfs', 'best', 'lvm', 'loop', 'nbd']);

function image(
  base: Pick<Filesystem, 'target' | 'readOnly' | 'accessMode' | 'origin'>,
  type: 'loop' | 'nbd',
  format: string,
  path: string,
  setting: Setting,
  origin: Origin,
): Filesystem {
  return {
    ...base,
    kind: 'file',
    driver: { type, format, origin },
    source: locatedAt(path, setting),
  };
}

const plainRoot = { readOnly: false, accessMode: 'passthrough' } as const;

function readOptions(
  { ledger, full }: Conversion,
  setting: Setting,
): Pick<Filesystem, 'readOnly' | 'accessMode'> {
  const { readOnly, isIdmapped, guards, others } = readMountOptions(setting.value, 'root');
  if (guards.length > 0) ledger.lost(setting, mountGuardsLost(guards));
  if (others.length > 0) ledger.changed(setting, mountOptionsLost(others));
  if (readOnly && !full) ledger.lost(setting, onlyWithFull('<readonly/>', 'security'));
  if (isIdmapped && !full) ledger.lost(setting, onlyWithFull("accessmode='mapped'", 'behaviour'));
  return full ? { readOnly, accessMode: isIdmapped ? 'mapped' : 'passthrough' } : plainRoot;
}
