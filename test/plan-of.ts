import { fromDomain } from '../src/container/from-domain.ts';
import type { HostFacts } from '../src/facts/facts.ts';
import type { Domain } from '../src/ir/domain.ts';
import type { Plan } from '../src/plan/plan.ts';
import { plan } from '../src/planner/planner.ts';

/** The plan of a completed domain that no text was read for. */
export const planOf = (domain: Domain, facts: HostFacts): Plan =>
  plan(fromDomain(domain, facts), facts, new Map());
