import { closeSync, readSync, writeSync } from 'node:fs';
import { memfd, pipe, seal, spawn } from './libc.ts';

/** What the supervisor said of the start. */
export type Started =
  | { readonly kind: 'started'; readonly initPid: number }
  | { readonly kind: 'failed'; readonly step: number; readonly errno: number }
  /** It ended without a word. */
  | { readonly kind: 'lost' };

export interface Run {
  readonly supervisorPid: number;
  readonly started: Started;
  /** Descriptors: what is written to `input` is typed at console 0; `output` ends with the supervisor. */
  readonly console: { readonly input: number; readonly output: number } | undefined;
}

/** Size of the record that the supervisor writes: kind, step, errno, 0 (4 bytes each), pid of init (8). */
const RECORD = 24;

/**
 * Runs a compiled program from a sealed memfd and waits until init has been executed or the start has failed.
 * Descriptor 3 of the program is its status, descriptors 4 and 5 are the first client of console 0: two
 * pipes, so that a failed write does not lose what is still to be read.
 * @throws LibcError if the host cannot even run the program
 */
export function runProgram(elf: Uint8Array, withConsole: boolean): Run {
  const file = memfd('lxplain');
  for (let at = 0; at < elf.length; ) at += writeSync(file, elf, at);
  seal(file);
  const status = pipe();
  const [input, output] = withConsole ? [pipe(), pipe()] : [];
  const given = [status.writer, input?.reader, output?.writer].filter((end) => end !== undefined);
  try {
    const path = `/proc/self/fd/${file}`;
    const supervisorPid = spawn(path, 'lxplain', given);
    for (const end of given.splice(0)) closeSync(end); // its end of the status is the only one now
    return {
      supervisorPid,
      started: readRecord(status.reader),
      console:
        input === undefined || output === undefined
          ? undefined
          : { input: input.writer, output: output.reader },
    };
  } finally {
    for (const end of [...given, status.reader, file]) closeSync(end);
  }
}

function readRecord(status: number): Started {
  const record = Buffer.alloc(RECORD);
  let length = 0;
  while (length < RECORD) {
    const read = readSync(status, record, length, RECORD - length, null);
    if (read === 0) return { kind: 'lost' };
    length += read;
  }
  return record.readUInt32LE(0) === 1
    ? { kind: 'started', initPid: Number(record.readBigUInt64LE(16)) }
    : { kind: 'failed', step: record.readUInt32LE(4), errno: record.readUInt32LE(8) };
}
