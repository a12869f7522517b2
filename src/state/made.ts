import { join } from 'node:path';
import type { DefinedPlaces } from './defined.ts';
import { makeSafeDirectory, readSafe, trustDirectory, writeSafe } from './safe-file.ts';

/** The compiled program of a defined domain, and what it was made of: as long as that is so, it can be run as it is. */
export interface Made<From> {
  readonly elf: Uint8Array;
  readonly from: From;
}

/**
 * In one file, so that they always belong together: the program, which the kernel runs without looking at what follows; what it
 * was made of, as JSON; and the length of that in the last four bytes.
 */
const TRAILER = 4;

const directoryOf = ({ made }: DefinedPlaces, name: string): string => join(made, name);
const programOf = (places: DefinedPlaces, name: string): string =>
  join(directoryOf(places, name), 'program');

/**
 * The stored program of a domain; undefined if there is none, or half of one.
 * @throws StateError, UnsafeError
 */
export function readMade<From>(places: DefinedPlaces, name: string): Made<From> | undefined {
  const bytes = readSafe(programOf(places, name));
  if (bytes === undefined || bytes.length < TRAILER) return undefined;
  trustDirectory(places.made);
  trustDirectory(directoryOf(places, name));
  const end = bytes.length - TRAILER;
  const start = end - bytes.readUInt32LE(end);
  if (start < 0) return undefined;
  try {
    return {
      elf: bytes.subarray(0, start),
      from: JSON.parse(bytes.toString('utf8', start, end)) as From,
    };
  } catch {
    return undefined;
  }
}

/** @throws StateError, UnsafeError */
export function writeMade<From>(places: DefinedPlaces, name: string, made: Made<From>): void {
  makeSafeDirectory(places.made);
  makeSafeDirectory(directoryOf(places, name));
  const from = Buffer.from(JSON.stringify(made.from));
  const length = Buffer.alloc(TRAILER);
  length.writeUInt32LE(from.length);
  writeSafe(programOf(places, name), Buffer.concat([made.elf, from, length]), { mode: 0o700 });
}
