import type { PlanStep } from '../plan.ts';

/** A rule that a plan breaks, and the place of the step that breaks it, from 1; 0 for the plan as a whole. */
export interface Violation {
  readonly step: number;
  readonly problem: string;
}

/** Proves one kind of constraint: no violation for a sound plan. `name` is that of the domain. */
export type Rule = (steps: readonly PlanStep[], name: string) => readonly Violation[];

export const violation = ({ id }: PlanStep, problem: string): Violation => ({ step: id, problem });
