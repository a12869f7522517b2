import { expect, test } from 'vitest';
import type { StepOf } from '../../src/plan/plan.ts';
import { printPlan } from '../../src/plan/print.ts';

/** The line of a plan with one step. */
function lineOf(step: Partial<StepOf<'exec'>>): string {
  const text = printPlan({
    version: 1,
    name: 'vm1',
    uuid: '00000000-0000-4000-8000-000000000001',
    arch: 'x86_64',
    steps: [
      {
        id: 1,
        phase: 'exec',
        actor: 'init',
        op: 'exec',
        path: '/sbin/init',
        argv: ['/sbin/init'],
        environment: [],
        origin: { rule: 'init' },
        ...step,
      },
    ],
  });
  return text.split('\n').find((line) => line.startsWith('   1')) ?? '';
}

test.each(['vm1.xml', `/srv/${'long-'.repeat(40)}name.xml`])('%s: 100 columns', (file) => {
  const line = lineOf({ origin: { file, line: 1234, column: 5 } });
  expect(line).toHaveLength(100);
  expect(line).toMatch(/(vm1|name)\.xml:1234$/);
});

test('no text of the domain writes to the terminal, or shows itself as another one', () => {
  const line = lineOf({
    argv: ['/sbin/init', 'a\u009b31m', '\u202eb\n'],
    origin: { file: '/srv/a\u001bb.xml', line: 1, column: 1 },
  });
  expect(line).toMatch(/exec \/sbin\/init a\\x9b31m \\u202eb\\x0a +a\\x1bb\.xml:1$/);
});
