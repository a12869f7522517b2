import { fstatSync, writeSync } from 'node:fs';
import { printableText } from '../diagnostics/printable.ts';
import { errorCode } from '../linux/error-code.ts';

/** What a shell reports of a program that SIGPIPE ended. */
export const BROKEN_PIPE = 141;

/**
 * Writes to standard output, all of it at once. If nobody reads it any more, the process ends. A terminal gets what is
 * shown, whatever the text comes from; a file or a pipe gets every byte as it is.
 */
export function print(text: string | Uint8Array): void {
  deliver(shown(text));
}

/** The same of a text with colours, in which all that comes from an input is escaped by who made it. */
export const printPainted = (text: string): void => deliver(text);

function deliver(text: string | Uint8Array): void {
  const code = write(1, text);
  if (code === 'EPIPE') process.exit(BROKEN_PIPE);
  if (code !== undefined) throw new OutputError(code);
}

/** The same for standard error. If that takes nothing, there is nobody to tell it to. */
export function printError(text: string | Uint8Array): void {
  const code = write(2, text);
  if (code !== undefined) process.exit(code === 'EPIPE' ? BROKEN_PIPE : 1);
}

/**
 * Tells on standard output what has been done. What is done stays done: where nobody can be told, the failure says it.
 * @throws OutputError
 */
export function printDone(text: string): void {
  if (isQuiet) return; // that it has been done the status says
  const code = write(1, shown(text));
  if (code !== undefined) throw new OutputError(code, text.trim());
}

/** Before a command changes anything: fails if standard output is known to take nothing. @throws OutputError */
export function needOutput(): void {
  const code = writeOnce(1, Buffer.alloc(0)).code;
  if (code !== undefined && code !== 'EAGAIN') throw new OutputError(code);
}

/** Standard output takes no more: its device is full, for instance. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** The kernel's name of the error. */
  readonly code: string;
  /** What has been done all the same. */
  readonly done: string | undefined;
  constructor(code: string, done?: string) {
    super(`cannot write: ${code}`);
    this.code = code;
    this.done = done;
  }
}

let isQuiet = false;

/** Whether tables have no head. */
export const quiet = (): boolean => isQuiet;

/** No text ends with an empty line any more, as virsh's do. */
export function beQuiet(): void {
  isQuiet = true;
}

function shown(given: string | Uint8Array): string | Uint8Array {
  const isEmptyLine = typeof given === 'string' && (given === '\n' || given.endsWith('\n\n'));
  const text = isQuiet && isEmptyLine ? given.slice(0, -1) : given;
  if (!isTerminal()) return text;
  return printableText(typeof text === 'string' ? text : new TextDecoder().decode(text));
}

/** Node's own answer takes 2 ms to load. /dev/null, the other character device, does not mind. */
function isTerminal(): boolean {
  try {
    return fstatSync(1).isCharacterDevice();
  } catch {
    return false; // and the write will say why
  }
}

/** The kernel's name of the error that came before all was written. */
function write(descriptor: 1 | 2, text: string | Uint8Array): string | undefined {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; ) {
    const { written, code } = writeOnce(descriptor, bytes.subarray(at));
    if (code === 'EAGAIN') pause();
    else if (code !== undefined) return code;
    at += written;
  }
  return undefined;
}

/** Not the streams of Node: they take 2 ms to load, and throw at a reader that is gone. */
function writeOnce(
  descriptor: 1 | 2,
  bytes: Uint8Array,
): { readonly written: number; readonly code?: string } {
  try {
    return { written: writeSync(descriptor, bytes) };
  } catch (cause) {
    return { written: 0, code: errorCode(cause) };
  }
}

/** 1 ms, for what is not ready yet. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
