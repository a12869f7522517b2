import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../linux/error-code.ts';
import { olderLog } from '../plan/ops/log.ts';
import { ifThere, StateError } from './error.ts';
import type { LogEntry, Taken } from './log.ts';

/** Reads a log that grows, and that becomes the older one when it is long enough. */
export class LogReader {
  private readonly path: string;
  /** Of the file that was read last. */
  private inode: bigint | undefined;
  private at = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.path = path;
  }

  /** What has come since the last call. @throws StateError */
  take(read: (bytes: Buffer, at: number) => Taken): readonly LogEntry[] {
    const bytes = Buffer.concat([this.rest, ...this.fresh()]);
    const found: LogEntry[] = [];
    let at = 0;
    for (let taken = read(bytes, at); at < bytes.length && taken !== undefined; ) {
      if (taken.entry !== undefined) found.push(taken.entry);
      at += taken.length;
      taken = read(bytes, at);
    }
    this.rest = Buffer.from(bytes.subarray(at));
    return found;
  }

  /** The rest of what is the older one by now, and of the one that is written. */
  private fresh(): readonly Buffer[] {
    const newest = openLog(this.path);
    if (newest === undefined) return [];
    const parts: Buffer[] = [];
    if (newest.inode !== this.inode) {
      const older = openLog(olderLog(this.path));
      // At the first look all of it; later what is left of the one that was read.
      if (older !== undefined && (this.inode === undefined || older.inode === this.inode))
        parts.push(older.read(this.inode === undefined ? 0 : this.at));
      older?.close();
      this.at = 0;
    }
    const part = newest.read(this.at);
    newest.close();
    this.inode = newest.inode;
    this.at += part.length;
    return [...parts, part];
  }
}

/** @throws StateError */
function openLog(path: string) {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    const descriptor = ifThere(path, (file) => openSync(file, flags));
    if (descriptor === undefined) return undefined;
    const { ino, size } = fstatSync(descriptor, { bigint: true });
    return {
      inode: ino,
      read: (from: number) => {
        const bytes = Buffer.alloc(Math.max(0, Number(size) - from));
        return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
      },
      close: () => closeSync(descriptor),
    };
  } catch (cause) {
    if (cause instanceof StateError) throw cause;
    throw new StateError(path, errorCode(cause));
  }
}
