import { error, warning } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

/** The plan breaks a rule of its order, so that it must not run. `step` is 0 for the plan as a whole. */
export const planUnsound = (step: number, problem: string, span: Span | undefined) =>
  error('plan/unsound', span, `${step === 0 ? 'the plan' : `step ${step}`}: ${problem}`);

export const planUnsoundMore = (count: number) =>
  error('plan/unsound', undefined, `the plan breaks its rules at ${count} more places`);

/** `differences` are what the plan takes for given and the machine has not. */
export const planStale = (file: string, differences: readonly string[]) =>
  error('plan/stale', undefined, stale(file), {
    notes: differences.map((message) => ({ message })),
    help: 'make it anew from its domain; --stale-ok runs it as it is',
  });

/** The same where nothing is run, or it is run all the same. */
export const planStaleWarning = (file: string, differences: readonly string[]) =>
  warning('plan/stale', undefined, stale(file), {
    notes: differences.map((message) => ({ message })),
  });

const stale = (file: string): string =>
  `the plan in '${file}' does not fit this machine: it was made for another one, or the machine has changed`;
