import type { Outcome } from './rounds.ts';

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly failures: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

const isNumber = (sample: number | undefined): sample is number => sample !== undefined;

export function summary(outcome: Outcome): Summary | undefined {
  if (outcome.kind === 'missing') return undefined;
  const values = outcome.samples.filter(isNumber);
  if (values.length === 0) return undefined;
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    failures: outcome.samples.length - values.length,
  };
}

/** The median of the ratios of each round, so that a slow minute of the machine counts on both sides. */
export function ratio(of: Outcome | undefined, to: Outcome | undefined): number | undefined {
  if (of?.kind !== 'measured' || to?.kind !== 'measured') return undefined;
  const ratios = of.samples.flatMap((sample, round) => {
    const other = to.samples[round];
    return sample === undefined || other === undefined ? [] : [sample / other];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
