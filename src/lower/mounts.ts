import { AT, MOVE_MOUNT, MS, OPEN_TREE } from '../linux/flags.ts';
import type { MountAttribute, StepOf } from '../plan/plan.ts';
import { AT_FDCWD, flags, int, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import { mountAttr } from './capture.ts';

const MNT_DETACH = int(2, 'MNT_DETACH');
const ADOPTED = 'adopted';

const msNames = {
  ro: 'MS_RDONLY',
  nosuid: 'MS_NOSUID',
  nodev: 'MS_NODEV',
  noexec: 'MS_NOEXEC',
} as const satisfies Record<MountAttribute, keyof typeof MS>;

/** No mount of the container may reach the host's namespace. @see mount_namespaces(7) */
export function stopPropagation(out: Assembly): void {
  out.call('mount', [NULL, string('/'), NULL, flags(MS, 'MS_REC', 'MS_SLAVE'), NULL]);
}

/** Attaches a detached mount at a path. */
export function attach(out: Assembly, handle: string, target: string): void {
  out.call('move_mount', [
    value(handle),
    string(''),
    AT_FDCWD,
    string(target),
    flags(MOVE_MOUNT, 'MOVE_MOUNT_F_EMPTY_PATH'),
  ]);
}

/** @see pivot_root(2), "pivot_root(".", ".")": the old root ends up stacked on the new one. */
export function lowerPivot(out: Assembly, root: string): void {
  out.call('fchdir', [value(root)]);
  out.call('pivot_root', [string('.'), string('.')]);
}

export function lowerDetachOld(out: Assembly): void {
  out.call('umount2', [string('.'), MNT_DETACH]);
  out.call('chdir', [string('/')]);
}

/**
 * The assembled tree came locked into this namespace, and pivot_root refuses a locked mount: a fresh
 * clone over the same place is not.
 */
export function lowerAdopt(out: Assembly, step: StepOf<'root.adopt'>): void {
  out.call(
    'open_tree',
    [
      AT_FDCWD,
      string(step.at),
      flags(OPEN_TREE, 'OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC', 'AT_RECURSIVE'),
    ],
    { result: ADOPTED },
  );
  attach(out, ADOPTED, step.at);
}

export const adoptedRoot = ADOPTED;

export function detach(out: Assembly, target: string): void {
  out.call('umount2', [string(target), MNT_DETACH]);
}

/** The path and every directory above it but the root: `/a/b` gives `/a`, `/a/b`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** Creates a missing mount point. Inside the container: no name leads to the host any more. */
export function lowerMountPoint(out: Assembly, step: StepOf<'mount.point'>): void {
  const { below = '' } = step;
  const paths = ancestors(step.path).filter((path) => path.length > below.length);
  const file = step.type === 'file' ? paths.pop() : undefined;
  for (const path of paths) {
    out.call('mkdirat', [AT_FDCWD, string(path), int(0o755, '0755')], { tolerates: ['EEXIST'] });
  }
  if (file === undefined) return;
  out.call(
    'openat',
    [
      AT_FDCWD,
      string(file),
      out.open('O_WRONLY', 'O_CREAT', 'O_NOCTTY', 'O_NONBLOCK', 'O_CLOEXEC'),
      int(0o644, '0644'),
    ],
    { result: 'file' },
  );
  out.call('close', [value('file')]);
}

/** A new instance of a file system. The superblock stays writable; `ro` is the mount's, as libvirt has it. */
export function lowerMountNew(out: Assembly, step: StepOf<'mount.new'>): void {
  const names = step.attributes.filter((name) => name !== 'ro').map((name) => msNames[name]);
  out.call('mount', [
    string(step.source),
    string(step.target),
    string(step.type),
    flags(MS, ...names),
    step.data === undefined ? NULL : string(step.data),
  ]);
  if (step.attributes.includes('ro')) setReadOnly(out, step.target, false);
}

export function setReadOnly(out: Assembly, target: string, recursive: boolean): void {
  out.call('mount_setattr', [
    AT_FDCWD,
    string(target),
    recursive ? flags(AT, 'AT_RECURSIVE') : int(0),
    mountAttr(out, true, false),
    int(32),
  ]);
}

/** Clones a mount inside the container's own tree. */
export function cloneInside(out: Assembly, handle: string, source: string): void {
  out.call(
    'open_tree',
    [AT_FDCWD, string(source), flags(OPEN_TREE, 'OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC')],
    { result: handle },
  );
}

export function lowerMountBind(out: Assembly, step: StepOf<'mount.bind'>): void {
  cloneInside(out, 'bound', step.source);
  bindClone(out, step.readOnly);
  attach(out, 'bound', step.target);
  out.call('close', [value('bound')]);
}

function bindClone(out: Assembly, readOnly: boolean): void {
  if (!readOnly) return;
  out.call('mount_setattr', [
    value('bound'),
    string(''),
    flags(AT, 'AT_EMPTY_PATH'),
    mountAttr(out, true, false),
    int(32),
  ]);
}

// The stage: with an id map the tree is assembled by the supervisor, in a mount namespace that the
// initial user namespace owns. There the host is still visible, so each target is resolved inside the root.

/** Resolves a path inside the captured root, whatever links the rootfs has. @see openat2(2) */
function openInside(out: Assembly, path: string, result: string): void {
  const how = out.constant(
    'open_how',
    words([8, 0o12000000], [8, 0], [8, 0x12]),
    '{flags=O_RDONLY|O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}',
  );
  out.call('openat2', [value('root'), string(path.slice(1) || '.'), how, int(24)], { result });
}

export function lowerStagePoint(out: Assembly, step: StepOf<'stage.point'>): void {
  const paths = ancestors(step.path);
  paths.forEach((path, index) => {
    const name = string(path.slice(path.lastIndexOf('/') + 1));
    const parent = paths[index - 1] ?? '/';
    openInside(out, parent, 'parent');
    if (step.type === 'file' && index === paths.length - 1) {
      out.call(
        'openat',
        [
          value('parent'),
          name,
          out.open('O_WRONLY', 'O_CREAT', 'O_NOCTTY', 'O_NONBLOCK', 'O_CLOEXEC'),
          int(0o644, '0644'),
        ],
        { result: 'file' },
      );
      out.call('close', [value('file')]);
    } else {
      out.call('mkdirat', [value('parent'), name, int(0o755, '0755')], { tolerates: ['EEXIST'] });
    }
    out.call('close', [value('parent')]);
  });
}

function attachInside(out: Assembly, handle: Operand, target: string): void {
  openInside(out, target, 'target');
  out.call('move_mount', [
    handle,
    string(''),
    value('target'),
    string(''),
    flags(MOVE_MOUNT, 'MOVE_MOUNT_F_EMPTY_PATH', 'MOVE_MOUNT_T_EMPTY_PATH'),
  ]);
  out.call('close', [value('target')]);
}

export function lowerStageAttach(out: Assembly, step: StepOf<'stage.attach'>): void {
  attachInside(out, value(step.handle), step.target);
}

export function lowerStageBind(out: Assembly, step: StepOf<'stage.bind'>): void {
  openInside(out, step.source, 'inside');
  out.call(
    'open_tree',
    [
      value('inside'),
      string(''),
      int(0x1000 | 1 | 0o2000000, 'OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH'),
    ],
    { result: 'bound' },
  );
  bindClone(out, step.readOnly);
  attachInside(out, value('bound'), step.target);
  out.call('close', [value('bound')]);
  out.call('close', [value('inside')]);
}

export function lowerStageReadOnly(out: Assembly): void {
  out.call('mount_setattr', [
    value('root'),
    string(''),
    flags(AT, 'AT_RECURSIVE', 'AT_EMPTY_PATH'),
    mountAttr(out, true, false),
    int(32),
  ]);
}
