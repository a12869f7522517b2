import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printPlanSyscalls } from '../../src/assemble.ts';
import { passDescriptors, passedBy } from '../../src/plan/pass-descriptors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { printPlan } from '../../src/plan/print.ts';
import { readPlan } from '../../src/plan/read.ts';
import { verifyPlan } from '../../src/plan/verify.ts';
import { writePlan } from '../../src/plan/write.ts';

const golden = join(import.meta.dirname, '../../golden/cases');
const planOf = (name: string): Plan =>
  JSON.parse(readFileSync(join(golden, name, 'plan.json'), 'utf8'));

test.each(['private-root', 'idmap', 'init-environment'])(
  '%s: a sound plan that says so',
  (name) => {
    const plan = passDescriptors(planOf(name), 2, 'web:log');
    expect(verifyPlan(plan)).toEqual([]);
    expect(readPlan('plan.json', writePlan(plan)).plan).toEqual(plan);
    expect(passedBy(plan)).toBe(2);
    expect(printPlan(plan)).toContain('descriptors.close 5 and above, 2 passed to init');
    const exec = plan.steps.find((step) => step.op === 'exec');
    expect(exec).toMatchObject({
      environment: expect.arrayContaining([
        'LISTEN_FDS=2',
        'LISTEN_PID=1',
        'LISTEN_FDNAMES=web:log',
      ]),
    });
    for (const arch of ['x86_64', 'aarch64'] as const) {
      const calls = printPlanSyscalls(plan, arch);
      expect(calls).toContain('fcntl(3, F_GETFD)\nfcntl(4, F_GETFD)\n');
      expect(calls).toContain('close_range(5, 4294967295, 0)');
    }
  },
);

test('none is none, and one that stays open without being passed is a violation', () => {
  const plan = planOf('private-root');
  expect(passDescriptors(plan, 0, 'web')).toBe(plan);
  expect(passedBy(plan)).toBe(0);
  const changed = (from: number, passed?: number): Plan => ({
    ...plan,
    steps: plan.steps.map((step) => {
      if (step.op !== 'descriptors.close') return step;
      return { ...step, from, ...(passed === undefined ? {} : { passed }) };
    }),
  });
  expect(verifyPlan(changed(4))).toHaveLength(1);
  expect(verifyPlan(changed(3, 1))).toHaveLength(1);
  expect(verifyPlan(changed(5, 1))).toHaveLength(1);
  expect(verifyPlan(changed(4, 1))).toEqual([]);
});
