import { expect, test } from 'vitest';
import {
  ascii,
  bar,
  bytes,
  duration,
  percent,
  sparkline,
  unicode,
} from '../../src/monitor/cells.ts';
import { fitted } from '../../src/monitor/table.ts';

test.each([
  [undefined, '-'],
  [0, '0'],
  [999, '999'],
  [1000, '1.0K'],
  [10_189, '10K'],
  [64 * 2 ** 20, '64M'],
  [1.5 * 2 ** 30, '1.5G'],
  [999.6 * 2 ** 20, '1.0G'],
  [2 ** 62, '4096P'],
])('%s bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

test.each([
  [0, '0.0'],
  [0.1234, '12.3'],
  [0.9994, '99.9'],
  [0.9995, '100'],
  [3.2, '320'],
])('a share of %f is %s %%', (share, text) => {
  expect(percent(share)).toBe(text);
});

test.each([
  [-5, '0s'],
  [119_999, '119s'],
  [120_000, '2m'],
  [7_199_999, '119m'],
  [7_200_000, '2h'],
  [48 * 3_600_000, '2d'],
])('%i ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('a sparkline ends with the newest value; what is more than full is full', () => {
  expect(sparkline([1, 0, 0.5, 1, 9], 4, 1, unicode)).toBe(' ▄██');
  expect(sparkline([0.01], 3, 1, ascii)).toBe('  .');
});

test('a bar is as full as the limit is used, and blank without one', () => {
  expect(bar(32, 64, 8, unicode)).toBe('████····');
  expect(bar(99, 64, 4, ascii)).toBe('####');
  expect(bar(99, undefined, 4, ascii)).toBe('    ');
});

test('a text is exactly as wide as its column', () => {
  expect(fitted('abc', 5)).toBe('abc  ');
  expect(fitted('abc', 5, false)).toBe('  abc');
  expect(fitted('abcdef', 4)).toBe('abc…');
  expect(fitted('abc', 0)).toBe('');
});
