import { writeSync } from 'node:fs';
import { errorCode } from '../linux/error-code.ts';

/** What a shell reports of a program that SIGPIPE ended. */
export const BROKEN_PIPE = 141;

/** Writes to standard output, all of it at once. If nobody reads it any more, the process ends. */
export const print = (text: string | Uint8Array): void => write(1, text);

/** The same for standard error. */
export const printError = (text: string | Uint8Array): void => write(2, text);

/** Standard output takes no more: its device is full, for instance. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** The kernel's name of the error. */
  readonly code: string;
  constructor(code: string) {
    super(`cannot write: ${code}`);
    this.code = code;
  }
}

/** Not the streams of Node: they take 2 ms to load, and throw at a reader that is gone. */
function write(descriptor: 1 | 2, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (cause) {
      const code = errorCode(cause);
      if (code === 'EPIPE') process.exit(BROKEN_PIPE);
      if (code !== 'EAGAIN' && descriptor === 2) process.exit(1); // there is nobody to tell it to
      if (code !== 'EAGAIN') throw new OutputError(code);
      // Somebody has made the pipe non-blocking: 1 ms, and again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
