import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { memfd, seal } from './libc.ts';

/** What the supervisor said of the start. */
export type Started =
  | { readonly kind: 'started'; readonly initPid: number }
  | { readonly kind: 'failed'; readonly step: number; readonly errno: number }
  /** It ended without a word. */
  | { readonly kind: 'lost' };

export interface Run {
  readonly started: Promise<Started>;
  /** Both ends of console 0, if it was asked for. Two pipes: a failed write must not lose what is still to be read. */
  readonly console: { readonly input: Writable; readonly output: Readable } | undefined;
  /** Fulfilled with the exit status of the supervisor. */
  readonly ended: Promise<number>;
  /** Lets this process end while the supervisor goes on. */
  detach(): void;
}

/** Size of the record that the supervisor writes: kind, step, errno, 0 (4 bytes each), pid of init (8). */
const RECORD = 24;

/**
 * Runs a compiled program from a sealed memfd, in a session of its own. Descriptor 3 is its status,
 * descriptors 4 and 5 are the first client of console 0.
 */
export function runProgram(elf: Uint8Array, withConsole: boolean): Run {
  const file = memfd('lxplain');
  for (let at = 0; at < elf.length; ) at += writeSync(file, elf, at);
  seal(file);
  const child = spawn(`/proc/self/fd/${file}`, [], {
    stdio: [
      'ignore',
      'ignore',
      'ignore',
      'pipe',
      ...(withConsole ? (['pipe', 'pipe'] as const) : []),
    ],
    detached: true,
    env: {},
    argv0: 'lxplain',
  });
  closeSync(file);
  const status = child.stdio[3] as Readable;
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  return {
    started: readRecord(status),
    console: withConsole
      ? {
          input: child.stdio[4] as Writable,
          output: (child.stdio as readonly unknown[])[5] as Readable,
        }
      : undefined,
    ended,
    detach: () => {
      status.destroy();
      child.unref();
    },
  };
}

function readRecord(status: Readable): Promise<Started> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const lost = () => resolve({ kind: 'lost' });
    status.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < RECORD) return;
      resolve(
        bytes.readUInt32LE(0) === 1
          ? { kind: 'started', initPid: Number(bytes.readBigUInt64LE(16)) }
          : { kind: 'failed', step: bytes.readUInt32LE(4), errno: bytes.readUInt32LE(8) },
      );
    });
    status.once('end', lost);
    status.once('error', lost);
  });
}
