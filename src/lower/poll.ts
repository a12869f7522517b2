import { field, int, load, value } from '../program/operands.ts';
import type { Place } from '../program/program.ts';
import type { Assembly } from './assembly.ts';

export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLHUP = 16;

/** What the supervisor waits for, by its place in `polled`; behind these come the masters of the other consoles. */
export const watched = {
  signals: 0,
  init: 1,
  master: 2,
  input: 3,
  output: 4,
  end: 5,
  grace: 6,
  meminfo: 7,
} as const;
export const otherMasters = 8;

/** A part of an element of `polled`. @see poll(2) */
export const polled = (index: number, part: 'fd' | 'events' | 'revents'): Place =>
  part === 'fd'
    ? field('polled', index * 8, 4)
    : field('polled', index * 8 + (part === 'events' ? 4 : 6), 2);

/** Goes to `skip` if none of the bits has been reported. */
export function unlessReady(out: Assembly, index: number, bits: number, skip: string): void {
  out.compute(out.slot('answer'), load(polled(index, 'revents')), '&', int(bits));
  out.branch(value('answer'), '==', int(0), skip);
}

/** Goes to `skip` if nothing has been reported. */
export const unlessAny = (out: Assembly, index: number, skip: string): void =>
  out.branch(load(polled(index, 'revents')), '==', int(0), skip);
