import { error } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

/** The plan breaks a rule of its order, so that it must not run. `step` is 0 for the plan as a whole. */
export const planUnsound = (step: number, problem: string, span: Span | undefined) =>
  error('plan/unsound', span, `${step === 0 ? 'the plan' : `step ${step}`}: ${problem}`);

export const planUnsoundMore = (count: number) =>
  error('plan/unsound', undefined, `the plan breaks its rules at ${count} more places`);
