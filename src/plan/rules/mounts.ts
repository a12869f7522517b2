import { countUpTo } from '../../diagnostics/lines.ts';
import { mark, Paths } from '../../linux/paths.ts';
import { maskedPaths } from '../ops/mask.ts';
import type { PlanStep, StepOf } from '../plan.ts';
import { stepsOf } from '../steps-of.ts';
import { mounting } from './order.ts';
import { type Rule, type Violation, violation } from './violation.ts';

const byDriver = ({ origin }: PlanStep): boolean => 'rule' in origin;

const known = new WeakMap<readonly PlanStep[], Paths>();

/** All targets of mounts, sorted once for the rules that ask. */
function targetsOf(steps: readonly PlanStep[]): Paths {
  const targets =
    known.get(steps) ?? new Paths(stepsOf(steps, ...mounting).map(({ target }) => target));
  known.set(steps, targets);
  return targets;
}

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

/**
 * A mount point is made for a mount, and what is mounted above it meanwhile would hide it. What the domain mounts has a
 * point of its own, made in whatever is there by then.
 */
export const points: Rule = (steps) => {
  const targets = targetsOf(steps);
  const waiting = new Map<string, number[]>();
  /** For each target the last mount above it so far. */
  const above = new Latest(targets.size);
  const found: Violation[] = [];
  for (const step of stepsOf(steps, ...mounting, 'mount.point')) {
    if (step.op === 'mount.point') {
      const others = waiting.get(step.path) ?? [];
      others.push(step.id);
      waiting.set(step.path, others);
      continue;
    }
    const { start, end } = targets.range(step.target);
    const hiding = above.at(start);
    const points = waiting.get(step.target) ?? [];
    if (points.length === 0 && !byDriver(step))
      found.push(violation(step, `nothing made the mount point ${step.target}`));
    for (const point of points) {
      if (hiding > point)
        found.push({ step: hiding, problem: `hides the mount point ${step.target}` });
    }
    waiting.delete(step.target);
    above.set(start + 1, end, step.id);
  }
  for (const [path, ids] of waiting)
    for (const step of ids) found.push({ step, problem: `nothing is mounted on ${path} later` });
  return found;
};

/** The latest of the numbers that were given to each index; they only rise. A range takes a few steps, however long. */
class Latest {
  readonly #size: number;
  /** A tree: the children of node n are 2n and 2n + 1, and the indices are its leaves. */
  readonly #given: Uint32Array;

  constructor(size: number) {
    this.#size = size;
    this.#given = new Uint32Array(2 * size);
  }

  set(start: number, end: number, number: number): void {
    let [low, high] = [start + this.#size, end + this.#size];
    for (; low < high; low >>= 1, high >>= 1) {
      if (low % 2 === 1) this.#given[low++] = number;
      if (high % 2 === 1) this.#given[--high] = number;
    }
  }

  at(index: number): number {
    let latest = 0;
    for (let node = index + this.#size; node > 0; node >>= 1)
      latest = Math.max(latest, this.#given[node] ?? 0);
    return latest;
  }
}

/** No mount of the driver hides another one of the driver. In what order those of the domain lie is its affair. */
export const nesting: Rule = (steps) => {
  const targets = targetsOf(steps);
  const used = new Set<string>();
  return stepsOf(steps, ...mounting)
    .filter(byDriver)
    .flatMap((mount) => {
      const hides = used.has(mount.target);
      mark(used, targets.above(mount.target));
      return hides ? [violation(mount, `${mount.target} hides what is mounted below it`)] : [];
    });
};

/** The host's own mounts leave the tree before anything is made or mounted at their places. */
export const detached: Rule = (steps) => {
  const targets = new Paths(stepsOf(steps, 'mount.detach').map(({ target }) => target));
  const used = new Set<string>();
  return stepsOf(steps, ...mounting, 'mount.point', 'mount.detach').flatMap((step): Violation[] => {
    if (step.op === 'mount.detach')
      return used.has(step.target)
        ? [violation(step, `takes away what was made on ${step.target}`)]
        : [];
    mark(used, targets.within('path' in step ? step.path : step.target));
    return [];
  });
};

/** A read-only root: its mount points are there before, and what is mounted on it keeps its own flags. */
export const readOnlyRoot: Rule = (steps) => {
  const readOnly = stepsOf(steps, 'mount.readonly').find((step) => step.target === '/');
  if (readOnly === undefined) return [];
  const mounts = byTarget(steps);
  const targets = targetsOf(steps);
  const isOnMount = ({ path, id }: StepOf<'mount.point'>): boolean =>
    some(targets.above(path), (above) => (mounts.get(above)?.[0] ?? id) < id);
  const points = stepsOf(steps, 'mount.point');
  const before = new Set(points.filter(({ id }) => id < readOnly.id).map(({ path }) => path));
  const wasThere = ({ path }: StepOf<'mount.point'>): boolean => before.has(path);
  return [
    ...points
      .filter((point) => point.id > readOnly.id && !wasThere(point) && !isOnMount(point))
      .map((step) => violation(step, 'comes after the root has become read-only')),
    ...stepsOf(steps, ...mounting)
      .filter(({ id }) => id < readOnly.id)
      .map((step) => violation(step, 'would become read-only with the root')),
  ];
};

/** A view of a kernel file system is taken when that is mounted, and before it becomes read-only. */
export const views: Rule = (steps) => {
  const mounts = byTarget(steps);
  const targets = targetsOf(steps);
  return stepsOf(steps, 'mount.clone', 'mount.bind')
    .filter((step) => step.op === 'mount.clone' || byDriver(step))
    .flatMap((step): Violation[] => {
      // The last one that contains the source is what is seen there.
      const before = [...targets.within(step.source)].flatMap(
        (target) => lastBefore(mounts.get(target), step.id) ?? [],
      );
      const seen = steps[Math.max(0, ...before) - 1];
      if (seen === undefined) return [violation(step, `nothing is mounted at ${step.source}`)];
      return 'readOnly' in seen && seen.readOnly
        ? [violation(step, `${step.source} is read-only by now`)]
        : [];
    });
};

/** What is hidden of the kernel is hidden where the container sees it: when that is mounted. */
export const masks: Rule = (steps) => {
  const mounts = byTarget(steps);
  const targets = targetsOf(steps);
  return stepsOf(steps, 'mask.attach').flatMap((step) =>
    maskedPaths(step)
      .filter(
        (path) =>
          !some(targets.within(path), (target) => (mounts.get(target)?.[0] ?? step.id) < step.id),
      )
      .map((path) => violation(step, `nothing is mounted at ${path}`)),
  );
};

function some(paths: Iterable<string>, holds: (path: string) => boolean): boolean {
  for (const path of paths) if (holds(path)) return true;
  return false;
}

const lastBefore = (sorted: readonly number[] = [], id: number): number | undefined =>
  sorted[countUpTo(sorted, id - 1) - 1];
