import type { PlanStep } from '../plan.ts';
import { mounting } from './order.ts';
import { isBelow, isWithin, type Rule, stepsOf, type Violation, violation } from './violation.ts';

const byDriver = ({ origin }: PlanStep): boolean => 'rule' in origin;

/** A mount point is made for a mount, and what is mounted above it meanwhile would hide it. */
export const points: Rule = (steps) => {
  const mounts = stepsOf(steps, ...mounting);
  return stepsOf(steps, 'mount.point', 'stage.point').flatMap((point): Violation[] => {
    const mount = mounts.find(({ target, id }) => target === point.path && id > point.id);
    if (mount === undefined) return [violation(point, `nothing is mounted on ${point.path} later`)];
    const hiding = mounts.find(
      ({ target, id }) => id > point.id && id < mount.id && isBelow(point.path, target),
    );
    return hiding === undefined ? [] : [violation(hiding, `hides the mount point ${point.path}`)];
  });
};

/** No mount of the driver hides another one of the driver. In what order those of the domain lie is its affair. */
export const nesting: Rule = (steps) => {
  const mounts = stepsOf(steps, ...mounting).filter(byDriver);
  return mounts.flatMap((mount, index) =>
    mounts.slice(0, index).some(({ target }) => isBelow(target, mount.target))
      ? [violation(mount, `${mount.target} hides what is mounted below it`)]
      : [],
  );
};

/** The host's own mounts leave the tree before anything is made or mounted at their places. */
export const detached: Rule = (steps) => {
  const at = stepsOf(steps, 'stage.root')[0]?.at ?? '';
  return stepsOf(steps, 'mount.detach', 'stage.detach').flatMap((step): Violation[] => {
    const target = step.op === 'mount.detach' ? step.target : step.target.slice(at.length);
    const outside = step.op === 'stage.detach' && !isBelow(step.target, at);
    if (outside) return [violation(step, `${step.target} is not in the container's tree`)];
    const early = steps.some(
      (other) =>
        other.id < step.id &&
        ((other.op === 'mount.point' || other.op === 'stage.point'
          ? isWithin(other.path, target)
          : false) ||
          ((mounting as readonly string[]).includes(other.op) &&
            'target' in other &&
            isWithin(other.target, target))),
    );
    return early ? [violation(step, `takes away what was made on ${target}`)] : [];
  });
};

/** A read-only root: its mount points are there before, and what is mounted on it keeps its own flags. */
export const readOnlyRoot: Rule = (steps) => {
  const readOnly = steps.find(
    (step) => step.op === 'stage.readonly' || (step.op === 'mount.readonly' && step.target === '/'),
  );
  if (readOnly === undefined) return [];
  const mounts = stepsOf(steps, ...mounting);
  const late = stepsOf(steps, 'mount.point', 'stage.point').filter(
    ({ id, path }) =>
      id > readOnly.id && !mounts.some((mount) => mount.id < id && isBelow(path, mount.target)),
  );
  return [
    ...late.map((step) => violation(step, 'comes after the root has become read-only')),
    ...mounts
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
