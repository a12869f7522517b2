import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import {
  fileNotRegular,
  fileNotUtf8,
  fileTooLarge,
  fileUnreadable,
} from '../diagnostics/catalog/cli.ts';
import { errorCode } from '../linux/error-code.ts';
import { Failure } from './failure.ts';

/** 4 MiB: the largest input that is answered in time. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A text file. */
export const readText = (file: string): string => decode(file, readRegular(file, MAX_BYTES));

/** The bytes of a file; neither a FIFO nor a device is waited for. */
export function readRegular(file: string, maxBytes: number): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Failure([fileNotRegular(file)]);
    if (stats.size > maxBytes) throw new Failure([fileTooLarge(file, stats.size, maxBytes)]);
    const bytes = readFileSync(descriptor);
    // Files of procfs tell no size.
    if (bytes.length > maxBytes) throw new Failure([fileTooLarge(file, bytes.length, maxBytes)]);
    return bytes;
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure([fileUnreadable(file, errorCode(cause))]);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function decode(file: string, bytes: Uint8Array): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const valid = validLength(bytes);
  const before = new TextDecoder().decode(bytes.subarray(0, valid));
  const at = { file, start: before.length, end: before.length + 1 };
  const sources = new Map([[file, new TextDecoder().decode(bytes)]]);
  throw new Failure([fileNotUtf8(bytes[valid] ?? 0, at)], sources);
}

/** How many bytes come before the first that is not UTF-8. */
function validLength(bytes: Uint8Array): number {
  let [valid, broken] = [0, bytes.length];
  while (valid + 1 < broken) {
    const middle = (valid + broken) >> 1;
    if (isUtf8(bytes.subarray(0, startOfCharacter(bytes, middle)))) valid = middle;
    else broken = middle;
  }
  return startOfCharacter(bytes, valid);
}

/** Where the character begins that the byte belongs to, if it is one. */
function startOfCharacter(bytes: Uint8Array, at: number): number {
  const isContinuation = (index: number) => ((bytes[index] ?? 0) & 0xc0) === 0x80;
  for (let start = at; start > at - 4 && start > 0; start--)
    if (!isContinuation(start)) return start;
  return at;
}
