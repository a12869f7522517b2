import { spawn } from 'node:child_process';
import { closeSync, createReadStream, writeSync } from 'node:fs';
import { memfd, pidfdOpen, pipe, seal } from './libc.ts';

/** How a program in a container has ended: its exit status, or 128 and a signal; or which step of entering failed. */
export type Entered =
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'failed'; readonly step: number; readonly errno: number };

/** What the program writes if something fails: the step and the error, 4 bytes each. */
const RECORD = 8;

/**
 * Runs a program that enters a container, and waits for its end. `isInit` says whether the number still means init once
 * a descriptor of it is there. `stdio` are its standard descriptors.
 * @throws LibcError; undefined if init has ended
 */
export async function runEntry(
  elf: Uint8Array,
  initPid: number,
  isInit: () => boolean,
  stdio: readonly (number | 'inherit')[],
): Promise<Entered | undefined> {
  const init = pidfdOpen(initPid);
  const file = memfd('lxplain-enter');
  const status = pipe();
  let isOpen = true;
  try {
    if (!isInit()) return undefined;
    for (let at = 0; at < elf.length; ) at += writeSync(file, elf, at);
    seal(file);
    const child = spawn(`/proc/self/fd/${file}`, [], {
      argv0: 'lxplain: enter',
      env: {},
      stdio: [...stdio, init, status.writer],
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? (signal === null ? 0 : 137)));
    });
    closeSync(status.writer);
    isOpen = false;
    const record = await readAll(status.reader);
    const code = await ended;
    if (record.length < RECORD) return { kind: 'ended', status: code };
    return { kind: 'failed', step: record.readUInt32LE(0), errno: record.readUInt32LE(4) };
  } finally {
    for (const each of [init, file, ...(isOpen ? [status.writer, status.reader] : [])])
      closeSync(each);
  }
}

/** To its end; the descriptor is closed then. */
async function readAll(descriptor: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream('', { fd: descriptor })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
