import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan, PlanStep } from '../../src/plan/plan.ts';
import { verifyPlan } from '../../src/plan/verify.ts';

const folder = join(import.meta.dirname, '../../golden/cases');
const read = (name: string): Plan =>
  JSON.parse(readFileSync(join(folder, name, 'plan.json'), 'utf8')) as Plan;
const sound = readdirSync(folder).filter((name) => !name.startsWith('error-'));

test.each(sound)('%s is sound', (name) => {
  expect(verifyPlan(read(name))).toEqual([]);
});

const change = (name: string, edit: (steps: PlanStep[]) => readonly PlanStep[]): string[] => {
  const plan = read(name);
  return verifyPlan({ ...plan, steps: edit([...plan.steps]) }).map(({ problem }) => problem);
};

const without =
  (op: PlanStep['op']) =>
  (steps: PlanStep[]): PlanStep[] =>
    steps.filter((step) => step.op !== op).map((step, index) => ({ ...step, id: index + 1 }));

test.each([
  ['devices.policy', 'no device policy'],
  ['capabilities.bound', 'capabilities.bound does not come before it'],
  ['descriptors.close', 'descriptors.close does not come before it'],
  ['root.detach-old', 'root.detach-old does not come before it'],
  ['exec', 'no exec'],
] as const)('without %s a plan is unsound', (op, problem) => {
  expect(change('private-root', without(op))).toContain(problem);
});

test('a lasting effect without an undo is told', () => {
  const problems = change('private-root', (steps) =>
    steps.map((step) => {
      const { undo: _, ...rest } = step;
      return step.op === 'cgroup.create' ? (rest as PlanStep) : step;
    }),
  );
  expect(problems).toContain('has no undo');
});

test('maps after the release of init are told', () => {
  const problems = change('idmap', (steps) => {
    const map = steps.findIndex(({ op }) => op === 'idmap.write');
    const release = steps.findIndex(({ op }) => op === 'init.release');
    const moved = steps.map((step, index) =>
      index === map ? steps[release] : index === release ? steps[map] : step,
    ) as PlanStep[];
    return moved.map((step, index) => ({ ...step, id: index + 1 }));
  });
  expect(problems).toContain('the map comes after init was released');
});
