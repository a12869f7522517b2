import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePlan } from '../../src/assemble.ts';
import { render } from '../../src/diagnostics/render.ts';
import { readPlan } from '../../src/plan/read.ts';

const cases = join(import.meta.dirname, '../../golden/cases');
const texts = readdirSync(cases)
  .filter((name) => !name.startsWith('error-'))
  .map((name) => readFileSync(join(cases, name, 'plan.json'), 'utf8'));
const good = readFileSync(join(cases, 'private-root', 'plan.json'), 'utf8');

/** The first lines of what is told of a text, without the excerpts. */
const told = (text: string): string[] =>
  readPlan('p.json', text).diagnostics.map(
    (each) => render(each, new Map([['p.json', text]])).split('\n')[0] ?? '',
  );

/** The line of a text; the first step stands in line 7. */
const lineOf = (text: string): number => good.slice(0, good.indexOf(text)).split('\n').length;
const [tree, rights] = [lineOf('"handle":"root"'), lineOf('"drop":["sys_module"')];
const last = lineOf('"op":"state.remove"') - 6;

test.each([
  [
    '"version": 2',
    '"version": 1',
    'p.json:2:14: error: this is not a plan: /version is not 2 [json/shape]',
  ],
  ['"uuid": "', '"uuid": "x', 'p.json:4:11: error: this is not a plan: /uuid does not match'],
  [
    '"op":"signals.block"',
    '"op":"signals.blok"',
    "p.json:8:5: error: this is not a plan: /steps/1 has the op 'signals.blok', which is not known [json/shape]",
  ],
  [
    '"recursive":true',
    '"recursive":"yes"',
    `p.json:${tree}:176: error: this is not a plan: /steps/${tree - 7}/recursive must be boolean [json/shape]`,
  ],
  [
    '"recursive":true',
    '"recursive":true,"extra":1',
    `p.json:${tree}:5: error: this is not a plan: /steps/${tree - 7} has the unknown member 'extra' [json/shape]`,
  ],
  [
    '"recursive":true,',
    '',
    `p.json:${tree}:5: error: this is not a plan: /steps/${tree - 7} lacks the member 'recursive' [json/shape]`,
  ],
  [
    '"recursive":true',
    '"recursive":true;',
    `p.json:${tree}:180: error: ';' is no JSON here: expected ',' or '}' [json/invalid]`,
  ],
  [
    '"handle":"root"',
    '"handle":"/"',
    `p.json:${tree}:131: error: this is not a plan: /steps/${tree - 7}/handle does not match`,
  ],
  [
    '"drop":["sys_module"',
    '"drop":["sys_modul"',
    `p.json:${rights}:121: error: this is not a plan: /steps/${rights - 7}/drop/0 is none of 'chown'`,
  ],
  [
    `"undo":${last}`,
    `"undo":${last - 1}`,
    `p.json:9:5: error: step 3: step ${last - 1} does not undo state.lock [plan/unsound]`,
  ],
  ['"id":9,', '"id":10,', 'p.json:15:5: error: step 9: has the id 10 [plan/unsound]'],
])('%s → %s', (from, to, expected) => {
  expect(told(good.replace(from, to))[0]).toContain(expected);
});

test('no more than 20 broken rules are told one by one', () => {
  const lines = told(good.replaceAll(/"handle":"[a-z_]+"/g, '"handle":"fs0"'));
  expect(lines.length).toBe(21);
  expect(lines.at(-1)).toMatch(
    /^error: the plan breaks its rules at \d+ more places \[plan\/unsound\]$/,
  );
});

test.each(['', 'null', '[]', '{}', '{"steps":[]}', '['.repeat(100_000), '{"__proto__":1}'])(
  'what is no plan has one diagnostic: %.20s',
  (text) => {
    expect(told(text)).toHaveLength(1);
  },
);

/** Values to put in the place of any other of the same type. */
const strange = {
  string: [
    '',
    '/',
    '/..',
    'dev',
    'root',
    'failed_step',
    'start',
    'é'.repeat(300),
    '0',
    '*',
    '\0',
    'rwm',
    'EEXIST',
    '0x0',
  ],
  number: [0, 1, 3, 74, -1, 1.5, 2 ** 31, 2 ** 53, 4294967294],
  boolean: [true, false],
} as const;

/** The same plan with one member that has another value of its type. */
function mutate(value: unknown, path: readonly number[], pick: number): unknown {
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return value;
    const [first = 0, ...rest] = path;
    const at = first % entries.length;
    const changed = entries.map(
      ([key, item], index) => [key, index === at ? mutate(item, rest, pick) : item] as const,
    );
    return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
  }
  const values = strange[typeof value as keyof typeof strange] ?? [null];
  return values[pick % values.length];
}

test('a changed plan is refused with a diagnostic, or compiled: never an exception', () => {
  const natural = fc.nat(1000);
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      natural,
      fc.array(natural, { minLength: 4, maxLength: 4 }),
      natural,
      (text, step, path, pick) => {
        const plan = JSON.parse(text);
        const at = step % plan.steps.length;
        plan.steps[at] = mutate(plan.steps[at], path, pick);
        const read = readPlan('p.json', JSON.stringify(plan));
        expect(read.plan === undefined).toBe(read.diagnostics.length > 0);
        if (read.plan === undefined) return;
        for (const arch of ['x86_64', 'aarch64'] as const)
          compilePlan(read.plan, { arch, mode: { kind: 'foreground', client: false } });
      },
    ),
    { numRuns: 400 },
  );
});
