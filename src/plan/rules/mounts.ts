import type { PlanStep, StepOf } from '../plan.ts';
import { mounting } from './order.ts';
import {
  ancestors,
  isBelow,
  isWithin,
  type Rule,
  stepsOf,
  type Violation,
  violation,
} from './violation.ts';

const byDriver = ({ origin }: PlanStep): boolean => 'rule' in origin;

/** Where mounts lie: for each target the places of its mounts in the plan, in order. */
function byTarget(steps: readonly PlanStep[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const { target, id } of stepsOf(steps, ...mounting)) {
    const known = places.get(target);
    if (known === undefined) places.set(target, [id]);
    else known.push(id);
  }
  return places;
}

/** A mount point is made for a mount, and what is mounted above it meanwhile would hide it. */
export const points: Rule = (steps) => {
  const mounts = byTarget(steps);
  return stepsOf(steps, 'mount.point', 'stage.point').flatMap(({ id, path }): Violation[] => {
    const mount = mounts.get(path)?.find((place) => place > id);
    if (mount === undefined) return [{ step: id, problem: `nothing is mounted on ${path} later` }];
    const hiding = ancestors(path).flatMap((above) => mounts.get(above) ?? []);
    return hiding
      .filter((place) => place > id && place < mount)
      .map((step) => ({ step, problem: `hides the mount point ${path}` }));
  });
};

/** No mount of the driver hides another one of the driver. In what order those of the domain lie is its affair. */
export const nesting: Rule = (steps) => {
  const above = new Set<string>();
  return stepsOf(steps, ...mounting)
    .filter(byDriver)
    .flatMap((mount) => {
      const hides = above.has(mount.target);
      for (const path of ancestors(mount.target)) above.add(path);
      return hides ? [violation(mount, `${mount.target} hides what is mounted below it`)] : [];
    });
};

/** The host's own mounts leave the tree before anything is made or mounted at their places. */
export const detached: Rule = (steps) => {
  const root = stepsOf(steps, 'stage.root')[0]?.at ?? '';
  const used = new Set<string>();
  const making = ['mount.point', 'stage.point', 'mount.detach', 'stage.detach'] as const;
  return stepsOf(steps, ...mounting, ...making).flatMap((step): Violation[] => {
    if (step.op === 'mount.detach' || step.op === 'stage.detach') {
      const staged = step.op === 'stage.detach';
      if (staged && !isBelow(step.target, root))
        return [violation(step, `${step.target} is not in the container's tree`)];
      const target = staged ? step.target.slice(root.length) : step.target;
      return used.has(target) ? [violation(step, `takes away what was made on ${target}`)] : [];
    }
    const path = 'path' in step ? step.path : step.target;
    for (const each of [path, ...ancestors(path)]) used.add(each);
    return [];
  });
};

/** A read-only root: its mount points are there before, and what is mounted on it keeps its own flags. */
export const readOnlyRoot: Rule = (steps) => {
  const readOnly = steps.find(
    (step) => step.op === 'stage.readonly' || (step.op === 'mount.readonly' && step.target === '/'),
  );
  if (readOnly === undefined) return [];
  const mounts = byTarget(steps);
  const isOnMount = ({ path, id }: StepOf<'mount.point' | 'stage.point'>): boolean =>
    ancestors(path).some((above) => (mounts.get(above)?.[0] ?? id) < id);
  return [
    ...stepsOf(steps, 'mount.point', 'stage.point')
      .filter((point) => point.id > readOnly.id && !isOnMount(point))
      .map((step) => violation(step, 'comes after the root has become read-only')),
    ...stepsOf(steps, ...mounting)
      .filter(({ id }) => id < readOnly.id)
      .map((step) => violation(step, 'would become read-only with the root')),
  ];
};

/** A view of a kernel file system is taken when that is mounted, and before it becomes read-only. */
export const views: Rule = (steps) => {
  const mounts = stepsOf(steps, ...mounting);
  return stepsOf(steps, 'mount.clone', 'mount.bind')
    .filter((step) => step.op === 'mount.clone' || byDriver(step))
    .flatMap((step): Violation[] => {
      // The last one that contains the source is what is seen there.
      const seen = mounts.findLast(
        ({ id, target }) => id < step.id && isWithin(step.source, target),
      );
      if (seen === undefined) return [violation(step, `nothing is mounted at ${step.source}`)];
      return 'readOnly' in seen && seen.readOnly
        ? [violation(step, `${step.source} is read-only by now`)]
        : [];
    });
};
