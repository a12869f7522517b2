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
