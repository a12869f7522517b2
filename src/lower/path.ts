import { AT, MOVE_MOUNT, OPEN_TREE, RESOLVE } from '../linux/flags.ts';
import { withAncestors } from '../linux/paths.ts';
import type { Base } from '../plan/plan.ts';
import { AT_FDCWD, address, flags, int, load, slot, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, type CallOptions, words } from './assembly.ts';

const descriptor = (base: Base): Operand => (base === 'inside' ? AT_FDCWD : value('root'));

const O_PATH_CLOEXEC = 0o12000000;
const how = (out: Assembly, ...resolve: (keyof typeof RESOLVE)[]): Operand => {
  const bits = resolve.reduce((sum, name) => sum | RESOLVE[name], 0);
  return out.constant(
    `resolve_${bits}`,
    words([8, O_PATH_CLOEXEC], [8, 0], [8, bits]),
    `{flags=O_RDONLY|O_CLOEXEC|O_PATH, resolve=${resolve.join('|')}}`,
  );
};

/** How often a path is resolved anew because somebody moved a directory meanwhile. */
const TRIES = 100;

/**
 * Opens what is at a path of the container (O_PATH), whatever links the root file system has: they are followed
 * inside, and those of /proc that lead to a descriptor or an executable (magic links) are refused with ELOOP.
 * @see openat2(2)
 */
export function openInside(out: Assembly, base: Base, path: string, result: string): void {
  if (base === 'inside') {
    out.call('openat2', [AT_FDCWD, string(path), how(out, 'RESOLVE_NO_MAGICLINKS'), int(24)], {
      result,
    });
    return;
  }
  const [again, found] = [out.fresh('resolve'), out.fresh('resolved')];
  out.store(out.slot('resolving'), int(0));
  out.label(again);
  out.compute(slot('resolving'), value('resolving'), '+', int(1));
  const scoped = how(out, 'RESOLVE_NO_MAGICLINKS', 'RESOLVE_IN_ROOT');
  const args = [value('root'), string(path.slice(1) || '.'), scoped, int(24)];
  out.call('openat2', args, { result, tolerates: ['EAGAIN'] });
  out.branch(load(slot(result), true), '>=', int(0), found);
  out.branch(value('resolving'), '<', int(TRIES), again);
  out.call('openat2', args, { result });
  out.label(found);
}

/**
 * Makes what is missing of a mount point. Nothing is created through a link: each name is made in its directory, which
 * has been opened as `openInside` does, and a name that is there already, be it a link, stays what it is.
 * `below`: a directory above it which is known to be there.
 */
export function makePoint(
  out: Assembly,
  base: Base,
  path: string,
  type: 'directory' | 'file',
  below = '',
): void {
  const paths = withAncestors(path).filter((each) => each.length > below.length);
  paths.forEach((each, index) => {
    const slash = each.lastIndexOf('/');
    const name = string(each.slice(slash + 1));
    const atRoot = slash === 0;
    if (!atRoot) openInside(out, base, each.slice(0, slash), 'above');
    const parent = atRoot ? descriptor(base) : value('above');
    if (type === 'file' && index === paths.length - 1) makeFile(out, parent, name);
    else out.call('mkdirat', [parent, name, int(0o755, '0755')], { tolerates: ['EEXIST'] });
    if (!atRoot) out.call('close', [value('above')]);
  });
}

function makeFile(out: Assembly, parent: Operand, name: Operand): void {
  const there = out.fresh('file_there');
  out.call(
    'openat',
    [
      parent,
      name,
      out.open('O_WRONLY', 'O_CREAT', 'O_EXCL', 'O_NOFOLLOW', 'O_CLOEXEC'),
      int(0o644, '0644'),
    ],
    { result: 'file', tolerates: ['EEXIST'] },
  );
  out.branch(load(slot('file'), true), '<', int(0), there);
  out.call('close', [value('file')]);
  out.label(there);
}

/** Clones the mount at a path, alone or with all below it. */
export function cloneAt(
  out: Assembly,
  path: string,
  handle: string,
  recursive = false,
  options: CallOptions = {},
): void {
  const below = recursive ? (['AT_RECURSIVE'] as const) : [];
  out.call(
    'open_tree',
    [AT_FDCWD, string(path), flags(OPEN_TREE, 'OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC', ...below)],
    { ...options, result: handle },
  );
}

/** Attaches a detached mount at a path where no link of the container is on the way. */
export function attachAt(
  out: Assembly,
  handle: string,
  path: string,
  options: CallOptions = {},
): void {
  out.call(
    'move_mount',
    [
      value(handle),
      string(''),
      AT_FDCWD,
      string(path),
      flags(MOVE_MOUNT, 'MOVE_MOUNT_F_EMPTY_PATH'),
    ],
    options,
  );
}

/** Attaches a detached mount at a path of the container. */
export function attachInside(out: Assembly, base: Base, handle: string, target: string): void {
  openInside(out, base, target, 'target');
  out.call('move_mount', [
    value(handle),
    string(''),
    value('target'),
    string(''),
    flags(MOVE_MOUNT, 'MOVE_MOUNT_F_EMPTY_PATH', 'MOVE_MOUNT_T_EMPTY_PATH'),
  ]);
  out.call('close', [value('target')]);
}

/** Clones the mount at a path of the container, alone. */
export function cloneInside(out: Assembly, base: Base, source: string, handle: string): void {
  openInside(out, base, source, 'source');
  out.call(
    'open_tree',
    [
      value('source'),
      string(''),
      int(
        OPEN_TREE.OPEN_TREE_CLONE | OPEN_TREE.OPEN_TREE_CLOEXEC | AT.AT_EMPTY_PATH,
        'OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH',
      ),
    ],
    { result: handle },
  );
  out.call('close', [value('source')]);
}

/** Goes to a directory of the container. */
export function changeDirectory(out: Assembly, path: string): void {
  openInside(out, 'inside', path, 'directory');
  out.call('fchdir', [value('directory')]);
  out.call('close', [value('directory')]);
}

/** Digits of the largest number of a process, and of any number of 32 bits. */
const WIDTH = 10;

/** A path with numbers in it, which slashes fill up: any number of them counts as one. */
export function pathWithNumbers(
  out: Assembly,
  name: string,
  parts: readonly (string | Operand)[],
): Operand {
  const gap = '/'.repeat(WIDTH);
  const text = parts.map((part) => (typeof part === 'string' ? part : gap));
  const bytes = Buffer.from(`${text.join('')}\0`);
  out.variable(name, bytes.length, bytes);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (typeof part !== 'string') out.decimal(part, name, at, WIDTH, '/');
    at += Buffer.byteLength(text[index] ?? '');
  }
  return address(name);
}
