import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import {
  fileNotRegular,
  fileNotUtf8,
  fileTooLarge,
  fileUnreadable,
} from '../diagnostics/catalog/cli.ts';
import { errorCode } from '../linux/error-code.ts';
import { Failure } from './failure.ts';
import { pause } from './output.ts';

/** 4 MiB: the largest input that is answered in time. */
export const MAX_BYTES = 4 * 1024 * 1024;

/** How standard input is called in places and messages. */
export const STDIN = '<stdin>';

/** A text file, or standard input for `-`. */
export const readText = (file: string): string =>
  decode(
    fileName(file),
    readBytes(file, () => MAX_BYTES),
  );

/** The name of a file for people: what is read from a descriptor has none of its own. */
export function fileName(path: string): string {
  const descriptor = ownDescriptor(path);
  if (descriptor === undefined) return path;
  return descriptor === 0 ? STDIN : `<fd ${descriptor}>`;
}

/**
 * The descriptor of this process that a path stands for: `-` and `/dev/stdin`, and what a shell makes of `<(…)`. Such
 * a path may be a pipe or a socket, which cannot be opened once more.
 */
function ownDescriptor(path: string): number | undefined {
  if (path === '-' || path === '/dev/stdin') return 0;
  const [, number] = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path) ?? [];
  return number === undefined ? undefined : Number(number);
}

/**
 * The bytes of a file or of a descriptor that the caller has given to this process. No other FIFO or device is waited
 * for. `limitOf` says how large the file may be, by its first four bytes.
 */
export function readBytes(path: string, limitOf: (head: Uint8Array) => number): Uint8Array {
  const given = ownDescriptor(path);
  const file = fileName(path);
  let descriptor = given;
  try {
    descriptor ??= openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (stats.isDirectory() || (given === undefined && !stats.isFile()))
      throw new Failure([fileNotRegular(file, configIn(path, stats))]);
    const head = readUpTo(descriptor, 4);
    const limit = limitOf(head);
    if (stats.size > limit) throw new Failure([fileTooLarge(file, stats.size, limit)]);
    const rest = readUpTo(descriptor, limit + 1 - head.length);
    // Neither pipes nor files of procfs tell their size.
    if (head.length + rest.length > limit)
      throw new Failure([fileTooLarge(file, undefined, limit)]);
    return Buffer.concat([head, rest]);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure([fileUnreadable(file, errorCode(cause))]);
  } finally {
    if (descriptor !== undefined && given === undefined) closeSync(descriptor);
  }
}

const CHUNK = 256 * 1024;

/** What follows in the file, at most so many bytes. */
function readUpTo(descriptor: number, count: number): Uint8Array {
  const chunks: Buffer[] = [];
  for (let left = count; left > 0; ) {
    const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK));
    const length = readSome(descriptor, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    left -= length;
  }
  return Buffer.concat(chunks);
}

function readSome(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk);
    } catch (cause) {
      if (errorCode(cause) !== 'EAGAIN') throw cause;
      pause(); // somebody has made the pipe non-blocking
    }
  }
}

/** The config of a container, if the path is the directory that lxc-tools keep it in. */
function configIn(path: string, stats: Stats): string | undefined {
  const config = join(path, 'config');
  return stats.isDirectory() && existsSync(config) ? config : undefined;
}

/** The text that the bytes are in UTF-8. */
export function decode(file: string, bytes: Uint8Array): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const valid = validLength(bytes);
  const before = new TextDecoder().decode(bytes.subarray(0, valid));
  const at = { file, start: before.length, end: before.length + 1 };
  const sources = new Map([[file, new TextDecoder().decode(bytes)]]);
  throw new Failure([fileNotUtf8(bytes[valid] ?? 0, at)], sources);
}

/** How many bytes come before the first that is not UTF-8: of what stands for it the first byte is another one. */
function validLength(bytes: Uint8Array): number {
  const mended = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  let at = 0;
  while (at < bytes.length && bytes[at] === mended[at]) at++;
  while (at > 0 && ((mended[at] ?? 0) & 0xc0) === 0x80) at--;
  return at;
}
