import type { Op, Plan, StepOf } from '../plan/plan.ts';
import type { Assembly } from './assembly.ts';
import type { Mode } from './mode.ts';

/** What a step is lowered with beside its own members. */
export interface Around {
  readonly plan: Plan;
  readonly mode: Mode;
}

/** Appends the system calls of a step. */
export type Lowering<O extends Op> = (out: Assembly, step: StepOf<O>, around: Around) => void;

/** The lowerings of a family of operations: none can be left out. */
export type Lowerings<Family> = { readonly [O in keyof Family & Op]: Lowering<O> };
