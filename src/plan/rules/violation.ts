import type { PlanStep, StepOf } from '../plan.ts';

/** A rule that a plan breaks, and the place of the step that breaks it, from 1; 0 for the plan as a whole. */
export interface Violation {
  readonly step: number;
  readonly problem: string;
}

export type Op = PlanStep['op'];

/** Proves one kind of constraint: no violation for a sound plan. */
export type Rule = (steps: readonly PlanStep[]) => readonly Violation[];

export const violation = ({ id }: PlanStep, problem: string): Violation => ({ step: id, problem });

/** The steps of some operations, in order. */
export const stepsOf = <O extends Op>(steps: readonly PlanStep[], ...ops: O[]): StepOf<O>[] =>
  steps.filter((step): step is StepOf<O> => (ops as Op[]).includes(step.op));

/** Whether `path` is `above` or lies below it. */
export const isWithin = (path: string, above: string): boolean =>
  path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`);

export const isBelow = (path: string, above: string): boolean =>
  path !== above && isWithin(path, above);

/** Every directory above an absolute path: `/a` and `/` for `/a/b`. */
export function ancestors(path: string): string[] {
  const above: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    above.push(path.slice(0, slash));
  }
  return path === '/' ? above : [...above, '/'];
}
