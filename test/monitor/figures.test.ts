import { expect, test } from 'vitest';
import { type SortKey, sorted, usageBetween } from '../../src/monitor/figures.ts';
import { historyOf } from '../../src/monitor/view.ts';
import { idle, samples } from './domains.ts';

const [, before, now] = samples;
if (now === undefined) throw new Error('no sample');

test('a use is what has changed in a second, and nothing of what was not there', () => {
  const usage = usageBetween(before, now);
  expect(usage.map(({ name, cpu }) => [name, cpu])).toEqual([
    ['web', 0.5],
    ['database', 1.25],
    ['a name that is long', 0],
    ['fresh', 0],
  ]);
  expect(usage[0]?.networkPerSecond).toEqual({ inBytes: 5 * 2 ** 20, outBytes: 2 ** 20 });
  expect(usage[1]?.diskPerSecond).toEqual({ inBytes: 0, outBytes: 2048 });
  expect(usage[2]?.diskPerSecond).toBeUndefined();
});

test('another init under the same name counts anew, and nothing is ever less than nothing', () => {
  const then = { atMs: 0, domains: [idle('a', { id: 1, cpuNs: 5e9 }), idle('b', { cpuNs: 5e9 })] };
  const later = {
    atMs: 1000,
    domains: [idle('a', { id: 2, cpuNs: 7e9 }), idle('b', { cpuNs: 4e9 })],
  };
  expect(usageBetween(then, later).map(({ cpu }) => cpu)).toEqual([0, 0]);
  expect(usageBetween(later, later)[0]?.cpu).toBe(0);
});

test.each<[SortKey, string]>([
  ['cpu', 'database web a name that is long fresh'],
  ['mem', 'database web a name that is long fresh'],
  ['time', 'fresh database web a name that is long'],
  ['name', 'a name that is long database fresh web'],
  ['id', 'database web a name that is long fresh'],
  ['net', 'web a name that is long database fresh'],
  ['block', 'database a name that is long fresh web'],
])('by %s', (key, names) => {
  const all = sorted(usageBetween(before, now), key);
  expect(all.map(({ name }) => name).join(' ')).toBe(names);
});

test('the history of each is as long as it has been there', () => {
  expect([...historyOf(samples)]).toEqual([
    ['web', [0.5, 0.5]],
    ['database', [1.25, 1.25]],
    ['a name that is long', [0, 0]],
    ['fresh', [0]],
  ]);
});
