import { expect, test } from 'vitest';
import type { Outcome } from '../../bench/rounds.ts';
import { median, ratio, summary } from '../../bench/statistics.ts';

const measured = (...samples: (number | undefined)[]): Outcome => ({ kind: 'measured', samples });

test('the median of an even number of values lies between the middle two', () => {
  expect(median([9, 1, 2, 4])).toBe(3);
  expect(median([5, 1, 2])).toBe(2);
});

test('a round that went wrong counts as a failure, not as a value', () => {
  expect(summary(measured(3, undefined, 1))).toEqual({ median: 2, min: 1, max: 3, failures: 1 });
  expect(summary(measured(undefined))).toBeUndefined();
});

test('a ratio compares what was measured in the same round', () => {
  // The machine is ten times slower in the second round; a ratio of medians would be 4.
  expect(ratio(measured(2, 20, 8), measured(1, 10, 2))).toBe(2);
  expect(ratio(measured(2, 20, 9), measured(1, undefined, 3))).toBe(2.5);
  expect(ratio(measured(2), { kind: 'missing', why: 'not installed' })).toBeUndefined();
});
