import { IDMAPPED } from '../../linux/idmapped-mounts.ts';

/** The options of a mount, evaluated from left to right as lxc does it, by what becomes of them. */
export interface MountOptions {
  readonly readOnly: boolean;
  readonly isBind: boolean;
  readonly optional: boolean;
  readonly relative: boolean;
  readonly createsFolder: boolean;
  /** Its files have the ids inside that they have on the host. Of a root only. */
  readonly isIdmapped: boolean;
  /** Of a tmpfs. */
  readonly size?: string;
  /** What domain XML cannot say and keeps something from the container: nosuid and its like. */
  readonly guards: readonly string[];
  /** What it cannot say either, and is no guard. */
  readonly others: readonly string[];
}

/** Flags that take something from the container, by the option that gives it back. @see lxc 5.0, src/lxc/conf.c, mount_opt */
const OPPOSITES: ReadonlyMap<string, string> = new Map([
  ['rw', 'ro'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['exec', 'noexec'],
]);
const GUARDS: ReadonlySet<string> = new Set(['nosuid', 'nodev', 'noexec', 'nosymfollow']);
/** What a mount is without any option, or means nothing in a namespace of its own. */
const PLAIN: ReadonlySet<string> = new Set([
  '',
  'defaults',
  'bind',
  'async',
  'nomand',
  'nostrictatime',
  'create=dir', // libvirt makes the target of each mount
  'create=file',
  'optional',
  'relative',
]);

export function readMountOptions(text: string, type: string): MountOptions {
  const all = text.split(',');
  const flags = new Set<string>();
  const others: string[] = [];
  const guards: string[] = [];
  let size: string | undefined;
  for (const option of all) {
    const opposite = OPPOSITES.get(option);
    if (opposite !== undefined) flags.delete(opposite);
    else if (option === 'ro' || GUARDS.has(option)) flags.add(option);
    else if (type === 'tmpfs' && option.startsWith('size=')) size ??= option.slice(5);
    else if (isGuard(option, type)) guards.push(option);
    else if (type === 'root' && option === IDMAPPED) continue;
    else if (!PLAIN.has(option) && !isDefault(option, type)) others.push(option);
  }
  // libvirt mounts each tmpfs so.
  if (type === 'tmpfs') for (const option of ['nosuid', 'nodev']) flags.delete(option);
  return {
    readOnly: flags.delete('ro'),
    isBind: all.includes('bind') || all.includes('rbind') || type === 'bind' || type === 'rbind',
    optional: all.includes('optional'),
    relative: all.includes('relative'),
    createsFolder: all.includes('create=dir'),
    isIdmapped: type === 'root' && all.includes(IDMAPPED),
    ...(size === undefined ? {} : { size }),
    guards: [...flags, ...guards],
    others,
  };
}

/** Who may see what of /proc, and who may enter a tmpfs. */
const isGuard = (option: string, type: string): boolean =>
  (type === 'proc' && /^(hidepid=(?!0$|off$)|subset=)/.test(option)) ||
  (type === 'tmpfs' && /^mode=/.test(option) && !isDefault(option, type));

const isDefault = (option: string, type: string): boolean =>
  type === 'tmpfs' && /^mode=0*1777$/.test(option);
