import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinedPlaces } from './defined.ts';
import { StateError, UnsafeError } from './error.ts';
import { makeSafeDirectory, readSafe, writeSafe } from './safe-file.ts';

/** What a command has done last with a defined domain. That init has ended by itself nobody notes. */
export interface LastEvent {
  readonly event: 'booted' | 'destroyed' | 'paused' | 'unpaused' | 'failed';
  /** The supervisor that it was about. */
  readonly supervisor?: number;
  /** Of this boot of the machine: after another one it says nothing. */
  readonly boot: string;
}

const fileOf = ({ made }: DefinedPlaces, name: string): string => join(made, name, 'last');

const boot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

/** Without it nothing is lost but a word: a state directory that takes nothing is no reason to fail. */
export function noteEvent(
  places: DefinedPlaces,
  name: string,
  event: LastEvent['event'],
  supervisor?: number,
): void {
  const last: LastEvent = {
    event,
    boot: boot(),
    ...(supervisor === undefined ? {} : { supervisor }),
  };
  try {
    makeSafeDirectory(join(places.made, name));
    writeSafe(fileOf(places, name), `${JSON.stringify(last)}\n`, { isLasting: false });
  } catch (cause) {
    if (!(cause instanceof StateError) && !(cause instanceof UnsafeError)) throw cause;
  }
}

/** Undefined if nothing was done with it since the machine was started. */
export function lastEvent(places: DefinedPlaces, name: string): LastEvent | undefined {
  try {
    const text = readSafe(fileOf(places, name))?.toString('utf8');
    const last = text === undefined ? undefined : (JSON.parse(text) as LastEvent);
    return last?.boot === boot() ? last : undefined;
  } catch {
    return undefined;
  }
}
