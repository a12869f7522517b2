import { directoryOf, Paths } from '../../linux/paths.ts';
import { isFileName, numbersOf, type Whole } from '../ops/checks.ts';
import { opens, recordOf } from '../ops.ts';
import type { PlanStep } from '../plan.ts';
import { stepsOf } from '../steps-of.ts';
import { type Rule, violation } from './violation.ts';

/**
 * What the members of each operation may hold. Anybody can write a plan: one that comes from a file leads nowhere
 * that the planner would not lead, and every text in it is one that the kernel takes as what it is meant for.
 */
export const values: Rule = (steps, name) => {
  const whole = wholeOf(steps, name);
  const wrongName = isFileName(name) ? [] : [`the name ${name} is no name of a file`];
  return [
    ...wrongName.map((problem) => ({ step: 0, problem })),
    ...steps.flatMap((step) =>
      (recordOf(step).check?.(step, whole) ?? []).map((each) => violation(step, each)),
    ),
  ];
};

function wholeOf(steps: readonly PlanStep[], name: string): Whole {
  const rootIn = (map: 'uid' | 'gid'): number => {
    const lines = stepsOf(steps, 'idmap.write').find((step) => step.map === map)?.lines ?? [];
    const entry = lines.map(numbersOf).find(([start]) => start === 0);
    return entry?.[1] ?? 0;
  };
  const groups = stepsOf(steps, 'cgroup.create').map(({ path }) => path);
  const passing = new Paths(stepsOf(steps, 'cgroup.enable').map(({ file }) => directoryOf(file)));
  const mounts = stepsOf(steps, 'mount.attach');
  return {
    name,
    directory: stepsOf(steps, 'state.lock')[0]?.directory,
    groups: new Set(groups),
    aboveGroups: new Set(groups.flatMap((path) => [...passing.above(path)])),
    // Of two on one target the first one stays.
    mounted: new Map(mounts.toReversed().map(({ target, id }) => [target, id])),
    root: { uid: rootIn('uid'), gid: rootIn('gid') },
    opened: new Map(steps.flatMap((step) => opens(step).map((handle) => [handle, step]))),
    namespaces: new Set(
      steps.flatMap((step) => (step.op === 'namespaces.create' ? step.namespaces : [])),
    ),
  };
}
