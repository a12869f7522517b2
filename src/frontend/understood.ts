import type { Domain } from '../ir/domain.ts';

/** What could be understood of a text with errors: for checks, never to be run. */
export interface Understood {
  readonly domain: Domain;
  /** The elements of `<domain>` with an error: what is not in them may only not have been understood. */
  readonly doubts: ReadonlySet<string>;
}
