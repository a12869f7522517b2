import { expect, test } from 'vitest';
import { compilePlan } from '../../src/assemble.ts';
import { readProgram } from '../../src/notes.ts';
import { phases } from '../../src/plan/plan.ts';
import { host, onHostRoot, withIdmap } from '../host-root.ts';
import { planOf } from '../plan-of.ts';

const domain = onHostRoot('vm1', 'echo hello; exit 3');
const mapped = withIdmap(domain);

test.each([
  ['plain', domain],
  ['idmap', mapped],
] as const)('%s: the phases of a plan come in their order', (_, given) => {
  const made = planOf(given, host);
  const order = made.steps
    .filter(({ actor }) => actor === 'supervisor')
    .map(({ phase }) => phases.indexOf(phase));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(made.steps.map(({ id }) => id)).toEqual(made.steps.map((_, index) => index + 1));
});

test.each([
  ['plain', domain],
  ['idmap', mapped],
] as const)('%s: every lasting effect of prepare has its undo in release', (_, given) => {
  const { steps } = planOf(given, host);
  for (const step of steps.filter(({ op }) => op === 'cgroup.create' || op === 'state.lock')) {
    expect(steps[(step.undo ?? 0) - 1]?.phase).toBe('release');
  }
});

test.each([
  ['plain', 'x86_64', domain],
  ['plain', 'aarch64', domain],
  ['idmap', 'x86_64', mapped],
  ['idmap', 'aarch64', mapped],
] as const)(
  '%s for %s: the same plan gives the same bytes, with the plan in a note',
  (_, arch, given) => {
    const make = () => {
      const made = planOf(given, host);
      return compilePlan(made, { arch, mode: { kind: 'foreground', client: false } });
    };
    const elf = make();
    expect(Buffer.compare(elf, make())).toBe(0);
    expect(elf.length).toBeLessThanOrEqual(64 * 1024);
    expect(JSON.parse(readProgram(elf)?.planJson ?? '').name).toBe('vm1');
  },
);
