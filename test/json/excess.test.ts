import { expect, test } from 'vitest';
import { excess } from '../../src/json/scan.ts';

test.each([
  ['[[[]]]', undefined],
  ['[[[[', { of: 'levels', at: 3 }],
  ['[{"a":[{', { of: 'levels', at: 7 }],
  ['[[],[],[[]]]', undefined],
  ['["[[[[", "\\"[[[[\\\\", {}]', undefined],
  ['"[[[[', undefined],
  ['[1,2,3,4,5,6,7]', undefined],
  ['[1,2,3,4,5,6,7,8]', { of: 'values', at: 14 }],
  ['["1,2,3,4,5,6,7,8,9"]', undefined],
  ['[[],[],[],[],[]]', { of: 'values', at: 10 }],
  ['', undefined],
])('%s', (text, expected) => {
  expect(excess(text, 3, 8)).toEqual(expected);
});
