import { closeSync, readSync, writeSync } from 'node:fs';
import { errorCode } from '../linux/error-code.ts';
import { signals } from '../linux/flags.ts';
import {
  duplicate,
  type Ends,
  LibcError,
  memfd,
  pidfdOpen,
  pipe,
  seal,
  setNonBlocking,
  socketPipe,
  spawn,
  waitFor,
  waitForAny,
} from './libc.ts';

/** What the supervisor said of the start. */
export type Started =
  | { readonly kind: 'started'; readonly initPid: number }
  | {
      readonly kind: 'failed';
      readonly step: number;
      readonly errno: number /** What the kernel has said of it. */;
      readonly says?: string;
    }
  /** It ended without a word. */
  | { readonly kind: 'lost' };

export interface Run {
  readonly supervisorPid: number;
  readonly started: Started;
  /** Descriptors: what is written to `input` is typed at console 0; `output` ends with the supervisor. */
  readonly console: { readonly input: number; readonly output: number } | undefined;
}

/**
 * Size of the record that the supervisor writes: kind, step, errno, length of what the kernel has said (4 bytes each), pid of
 * init (8). Behind it follows what the kernel has said.
 */
const RECORD = 24;

/**
 * Runs a compiled program from a sealed memfd and waits until init has been executed or the start has failed.
 * Descriptor 3 of the program is its status, descriptors 4 and 5 are the first client of console 0: a socket
 * for its input, and a pipe, so that a failed write does not lose what is still to be read. What is passed to init stands
 * behind. `ps` shows it as `lxplain: NAME`.
 * @throws LibcError if the host cannot even run the program
 */
export function runProgram(
  elf: Uint8Array,
  name: string,
  withConsole: boolean,
  passed: readonly number[] = [],
): Run {
  try {
    return run(elf, name, withConsole, passed);
  } catch (cause) {
    throw isErrno(cause) ? new LibcError(cause.syscall, -cause.errno) : cause;
  }
}

const isErrno = (cause: unknown): cause is { readonly errno: number; readonly syscall: string } =>
  cause instanceof Error &&
  'errno' in cause &&
  typeof cause.errno === 'number' &&
  cause.errno < 0 &&
  'syscall' in cause;

function run(elf: Uint8Array, name: string, withConsole: boolean, passed: readonly number[]): Run {
  const open: number[] = [];
  const close = (descriptor: number) => {
    open.splice(open.indexOf(descriptor), 1);
    closeSync(descriptor);
  };
  const opened = (ends: Ends): Ends => {
    open.push(ends.reader, ends.writer);
    return ends;
  };
  try {
    const file = memfd('lxplain');
    open.push(file);
    for (let at = 0; at < elf.length; ) at += writeSync(file, elf, at);
    seal(file);
    const status = opened(pipe());
    const input = withConsole ? opened(socketPipe()) : undefined;
    const output = withConsole ? opened(pipe()) : undefined;
    const ofClient = [input?.reader, output?.writer].filter((end) => end !== undefined);
    for (const end of [status.reader, ...ofClient]) setNonBlocking(end);
    // Out of the way of the numbers that they get: 3 may be passed as 5.
    const copies = passed.map(duplicate);
    open.push(...copies);
    const given = [status.writer, ...ofClient, ...copies];
    const supervisorPid = spawn(`/proc/self/fd/${file}`, `lxplain: ${name}`, given);
    for (const end of given) close(end); // its ends are the only ones now
    const started = waitForStart(status.reader, supervisorPid);
    if (input === undefined || output === undefined) {
      return { supervisorPid, started, console: undefined };
    }
    const kept = [input.writer, output.reader];
    open.splice(0, open.length, ...open.filter((each) => !kept.includes(each)));
    return { supervisorPid, started, console: { input: input.writer, output: output.reader } };
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}

/** A supervisor that cannot be watched is told to end: else a container would run of which nobody was told. */
function waitForStart(status: number, supervisorPid: number): Started {
  let supervisor: number | undefined;
  try {
    supervisor = pidfdOpen(supervisorPid);
    return readRecord(status, supervisor);
  } catch (cause) {
    process.kill(supervisorPid, signals.SIGRT_16); // nobody has waited for it yet, so it is no other process
    waitFor(supervisorPid);
    throw cause;
  } finally {
    if (supervisor !== undefined) closeSync(supervisor);
  }
}

/** The end of the supervisor ends this, too: a process that it has left behind may hold the pipe for ever. */
function readRecord(status: number, supervisor: number): Started {
  const record = readAll(status, supervisor, RECORD);
  if (record === undefined) return { kind: 'lost' };
  if (record.readUInt32LE(0) === 1)
    return { kind: 'started', initPid: Number(record.readBigUInt64LE(16)) };
  const says = readAll(status, supervisor, record.readUInt32LE(12))?.toString() ?? '';
  return {
    kind: 'failed',
    step: record.readUInt32LE(4),
    errno: record.readUInt32LE(8),
    ...(says === '' ? {} : { says }),
  };
}

/** So many bytes; undefined if they do not come any more. */
function readAll(status: number, supervisor: number, size: number): Buffer | undefined {
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const [, ended] = waitForAny([status, supervisor]);
    const read = readSome(status, bytes, length);
    if (read === 0 || (read === undefined && ended)) return undefined;
    length += read ?? 0;
  }
  return bytes;
}

/** The number of bytes read, undefined if there is nothing to read yet. */
function readSome(descriptor: number, into: Buffer, at: number): number | undefined {
  try {
    return readSync(descriptor, into, at, into.length - at, null);
  } catch (cause) {
    if (errorCode(cause) === 'EAGAIN') return undefined;
    throw cause;
  }
}
