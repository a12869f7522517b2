import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * The elements of `<domain>` in which the reader found an error: nothing can be concluded from what is not there.
 * Empty for a domain that was read without errors.
 */
export type Doubts = ReadonlySet<string>;

/** A transform completes the domain, a check reports what is wrong with it. Neither does anything else. */
export type Pass =
  | {
      readonly kind: 'transform';
      readonly name: string;
      readonly run: (domain: Domain, facts: MachineFacts) => Domain;
    }
  | {
      readonly kind: 'check';
      readonly name: string;
      readonly run: (domain: Domain, facts: HostFacts, doubts: Doubts) => readonly Diagnostic[];
    };
