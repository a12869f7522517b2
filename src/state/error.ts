import { errorCode } from '../linux/error-code.ts';

/** What runs cannot be known: the kernel refuses to show it. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly path: string;
  /** The kernel's name of the error. */
  readonly code: string;
  constructor(path: string, code: string) {
    super(`${path}: ${code}`);
    this.path = path;
    this.code = code;
  }
}

/** Somebody else than root could have written it: it is not used. */
export class UnsafeError extends Error {
  override readonly name = 'UnsafeError';
  readonly path: string;
  /** What it is: `a file that others can write`. */
  readonly what: string;
  constructor(path: string, what: string) {
    super(`${path} is ${what}`);
    this.path = path;
    this.what = what;
  }
}

/**
 * What `read` gives, or undefined if there is no such file.
 * @throws StateError
 */
export function ifThere<T>(path: string, read: (path: string) => T): T | undefined {
  try {
    return read(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw new StateError(path, code);
  }
}
