import { errnoNumber } from '../linux/errno.ts';
import { AT_FDCWD, address, field, int, load, slot, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed, words } from './assembly.ts';
import { newMount } from './capture.ts';
import { numberText } from './digits.ts';
import { POLLIN, polled, unlessAny, unlessReady } from './poll.ts';

/*
 * Files that the supervisor answers for: each is a file system of FUSE whose root is a regular file, with a connection of its
 * own. @see Documentation/filesystems/fuse.rst
 */

/** The descriptor of a connection, and its place among what the supervisor waits for. */
export interface Connection {
  readonly handle: string;
  readonly watched: number;
  /** Where it is answered what the file says: goes on at `answer_request`. */
  readonly reads: string;
}

/** The guard may ask before it is opened. */
const NOT_OPEN = words([8, -1n]);

export function openConnection(out: Assembly, handle: string): void {
  const nonblocking = out.open('O_RDWR', 'O_NONBLOCK', 'O_CLOEXEC');
  out.variable(handle, 8, NOT_OPEN);
  out.guarded(handle);
  out.call('openat', [AT_FDCWD, string('/dev/fuse'), nonblocking], { result: handle });
}

/** A file system whose root is a regular file, so that it can be attached to one. */
export function createFile(out: Assembly, mount: string, handle: string): void {
  const options = {
    source: 'lxplain',
    fd: numberText(out, 'fuse_number', value(handle)),
    rootmode: '100444',
    user_id: '0',
    group_id: '0',
    // Asks for the attributes whenever it is opened: until then the kernel takes it for empty.
    default_permissions: null,
    allow_other: null,
  };
  newMount(out, mount, 'fuse', options, ['nosuid', 'nodev']);
}

/**
 * Before init is waited for by who does not answer: whoever closes a file last, also by being killed, waits until that is
 * answered, or the connection is closed. @see fs/fuse/dev.c, request_wait_answer, FR_FORCE
 */
export function abandonConnections(out: Assembly, handles: readonly string[]): void {
  for (const handle of handles) {
    const closed = out.fresh('fuse_closed');
    out.branch(signed(handle), '<', int(0), closed);
    out.call('close', [value(handle)], { onError: false });
    out.label(closed);
  }
}

export function closeConnection(out: Assembly, handle: string): void {
  const closed = out.fresh('fuse_closed');
  out.branch(signed(handle), '<', int(0), closed);
  out.call('close', [value(handle)]);
  out.store(slot(handle), int(-1));
  out.label(closed);
}

/** As the kernel returns it, and takes it of FUSE. */
const errno = (name: string): Operand => int(-(errnoNumber(name) ?? 0), `-${name}`);

/** Of each request: its number, what is asked, and what that takes. */
const OPCODE = field('fuse_memory', 4, 4);
const UNIQUE = field('fuse_memory', 8, 8);
const OPEN_FLAGS = field('fuse_memory', 40, 4);
export const READ_OFFSET = field('fuse_memory', 48, 8);
export const READ_SIZE = field('fuse_memory', 56, 4);

/** @see include/uapi/linux/fuse.h, enum fuse_opcode */
const asks = {
  FUSE_FORGET: 2,
  FUSE_GETATTR: 3,
  FUSE_OPEN: 14,
  FUSE_READ: 15,
  FUSE_STATFS: 17,
  FUSE_RELEASE: 18,
  FUSE_INIT: 26,
  FUSE_INTERRUPT: 36,
  FUSE_BATCH_FORGET: 42,
} as const;

/** The kernel gives no request to a smaller buffer: FUSE_MIN_READ_BUFFER. */
export const SMALLEST = 8192;
/** Behind it: who writes eight bytes at once may write some too many. */
export const SLACK = 512;

