import { expect, test } from 'vitest';
import type { Plan, StepOf } from '../../src/plan/plan.ts';
import { type PrintOptions, printPlan } from '../../src/plan/print.ts';

/** The line of a plan with one step. */
function lineOf(step: Partial<StepOf<'exec'>>, options: PrintOptions = {}): string {
  const plan: Plan = {
    version: 2,
    name: 'vm1',
    uuid: '00000000-0000-4000-8000-000000000001',
    arch: 'x86_64',
    steps: [
      {
        id: 1,
        key: 'exec',
        phase: 'exec',
        actor: 'init',
        per: 'life',
        op: 'exec',
        path: '/sbin/init',
        argv: ['/sbin/init'],
        environment: [],
        origin: { rule: 'init' },
        ...step,
      },
    ],
  };
  return (
    printPlan(plan, options)
      .split('\n')
      .find((line) => line.startsWith('   1')) ?? ''
  );
}

test.each(['vm1.xml', `/srv/${'long-'.repeat(40)}name.xml`])('%s: 100 columns', (file) => {
  const line = lineOf({ origin: { file, line: 1234, column: 5 } }, { width: 100 });
  expect(line).toHaveLength(100);
  expect(line).toMatch(/(vm1|name)\.xml:1234$/);
});

test('without a width nothing is cut, and the place of a long line is right behind it', () => {
  const argument = 'x'.repeat(300);
  const line = lineOf({ argv: ['/sbin/init', argument] });
  expect(line).toBe(`   1  exec /sbin/init ${argument} [init]`);
  expect(lineOf({})).toHaveLength(100);
});

test('what is cut is whole characters, in any width', () => {
  const step = { argv: ['/sbin/init', '🗃'.repeat(100)] };
  for (const width of [40, 41, 42, 43]) {
    const line = lineOf(step, { width });
    expect([...line]).toHaveLength(width);
    expect(line).toMatch(/^ {3}1 {2}exec \/sbin\/init 🗃+… \[init\]$/u);
  }
});

test('no text of the domain writes to the terminal, or shows itself as another one', () => {
  const line = lineOf({
    argv: ['/sbin/init', 'a\u009b31m', '\u202eb\n'],
    origin: { file: '/srv/a\u001bb.xml', line: 1, column: 1 },
  });
  expect(line).toMatch(/exec \/sbin\/init a\\x9b31m \\u202eb\\x0a +a\\x1bb\.xml:1$/);
});
