import type { Op, PlanStep, StepOf } from './plan.ts';

/** The steps of some operations, in order. */
export const stepsOf = <O extends Op>(
  steps: readonly PlanStep[],
  ...ops: readonly O[]
): readonly StepOf<O>[] =>
  steps.filter((step): step is StepOf<O> => (ops as readonly Op[]).includes(step.op));

/** The first step of an operation, which may be its only one. */
export const firstOf = <O extends Op>(steps: readonly PlanStep[], op: O): StepOf<O> | undefined =>
  steps.find((step): step is StepOf<O> => step.op === op);
