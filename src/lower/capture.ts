import { AT, MOUNT_ATTR, OPEN_TREE } from '../linux/flags.ts';
import type { MountAttribute, StepOf } from '../plan/plan.ts';
import { AT_FDCWD, flags, int, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';

const attributeNames = {
  ro: 'MOUNT_ATTR_RDONLY',
  nosuid: 'MOUNT_ATTR_NOSUID',
  nodev: 'MOUNT_ATTR_NODEV',
  noexec: 'MOUNT_ATTR_NOEXEC',
} as const satisfies Record<MountAttribute, keyof typeof MOUNT_ATTR>;

export const mountAttributes = (attributes: readonly MountAttribute[]): Operand =>
  flags(MOUNT_ATTR, ...attributes.map((name) => attributeNames[name]));

const MS_PRIVATE = 1 << 18;

/**
 * `struct mount_attr`: adds `ro`, and cuts the propagation that a clone of a shared mount would keep.
 * @see mount_setattr(2)
 */
export function mountAttr(out: Assembly, readOnly: boolean, isPrivate: boolean): Operand {
  const set = readOnly ? 'MOUNT_ATTR_RDONLY' : '0';
  const propagation = isPrivate ? 'MS_PRIVATE' : '0';
  return out.constant(
    `mount_attr_${readOnly ? 'ro' : 'rw'}_${isPrivate ? 'private' : 'kept'}`,
    words([8, readOnly ? 1 : 0], [8, 0], [8, isPrivate ? MS_PRIVATE : 0], [8, 0]),
    `{attr_set=${set}, attr_clr=0, propagation=${propagation}, userns_fd=0}`,
  );
}

/** Opens a tree of the host as a detached mount: open_tree(2) with OPEN_TREE_CLONE. */
export function lowerCaptureTree(out: Assembly, step: StepOf<'capture.tree'>): void {
  const recursive = step.recursive ? (['AT_RECURSIVE'] as const) : [];
  out.call(
    'open_tree',
    [
      AT_FDCWD,
      string(step.source),
      flags(OPEN_TREE, 'OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC', ...recursive),
    ],
    { result: step.handle },
  );
  out.call('mount_setattr', [
    value(step.handle),
    string(''),
    flags(AT, ...recursive, 'AT_EMPTY_PATH'),
    mountAttr(out, step.readOnly, true),
    int(32),
  ]);
}

/** A new, detached mount: fsopen, fsconfig, fsmount. */
export function newMount(
  out: Assembly,
  handle: string,
  type: string,
  options: Readonly<Record<string, string | null>>,
  attributes: readonly MountAttribute[],
): void {
  const context = value('context');
  out.call('fsopen', [string(type), int(1, 'FSOPEN_CLOEXEC')], { result: 'context' });
  for (const [key, option] of Object.entries(options)) {
    out.call(
      'fsconfig',
      option === null
        ? [context, int(0, 'FSCONFIG_SET_FLAG'), string(key), NULL, int(0)]
        : [context, int(1, 'FSCONFIG_SET_STRING'), string(key), string(option), int(0)],
    );
  }
  out.call('fsconfig', [context, int(6, 'FSCONFIG_CMD_CREATE'), NULL, NULL, int(0)]);
  out.call('fsmount', [context, int(1, 'FSMOUNT_CLOEXEC'), mountAttributes(attributes)], {
    result: handle,
  });
  out.call('close', [context]);
}

export function lowerTmpfs(out: Assembly, step: StepOf<'capture.tmpfs'>): void {
  newMount(out, step.handle, 'tmpfs', { source: step.source, ...step.options }, step.attributes);
}

export function lowerMountCreate(out: Assembly, step: StepOf<'mount.create'>): void {
  newMount(out, step.handle, step.type, { source: step.type }, step.attributes);
}

/** makedev(3) of the kernel's 32-bit encoding. */
const makedev = (major: number, minor: number): number =>
  (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);

const hex = (value: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`);

const octal = (mode: number): string => (mode === 0 ? '000' : `0${mode.toString(8)}`);

/** A device node in the detached /dev: mknodat(2) on its descriptor. */
export function lowerDevNode(out: Assembly, step: StepOf<'dev.node'>): void {
  const bits = Number.parseInt(step.mode, 8);
  const [type, name] = step.type === 'c' ? [0o020000, 'S_IFCHR'] : [0o060000, 'S_IFBLK'];
  const { major, minor } = step;
  out.call('mknodat', [
    value('dev'),
    string(step.name),
    int(type | bits, `${name}|${octal(bits)}`),
    int(makedev(major, minor), `makedev(${hex(major)}, ${hex(minor)})`),
  ]);
  own(out, step);
}

export function lowerDevLink(out: Assembly, step: StepOf<'dev.link'>): void {
  out.call('symlinkat', [string(step.target), value('dev'), string(step.name)]);
  own(out, step);
}

export function lowerDevDirectory(out: Assembly, step: StepOf<'dev.directory'>): void {
  out.call('mkdirat', [value('dev'), string(step.name), int(0o755, '0755')]);
  own(out, step);
}

/** What the supervisor made belongs to the container's root: with an id map that is another user. */
function own(out: Assembly, step: { name: string; uid: number; gid: number }): void {
  if (step.uid === 0 && step.gid === 0) return;
  out.call('fchownat', [
    value('dev'),
    string(step.name),
    int(step.uid),
    int(step.gid),
    flags(AT, 'AT_SYMLINK_NOFOLLOW'),
  ]);
}

/** The private devpts instance, detached. @see Documentation/filesystems/devpts.rst */
export function lowerDevpts(out: Assembly, step: StepOf<'devpts.create'>): void {
  newMount(
    out,
    'devpts',
    'devpts',
    { source: 'devpts', newinstance: null, ptmxmode: '0666', mode: '0620', gid: String(step.gid) },
    ['nosuid'],
  );
  if (step.uid0 === 0 && step.gid0 === 0) return;
  const [uid, gid] = [int(step.uid0), int(step.gid0)];
  out.call('fchownat', [value('devpts'), string(''), uid, gid, flags(AT, 'AT_EMPTY_PATH')]);
  out.call('fchownat', [value('devpts'), string('ptmx'), uid, gid, int(0)]);
}

const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;

export const master = (number: number): string => `master${number}`;
export const slave = (number: number): string => `slave${number}`;

/** A pseudo terminal of the container: its master for the supervisor, its slave for init. @see pts(4) */
export function lowerConsole(out: Assembly, step: StepOf<'console.create'>): void {
  const { number } = step;
  out.call(
    'openat',
    [value('devpts'), string('ptmx'), out.open('O_RDWR', 'O_NOCTTY', 'O_NONBLOCK', 'O_CLOEXEC')],
    { result: master(number) },
  );
  const unlocked = out.constant('unlocked', words([4, 0]), '[0]');
  out.call('ioctl', [value(master(number)), int(TIOCSPTLCK, 'TIOCSPTLCK'), unlocked]);
  out.call(
    'ioctl',
    [
      value(master(number)),
      int(TIOCGPTPEER, 'TIOCGPTPEER'),
      out.open('O_RDWR', 'O_NOCTTY', 'O_CLOEXEC'),
    ],
    { result: slave(number) },
  );
  if (step.uid !== 0 || step.gid !== undefined) {
    const [uid, gid] = [int(step.uid), int(step.gid ?? -1)];
    out.call('fchownat', [value('devpts'), string(String(number)), uid, gid, int(0)]);
  }
}
