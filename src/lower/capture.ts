import { AT, MOUNT_ATTR } from '../linux/flags.ts';
import type { CaptureOps } from '../plan/ops/capture.ts';
import type { MountAttribute, StepOf } from '../plan/plan.ts';
import { address, field, flags, int, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import { loopPath } from './loop.ts';
import type { Lowerings } from './lowering.ts';
import { cloneAt } from './path.ts';

export const captureLowerings: Lowerings<CaptureOps> = {
  'capture.tree': lowerCaptureTree,
  'capture.tmpfs': lowerTmpfs,
  'capture.filesystem': lowerFilesystem,
  'capture.close': (out, { handles }) => {
    for (const handle of handles) out.call('close', [value(handle)]);
  },
};

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

/** Changes the attributes of a mount by its descriptor: of that alone, or of all below it, too. */
export function changeMount(
  out: Assembly,
  handle: string,
  attributes: Operand,
  recursive = false,
): void {
  const below = recursive ? (['AT_RECURSIVE'] as const) : [];
  out.call('mount_setattr', [
    value(handle),
    string(''),
    flags(AT, ...below, 'AT_EMPTY_PATH'),
    attributes,
    int(32),
  ]);
}

/** Opens a tree of the host as a detached mount: open_tree(2) with OPEN_TREE_CLONE. */
export function lowerCaptureTree(out: Assembly, step: StepOf<'capture.tree'>): void {
  cloneAt(out, step.source, step.handle, step.recursive);
  changeMount(out, step.handle, mountAttr(out, step.readOnly, true), step.recursive);
  if (step.ids !== undefined) mapIds(out, step.handle, step.ids);
}

/** Of the mount itself: those below it, if they came along, are other file systems. */
function mapIds(out: Assembly, handle: string, ids: string): void {
  const name = 'mount_attr_ids';
  out.variable(name, 32, words([8, MOUNT_ATTR.MOUNT_ATTR_IDMAP], [8, 0], [8, 0], [8, 0]));
  out.store(field(name, 24, 8), value(ids));
  const text = `{attr_set=MOUNT_ATTR_IDMAP, attr_clr=0, propagation=0, userns_fd=${ids}}`;
  changeMount(out, handle, address(name, text));
}

/** A new, detached mount: fsopen, fsconfig, fsmount. */
export function newMount(
  out: Assembly,
  handle: string,
  type: string,
  options: Readonly<Record<string, string | Operand | null>>,
  attributes: readonly MountAttribute[],
): void {
  const context = value('context');
  out.call('fsopen', [string(type), int(1, 'FSOPEN_CLOEXEC')], { result: 'context' });
  for (const [key, option] of Object.entries(options)) {
    out.call(
      'fsconfig',
      option === null
        ? [context, int(0, 'FSCONFIG_SET_FLAG'), string(key), NULL, int(0)]
        : [
            context,
            int(1, 'FSCONFIG_SET_STRING'),
            string(key),
            typeof option === 'string' ? string(option) : option,
            int(0),
          ],
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

/** Of a device that is asked for read-only the kernel does not even replay the journal for writing. */
function lowerFilesystem(
  out: Assembly,
  { handle, type, device, readOnly, ids }: StepOf<'capture.filesystem'>,
): void {
  const source = typeof device === 'string' ? device : loopPath(device.loop);
  newMount(
    out,
    handle,
    type,
    { source, ...(readOnly ? { ro: null } : {}) },
    readOnly ? ['ro'] : [],
  );
  if (ids !== undefined) mapIds(out, handle, ids);
}

export function lowerMountCreate(out: Assembly, step: StepOf<'mount.create'>): void {
  newMount(out, step.handle, step.type, { source: step.source, ...step.options }, step.attributes);
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
