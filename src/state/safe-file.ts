import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../linux/error-code.ts';
import { ifThere, StateError, UnsafeError } from './error.ts';
import { foreign, untrusted } from './place.ts';

/** Nobody but root has business with what a domain says: its environment may hold secrets. */
const [DIRECTORY, FILE] = [0o700, 0o600];

/**
 * The bytes of a file that only root (or this user) could have written; undefined if there is none. No link is followed.
 * @throws StateError, UnsafeError
 */
export function readSafe(path: string): Buffer | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = ifThere(path, (file) => openSync(file, flags));
  if (descriptor === undefined) return undefined;
  try {
    const stats = fstatSync(descriptor);
    const what = stats.isFile() ? foreign(stats, 'file') : 'no file';
    if (what !== undefined) throw new UnsafeError(path, what);
    return readFileSync(descriptor);
  } catch (cause) {
    if (cause instanceof UnsafeError) throw cause;
    throw new StateError(path, errorCode(cause));
  } finally {
    closeSync(descriptor);
  }
}

interface SafeOptions {
  readonly mode?: number;
  /** Whether it has to outlive a crash of the machine. */
  readonly isLasting?: boolean;
}

/**
 * Replaces a file as a whole: whoever reads it, also after a crash, finds the old one or the new one.
 * @throws StateError
 */
export function writeSafe(
  path: string,
  content: string | Uint8Array,
  { mode = FILE, isLasting = true }: SafeOptions = {},
): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const descriptor = openSync(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
    try {
      writeFileSync(descriptor, content);
      if (isLasting) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, path);
    if (isLasting) syncDirectory(dirname(path));
  } catch (cause) {
    removeIfThere(fresh);
    throw new StateError(path, errorCode(cause));
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {} // the first error is the one to tell
}

/** What has been renamed or removed in it stays so after a crash. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a directory that only root enters, or finds it.
 * @throws StateError, UnsafeError
 */
export function makeSafeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: DIRECTORY });
  } catch (cause) {
    throw new StateError(path, errorCode(cause));
  }
  trustDirectory(path);
}

/**
 * That nobody else can have put anything into a directory, if it is there.
 * @throws StateError, UnsafeError
 */
export function trustDirectory(path: string): void {
  const odd = untrusted(path);
  if (odd !== undefined) throw new UnsafeError(odd.path, odd.what);
}
