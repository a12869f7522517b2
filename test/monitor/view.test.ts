import { describe, expect, test } from 'vitest';
import { ascii, unicode } from '../../src/monitor/cells.ts';
import {
  firstView,
  type Key,
  linesOf,
  press,
  type Screen,
  type Seen,
  shownOf,
  type View,
} from '../../src/monitor/view.ts';
import { idle, samples } from './domains.ts';

const seen: Seen = {
  samples,
  host: { processors: 4, memoryBytes: 8 * 2 ** 30 },
  shutOff: 5,
  nowMs: 3_600_000,
  details: Array.from({ length: 30 }, (_, line) => `line ${line}`),
};
const screen: Screen = { width: 80, height: 12, isColoured: false, marks: unicode };
const first = firstView('cpu', 1000);
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is inverse
const plain = (line: string): string => line.replace(/\u001b\[\d*m/g, '');

const named: Readonly<Record<string, Key>> = {
  Down: { name: 'down', sequence: '\u001b[B' },
  Up: { name: 'up', sequence: '\u001b[A' },
  Enter: { name: 'return', sequence: '\r' },
  Tab: { name: 'tab', sequence: '\t' },
  Escape: { name: 'escape', sequence: '\u001b' },
  Backspace: { name: 'backspace', sequence: '\u007f' },
  'Ctrl-C': { name: 'c', ctrl: true, sequence: '\u0003' },
};

/** What the keys make of a view, and what the last one asks for. */
function typed(keys: string, from: View = first) {
  let result: ReturnType<typeof press> = { view: from };
  for (const key of keys.split(' ')) {
    const names = shownOf(result.view, samples).map(({ name }) => name);
    result = press(result.view, named[key] ?? { sequence: key, name: key.toLowerCase() }, names);
  }
  return result;
}

test('the list at 80 columns', () => {
  const lines = linesOf(typed('Down').view, seen, screen);
  expect(lines).toHaveLength(12);
  const text = lines.map((line) => plain(line).replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS'));
  expect(text.join('\n')).toBe(
    [
      'lxplain top  HH:MM:SS  3 running, 1 paused, 5 shut off',
      'CPU 175 % of 400 %, memory 3.1G of 8.0G  by cpu, every 1 s',
      'NAME          S  CPU% HISTORY      MEM          LIMIT  IO/s NET/s PROCS RST   UP',
      'database      R   125         ██  3.0G              -  2.0K     -     1   2  60m',
      'web           R  50.0         ▄▄   60M ████████   64M     -  6.0M    12   0  60m',
      'a name that … P   0.0              16M ██······   64M     -     -     1   0  60m',
      'fresh         R   0.0              16M ██······   64M     -     -     1   0  60m',
      '',
      '',
      '',
      '',
      'q quit  h help  arrows choose  Enter look  S stop  R restart  a attach  / only',
    ].join('\n'),
  );
  expect(lines[3]?.startsWith('\u001b[7m') && lines[3].endsWith('\u001b[27m')).toBe(true);
});

test.each([1, 20, 40, 60, 79, 80, 100, 132, 300])(
  'no line is wider than %i columns, on any page',
  (width) => {
    for (const keys of ['Down', 'Down Enter', 'h', '/ w e b', 'Down S', 's x Enter']) {
      for (const isColoured of [true, false]) {
        const lines = linesOf(typed(keys).view, seen, { ...screen, width, isColoured });
        expect(lines).toHaveLength(12);
        for (const line of lines) expect([...plain(line)].length).toBeLessThanOrEqual(width);
      }
    }
  },
);

test('a bar has a colour by how much of the limit is used, where there are colours', () => {
  const row = linesOf(first, seen, { ...screen, isColoured: true })[4] ?? '';
  expect(row).toContain('\u001b[31m████████\u001b[39m');
});

test('a name cannot write to the terminal, and marks are ASCII where it has no others', () => {
  const hostile = { atMs: 0, domains: [idle('\u001b[2Jx')] };
  const lines = linesOf(
    { ...first, filter: '\u001b[2J' },
    { ...seen, samples: [hostile] },
    { ...screen, marks: ascii },
  );
  expect(lines.map(plain).join('\n')).not.toContain('\u001b');
  expect(lines.join('\n')).toContain('\\x1b[2Jx');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII
  expect(lines.join('').replace('…', '')).not.toMatch(/[^\u0000-\u007f]/);
});

test('the chosen one stays in sight, and pages are scrolled to their end at most', () => {
  const low = { ...screen, height: 6 };
  const last = linesOf(typed('Down Down Down Down').view, seen, low);
  expect(plain(last[4] ?? '')).toMatch(/^fresh /);
  const page = linesOf({ ...typed('Down Enter').view, scrolled: 1000 }, seen, low);
  expect(
    page
      .slice(2, 5)
      .map(plain)
      .map((line) => line.trimEnd()),
  ).toEqual(['database: processes', 'line 28', 'line 29']);
});

test('who uses nothing and who is not there', () => {
  const empty = { ...seen, samples: [] };
  expect(linesOf(first, empty, screen)[3]).toBe('no container runs');
  expect(linesOf({ ...first, filter: 'zz' }, seen, screen)[3]).toBe('no container has such a name');
});

describe('keys', () => {
  test.each<[string, Partial<View>]>([
    ['j', { chosen: 'database' }],
    ['Down Down Up', { chosen: 'database' }],
    ['Up', { chosen: 'database' }],
    ['M', { sort: 'mem' }],
    ['o', { sort: 'mem' }],
    ['/ w e x Backspace b Enter', { filter: 'web', prompt: undefined }],
    ['/ w Enter Escape', { filter: '' }],
    ['/ w Escape', { filter: '', prompt: undefined }],
    ['s 2 . 5 Enter', { delayMs: 2500, prompt: undefined }],
    ['d 0 Enter', { delayMs: 1000, message: "'0' is no number of seconds from 0.1 to 3600" }],
    ['S', { prompt: undefined, message: 'choose a container first: the arrow keys' }],
    ['Down S', { prompt: { kind: 'sure', action: 'stop' } }],
    ['Down S n', { prompt: undefined }],
    ['Down Enter', { page: 'processes' }],
    ['Down Enter Tab', { page: 'plan' }],
    ['Down Enter Tab Tab', { page: 'log' }],
    ['Down Enter Tab Tab Tab', { page: 'processes' }],
    ['Down Enter j j k', { scrolled: 1, chosen: 'database' }],
    ['Down Enter q', { page: 'list' }],
    ['h', { page: 'help' }],
    ['x', { message: '' }],
  ])('%s', (keys, expected) => {
    const { view, order } = typed(keys);
    expect(view).toMatchObject(expected);
    expect(order).toBeUndefined();
  });

  test.each([
    ['q', { kind: 'quit' }],
    ['Ctrl-C', { kind: 'quit' }],
    ['Down S y', { kind: 'stop', name: 'database' }],
    ['Down R y', { kind: 'restart', name: 'database' }],
    ['Down Down a', { kind: 'attach', name: 'web' }],
  ])('%s is an order', (keys, expected) => {
    expect(typed(keys).order).toEqual(expected);
  });
});
