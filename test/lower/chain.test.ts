import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { readNotes } from '../../src/codegen/read-elf.ts';
import { lower } from '../../src/lower/lower.ts';
import { phases } from '../../src/plan/plan.ts';
import { plan } from '../../src/planner/planner.ts';
import { host, onHostRoot, withIdmap } from '../host-root.ts';

const domain = onHostRoot('vm1', 'echo hello; exit 3');
const mapped = withIdmap(domain);

test.each([
  ['plain', domain],
  ['idmap', mapped],
] as const)('%s: the phases of a plan come in their order', (_, given) => {
  const made = plan(given, host, new Map());
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
  const { steps } = plan(given, host, new Map());
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
      const made = plan(given, host, new Map());
      const desc = Buffer.from(JSON.stringify(made));
      const program = lower(made, arch, { kind: 'foreground', client: false });
      return generate(program, arch, [{ name: 'lxplain', type: 1, desc }]);
    };
    const elf = make();
    expect(Buffer.compare(elf, make())).toBe(0);
    expect(elf.length).toBeLessThanOrEqual(64 * 1024);
    const note = readNotes(elf).find(({ type }) => type === 1);
    expect(JSON.parse(Buffer.from(note?.desc ?? []).toString()).name).toBe('vm1');
  },
);
