import { expect, test } from 'vitest';
import { Assembly, words } from '../../src/lower/assembly.ts';

const make = (): Assembly => new Assembly('x86_64');

test('the same data may be added again', () => {
  const out = make();
  for (const _ of [1, 2]) out.constant('one', words([4, 1]), '[1]');
  for (const _ of [1, 2]) out.variable('end', 8, words([8, -1]));
  out.slot('end');
  expect(out.data.map(({ name }) => name)).toEqual(['one', 'end']);
});

test.each<[string, (out: Assembly) => void, (out: Assembly) => void]>([
  [
    'other bytes',
    (out) => out.constant('one', words([4, 1]), '[1]'),
    (out) => out.constant('one', words([4, 2]), '[2]'),
  ],
  ['another size', (out) => out.variable('one', 8), (out) => out.variable('one', 16)],
  [
    'other first bytes',
    (out) => out.variable('one', 8, words([8, 1])),
    (out) => out.variable('one', 8, words([8, 2])),
  ],
  [
    'another kind',
    (out) => out.variable('one', 8),
    (out) => out.constant('one', words([8, 1]), ''),
  ],
  [
    'a slot of other data',
    (out) => out.constant('one', words([8, 1]), ''),
    (out) => out.slot('one'),
  ],
  ['a slot of a longer variable', (out) => out.variable('one', 16), (out) => out.slot('one')],
])('%s under a name that is taken is an error', (_, first, second) => {
  const out = make();
  first(out);
  expect(() => second(out)).toThrow(/^broken invariant: one is /);
});
