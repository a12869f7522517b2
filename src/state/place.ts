import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../linux/error-code.ts';
import { ifThere, StateError } from './error.ts';

/** Something that lxplain does not make where it keeps its state. */
export interface Odd {
  readonly path: string;
  /** What it is: 'no directory'. */
  readonly what: string;
  /** A line of the journal. */
  readonly line?: string;
}

/** undefined for what cannot be the name of a container, and would lead out of the directory. */
export const stateDirectory = (runtimeDirectory: string, name: string): string | undefined =>
  name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')
    ? undefined
    : join(runtimeDirectory, name);

/**
 * Opens the lock file: neither a link is followed nor a FIFO waited for.
 * @returns undefined if there is none, and what it is if it is none that lxplain made
 * @throws StateError
 */
export function openLock(directory: string): number | Odd | undefined {
  const place = ifThere(directory, (path) => lstatSync(path));
  if (place === undefined) return undefined;
  if (!place.isDirectory()) return { path: directory, what: 'no directory' };
  const path = join(directory, 'lock');
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return { path, what: 'no file' };
    throw new StateError(path, code);
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return { path, what: 'no file' };
}

/**
 * The names of containers that run or have left something.
 * @throws StateError
 */
export const stateNames = (runtimeDirectory: string): string[] =>
  ifThere(runtimeDirectory, (path) => readdirSync(path)) ?? [];

/**
 * What keeps the runtime directory from being trusted: who can write it decides what `clean` ends and removes.
 * @throws StateError
 */
export function untrusted(runtimeDirectory: string): Odd | undefined {
  const stats = ifThere(runtimeDirectory, (path) => lstatSync(path));
  const what = stats === undefined ? undefined : problemOf(stats);
  return what === undefined ? undefined : { path: runtimeDirectory, what };
}

function problemOf(stats: Stats): string | undefined {
  return stats.isDirectory() ? foreign(stats, 'directory') : 'no directory';
}

/** What keeps something that is `what` from being trusted; undefined if only root and this user can write it. */
export function foreign({ uid, mode }: Stats, what: 'directory' | 'file'): string | undefined {
  if (uid !== 0 && uid !== process.geteuid?.()) return `another user's ${what}`;
  return (mode & 0o022) === 0 ? undefined : `a ${what} that others can write`;
}
