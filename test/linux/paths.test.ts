import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBelow, isWithin, Paths } from '../../src/linux/paths.ts';

test.each([
  ['/', '/', true],
  ['/a', '/', true],
  ['/a/b', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/a/b', false],
])('%s lies in %s: %s', (path, above, within) => {
  expect(isWithin(path, above)).toBe(within);
  expect(isBelow(path, above)).toBe(within && path !== above);
});

test('what lies above a path is found as by looking at each', () => {
  const name = fc.constantFrom('a', 'b', 'a!', 'a0', 'é', '-');
  const path = fc.array(name, { maxLength: 5 }).map((names) => `/${names.join('/')}`);
  fc.assert(
    fc.property(fc.array(path), path, (paths, wanted) => {
      const each = [...new Set(paths)].filter((one) => isWithin(wanted, one));
      const nearest = each.toSorted((a, b) => b.length - a.length);
      expect([...new Paths(paths).within(wanted)]).toEqual(nearest);
      expect([...new Paths(paths).above(wanted)]).toEqual(nearest.filter((one) => one !== wanted));
    }),
    { numRuns: 2000 },
  );
});
