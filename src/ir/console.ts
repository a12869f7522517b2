import type { Origin } from '../diagnostics/origin.ts';
import type { Kept } from './kept.ts';

/** `<console>`; a container starts only with those of type `pty`. Their ports are their places in the list. */
export interface Console {
  readonly type: string;
  /** `lxc` if not given. */
  readonly targetType?: string;
  /** `<source>`, `<protocol>` and `<log>` of consoles that are no terminals. */
  readonly kept?: readonly Kept[];
  readonly origin: Origin;
}
