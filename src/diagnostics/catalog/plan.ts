import { error } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

/** The plan breaks a rule of its order, so that it must not run. */
export const planUnsound = (step: number, problem: string, span: Span | undefined) =>
  error('plan/unsound', span, `step ${step}: ${problem}`);

export const planUnsoundMore = (count: number) =>
  error('plan/unsound', undefined, `the plan breaks its rules at ${count} more places`);
