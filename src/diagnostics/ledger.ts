import type { Span } from './origin.ts';
import { printable } from './printable.ts';
import { place, type Sources } from './render.ts';

/**
 * What became of a line of the input in a conversion, if it is not in the result as it was. `unneeded` is
 * what the other side does anyway; reports in text leave it out.
 */
export type Fate = 'changed' | 'lost' | 'unneeded';

/** What it means, the gravest first. `bookkeeping` changes nothing that anybody could notice, so nothing that is lost is it. */
export type Concern = 'security' | 'behaviour' | 'bookkeeping';

export interface LedgerEntry {
  readonly fate: Fate;
  /** Stable: `area/problem` of the reason. */
  readonly code: string;
  /** The key of a config, or the element of a domain. */
  readonly subject: string;
  /** Starts in lower case, has no full stop. */
  readonly reason: string;
  readonly concern: Concern;
  readonly file: string;
  /** Not there if the input has no line for the subject. */
  readonly span?: Span;
}

/** `box.conf:3:1`, or the file alone if the input has no line for it. */
export const placeOf = ({ file, span }: LedgerEntry, sources: Sources): string =>
  span === undefined ? printable(file) : place(span, sources);

/** One line, without a line feed: `box.conf:3:1: lost (security): lxc.no_new_privs: …`. */
export function renderEntry(entry: LedgerEntry, sources: Sources): string {
  const { fate, concern, subject, reason } = entry;
  const weight = concern === 'security' ? ' (security)' : '';
  return `${placeOf(entry, sources)}: ${fate}${weight}: ${printable(subject.slice(0, 200))}: ${printable(reason.slice(0, 400))}`;
}

/** Whether nobody wrote the file for this container: distributions keep there what all containers include. */
export const isOfDistribution = (file: string): boolean =>
  /(^|\/)usr\/(local\/)?share\/lxc\/config\/|(^|\/)etc\/lxc\//.test(file);
