import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/** A transform completes the domain, a check reports what is wrong with it. Neither does anything else. */
export type Pass =
  | {
      readonly kind: 'transform';
      readonly name: string;
      readonly run: (domain: Domain, facts: HostFacts) => Domain;
    }
  | {
      readonly kind: 'check';
      readonly name: string;
      readonly run: (domain: Domain, facts: HostFacts) => readonly Diagnostic[];
    };
