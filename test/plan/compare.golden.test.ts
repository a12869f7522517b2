import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Change, type Comparison, comparePlans } from '../../src/plan/compare.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { printComparison } from '../../src/plan/print-comparison.ts';
import { long } from '../long.ts';

const golden = join(import.meta.dirname, '../../golden');

/** What somebody could have done: the one case was edited to the other, or its host is another. */
const pairs: readonly (readonly [string, string])[] = [
  ['host-root', 'private-root'],
  ['page-example-1', 'page-example-2'],
  ['private-root', 'bind'],
  ['private-root', 'capabilities-default'],
  ['private-root', 'dev-shm'],
  ['private-root', 'four-filesystems'],
  ['private-root', 'idmap'],
  ['private-root', 'init-environment'],
  ['private-root', 'lifecycle'],
  ['private-root', 'lxc-config'],
  ['private-root', 'private-root-readonly'],
  ['private-root', 'privnet'],
  ['private-root', 'ram'],
  ['private-root', 'relative-targets'],
  ['private-root', 'security-filesystems'],
  ['private-root', 'three-consoles'],
  ['private-root', 'tuning'],
  ['private-root', 'v2'],
  ['bind', 'file-on-file'],
  ['capabilities-default', 'capabilities-allow'],
  ['capabilities-default', 'capabilities-deny'],
  ['four-filesystems', 'covered-target'],
  ['idmap', 'idmap-four-filesystems'],
  ['idmap', 'idmap-host-network'],
  ['idmap', 'idmap-v2'],
  ['lifecycle', 'on-reboot-destroy'],
  ['memtune', 'v2-memtune'],
  ['partition', 'v2-partition'],
  ['privnet', 'no-ipv6'],
  ['ram', 'ram-readonly'],
  ['tuning', 'tuning-not-enforced'],
  ['tuning', 'v2-tuning'],
  ['v2', 'v2-partition'],
];

const plans: ReadonlyMap<string, Plan> = new Map(
  readdirSync(join(golden, 'cases'))
    .map((name) => [name, join(golden, 'cases', name, 'plan.json')] as const)
    .filter(([, file]) => existsSync(file))
    .map(([name, file]) => [name, JSON.parse(readFileSync(file, 'utf8'))]),
);
const names = [...plans.keys()];

/** Some, others for each; a long run takes all. */
const someOf = (name: string): readonly string[] =>
  long ? names : names.filter((_, index) => (index + names.indexOf(name)) % 7 === 0);

function planOf(name: string): Plan {
  const plan = plans.get(name);
  if (plan === undefined) throw new Error(`no plan of ${name}`);
  return plan;
}

test.each(pairs)('%s and %s', async (before, after) => {
  const text = printComparison(comparePlans(planOf(before), planOf(after)), [before, after]);
  await expect(text).toMatchFileSnapshot(join(golden, 'comparisons', `${before}--${after}.txt`));
});

describe('all plans with all', () => {
  test('a plan is the same as itself, also for another name', () => {
    for (const name of names) {
      const plan = planOf(name);
      expect(comparePlans(plan, plan)).toEqual({ head: [], changes: [] });
      const other = plan.name === 'other' ? 'another' : 'other';
      const text = JSON.stringify(plan)
        .replaceAll(`lxplain-${plan.name}`, `lxplain-${other}`)
        .replaceAll(`/lxplain/${plan.name}`, `/lxplain/${other}`);
      const renamed = { ...(JSON.parse(text) as Plan), name: other };
      expect(comparePlans(plan, renamed).changes, name).toEqual([]);
    }
  });

  test('the other way round it is the mirror', () => {
    for (const before of names) {
      for (const after of someOf(before)) {
        const forth = comparePlans(planOf(before), planOf(after));
        const back = comparePlans(planOf(after), planOf(before));
        expect(kinds(back), `${before}, ${after}`).toEqual(mirror(kinds(forth)));
      }
    }
  });

  test('what is told makes the one out of the other', () => {
    for (const before of names) {
      for (const after of someOf(before)) {
        const [a, b] = [planOf(before), planOf(after)];
        const { changes } = comparePlans(a, { ...b, name: a.name });
        const count = (kind: Change['kind']) => changes.filter((each) => each.kind === kind).length;
        expect(a.steps.length - count('removed') + count('added')).toBe(b.steps.length);
      }
    }
  });
});

test('an order that is another, and a list whose order is another', () => {
  const plan = planOf('ram');
  const at = plan.steps.findIndex(({ op }) => op === 'hostname.set');
  const moved = {
    ...plan,
    steps: [
      ...plan.steps.slice(0, 2),
      ...plan.steps.slice(at, at + 1),
      ...plan.steps.slice(2, at),
      ...plan.steps.slice(at + 1),
    ].map((step, index) => ({ ...step, id: index + 1 })),
  };
  expect(comparePlans(plan, moved).changes).toMatchObject([
    { kind: 'moved', key: 'hostname.set', behind: 'signals.block' },
  ]);
  const text = printComparison(comparePlans(plan, moved), ['a', 'b']);
  expect(text).toMatch(/^~ hostname\.set .*\n {4}it comes behind signals\.block$/m);
  const turned = {
    ...plan,
    steps: plan.steps.map((step) =>
      step.op === 'exec' ? { ...step, environment: step.environment.toReversed() } : step,
    ),
  };
  expect(printComparison(comparePlans(plan, turned), ['a', 'b'])).toContain('environment: ');
});

/** Names of files and values may hold anything. */
test('no escape character reaches the terminal', () => {
  const plan = planOf('ram');
  const hostile = {
    ...plan,
    steps: plan.steps.map((step) =>
      step.op === 'hostname.set' ? { ...step, name: '\x1b[31m' } : step,
    ),
  };
  const text = printComparison(comparePlans(plan, hostile), ['\x1b[2J', 'b']);
  expect(text).not.toContain('\x1b');
});

/** A group is named as in the first of both plans. */
const kinds = ({ changes }: Comparison): readonly string[] =>
  changes.map(({ kind, key }) => `${kind} ${key.replace(/lxplain-[^/]*/, 'lxplain-')}`).sort();

const mirror = (list: readonly string[]): readonly string[] =>
  list.map((text) => text.replace(/^(added|removed)/, (kind) => opposite[kind] ?? kind)).sort();

const opposite: Readonly<Record<string, string>> = { added: 'removed', removed: 'added' };