/** What all files of a container have in common. */
export interface Attributes {
  /** More than any of them has. */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * In the loop of `console.relay`: answers one request of each connection, so that a flood of them keeps nobody else waiting.
 * Between the request and its answer nothing waits for anybody: who has asked cannot be killed meanwhile.
 */
export function serveFiles(
  out: Assembly,
  connections: readonly Connection[],
  attributes: Attributes,
): void {
  const [first] = connections;
  if (first === undefined) return;
  const isSingle = connections.length === 1;
  /** The descriptor of the connection that is served. */
  const fuse = value(isSingle ? first.handle : 'fuse_served');
  out.variable('fuse_memory', SMALLEST + SLACK);
  out.define({
    kind: 'variable',
    name: 'fuse_vector',
    size: 32,
    initial: words([8, 0], [8, 16], [8, 0], [8, 0]),
    pointers: [{ offset: 0, target: address('fuse_answer') }],
  });
  out.variable('fuse_answer', 16);
  for (const [index, { handle, watched }] of connections.entries()) {
    unlessAny(out, watched, isSingle ? 'no_request' : nextOf(index));
    if (!isSingle) {
      out.store(out.slot('fuse_index'), int(index));
      out.store(out.slot('fuse_served'), value(handle));
    }
    unlessReady(out, watched, POLLIN, 'connection_ended');
    if (index === connections.length - 1) break;
    out.jump('serve_request');
    out.label(nextOf(index));
  }
  if (!isSingle) out.label('serve_request');
  out.call('read', [fuse, address('fuse_memory'), int(SMALLEST)], {
    result: 'answer',
    onError: false,
  });
  // Whoever asked may have been killed meanwhile.
  for (const name of ['EAGAIN', 'EINTR', 'ENOENT'])
    out.branch(signed('answer'), '==', errno(name), 'no_request');
  out.branch(signed('answer'), '<', int(0), 'connection_ended');
  const asked = (name: keyof typeof asks, then: string) =>
    out.branch(load(OPCODE), '==', int(asks[name], name), then);
  for (const name of ['FUSE_FORGET', 'FUSE_BATCH_FORGET', 'FUSE_INTERRUPT'] as const)
    asked(name, 'no_request');
  out.store(field('fuse_answer', 4, 4), int(0));
  out.store(field('fuse_answer', 8, 8), load(UNIQUE));
  out.store(field('fuse_vector', 24, 8), int(0));
  asked('FUSE_READ', isSingle ? first.reads : 'read_served');
  for (const [name, label, body] of bodies(out, attributes)) {
    const other = out.fresh('other_request');
    out.branch(load(OPCODE), '!=', int(asks[name], name), other);
    if (name === 'FUSE_OPEN') refuseWriters(out);
    out.store(field('fuse_vector', 16, 8), body);
    out.store(field('fuse_vector', 24, 8), int(label));
    out.jump('answer_request');
    out.label(other);
  }
  asked('FUSE_RELEASE', 'answer_request');
  out.store(field('fuse_answer', 4, 4), errno('ENOSYS'));
  out.jump('answer_request');
  if (isSingle) return;
  out.label('read_served');
  connections.slice(1).forEach(({ reads }, index) => {
    out.branch(value('fuse_index'), '==', int(index + 1), reads);
  });
  out.jump(first.reads);
}

const nextOf = (index: number): string => `connection_${index + 1}`;

/** The other end of `serveFiles`: behind it stand the answers. */
export function answerRequest(out: Assembly, connections: readonly Connection[]): void {
  const [first] = connections;
  if (first === undefined) return;
  const isSingle = connections.length === 1;
  out.label('answer_request');
  out.compute(field('fuse_answer', 0, 4), load(field('fuse_vector', 24, 8)), '+', int(16));
  const fuse = value(isSingle ? first.handle : 'fuse_served');
  out.call('writev', [fuse, address('fuse_vector'), int(2)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '>=', int(0), 'no_request');
  out.branch(signed('answer'), '==', errno('ENOENT'), 'no_request');
  // Somebody has unmounted it; or whoever has asked would wait for ever.
  out.label('connection_ended');
  connections.forEach(({ handle, watched }, index) => {
    const other = out.fresh('other_connection');
    if (!isSingle) out.branch(value('fuse_index'), '!=', int(index), other);
    out.store(polled(watched, 'fd'), int(-1));
    out.call('close', [value(handle)], { onError: false });
    out.store(slot(handle), int(-1));
    if (!isSingle) out.label(other);
  });
  out.label('no_request');
  if (isSingle) return;
  connections.slice(0, -1).forEach((_, index) => {
    out.branch(value('fuse_index'), '==', int(index), nextOf(index));
  });
  out.label(nextOf(connections.length - 1));
}

/** What is answered always the same, and how long it is. @see include/uapi/linux/fuse.h */
function bodies(
  out: Assembly,
  { size, uid, gid }: Attributes,
): readonly (readonly [keyof typeof asks, number, Operand])[] {
  const constant = (name: string, bytes: Uint8Array, text: string) =>
    [bytes.length, out.constant(name, bytes, text)] as const;
  const zeros = (count: number) => Array.from({ length: count }, () => [8, 0] as const);
  const regular = 0o100444;
  /** `struct fuse_init_out` of version 7.31: only the size of what is written has to be said, though nothing is. */
  const init = words(
    [4, 7],
    [4, 31],
    [4, 0],
    [4, 0],
    [4, 0],
    [4, 4096],
    [4, 1],
    [4, 0],
    ...zeros(4),
  );
  /**
   * `struct fuse_attr_out`, asked anew each time. Of a file without a size sendfile(2) would give nothing; one that is too
   * large is corrected by the kernel when a read comes to the end.
   */
  const attributes = words(
    [8, 0],
    [8, 0],
    [8, 1],
    [8, size],
    ...zeros(4),
    [8, 0],
    [4, 0],
    [4, regular],
    [4, 1],
    [4, uid],
    [4, gid],
    [4, 0],
    [4, 4096],
    [4, 0],
  );
  /** `struct fuse_open_out` with FOPEN_DIRECT_IO: each read comes here, whatever size the file has. */
  const opened = words([8, 0], [4, 1], [4, 0]);
  /** `struct fuse_statfs_out`: no blocks, as procfs has none. */
  const statfs = words(...zeros(5), [4, 4096], [4, 255], [4, 4096], [4, 0], ...zeros(3));
  const known = `{size=${size}, mode=S_IFREG|0444}`;
  return [
    ['FUSE_GETATTR', ...constant('fuse_attributes', attributes, known)],
    ['FUSE_OPEN', ...constant('fuse_opened', opened, '{open_flags=FOPEN_DIRECT_IO}')],
    ['FUSE_STATFS', ...constant('fuse_statfs', statfs, '{blocks=0}')],
    ['FUSE_INIT', ...constant('fuse_init', init, '{major=7, minor=31, max_write=4096}')],
  ];
}

const O_ACCMODE = 3;

function refuseWriters(out: Assembly): void {
  const reader = out.fresh('reader');
  out.compute(out.slot('answer'), load(OPEN_FLAGS), '&', int(O_ACCMODE, 'O_ACCMODE'));
  out.branch(value('answer'), '==', int(0, 'O_RDONLY'), reader);
  out.store(field('fuse_answer', 4, 4), errno('EACCES'));
  out.jump('answer_request');
  out.label(reader);
}
