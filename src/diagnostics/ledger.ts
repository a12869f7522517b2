import type { Span } from './origin.ts';
import { printable } from './printable.ts';
import { place, type Sources } from './render.ts';

/**
 * What became of a line of the input in a conversion, if it is not in the result as it was. `unneeded` is
 * what the other side does anyway; reports in text leave it out.
 */
export type Fate = 'changed' | 'lost' | 'unneeded';

/** What a loss means, the gravest first. */
export type Concern = 'security' | 'behaviour' | 'bookkeeping';

export interface LedgerEntry {
  readonly fate: Fate;
  /** The key of a config, or the element of a domain. */
  readonly subject: string;
  /** Starts in lower case, has no full stop. */
  readonly reason: string;
  readonly concern: Concern;
  readonly file: string;
  /** Not there if the input has no line for the subject. */
  readonly span?: Span;
}

/** One line, without a line feed: `box.conf:3:1: lost (security): lxc.no_new_privs: …`. */
export function renderEntry(entry: LedgerEntry, sources: Sources): string {
  const { fate, concern, subject, reason, file, span } = entry;
  const where = span === undefined ? printable(file) : place(span, sources);
  const weight = fate === 'lost' && concern === 'security' ? ' (security)' : '';
  return `${where}: ${fate}${weight}: ${printable(subject.slice(0, 200))}: ${printable(reason.slice(0, 400))}`;
}
