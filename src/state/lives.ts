import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { signalNames, signals } from '../linux/flags.ts';
import { stateDirectory } from './place.ts';

/** The lives that a container has had since its start, each ended by init and followed by another one. */
export interface Lives {
  /** How often it was started again. */
  readonly restarts: number;
  /** How the last one ended, in a few words: `status 1`, `reboot`, `SIGSEGV`. */
  readonly lastEnd: string;
  /** When, in milliseconds since 1970. */
  readonly endedMs: number;
}

/** What the supervisor has noted; undefined if it has started the container only once. @see noteLife */
export function livesOf(runtimeDirectory: string, name: string): Lives | undefined {
  const directory = stateDirectory(runtimeDirectory, name);
  if (directory === undefined) return undefined;
  let descriptor: number | undefined;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    descriptor = openSync(join(directory, 'life'), flags);
    const text = Buffer.alloc(100);
    const length = readSync(descriptor, text, 0, text.length, 0);
    const found = /^lives +(\d+)\nstatus +(\d+)\n$/.exec(text.toString('latin1', 0, length));
    if (found === null) return undefined;
    return {
      restarts: Number(found[1]),
      lastEnd: endOf(Number(found[2])),
      endedMs: fstatSync(descriptor).mtimeMs,
    };
  } catch {
    return undefined; // there is none, or it has ended meanwhile
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Of a status as wait(2) gives it. Inside a container reboot(2) shows as SIGHUP or SIGINT. */
export function endOf(status: number): string {
  const signal = status & 0x7f;
  if (signal === 0) return `status ${(status >> 8) & 0xff}`;
  if (signal === signals.SIGHUP) return 'reboot';
  if (signal === signals.SIGINT) return 'poweroff';
  return signalNames[signal] === undefined ? `signal ${signal}` : `SIG${signalNames[signal]}`;
}
