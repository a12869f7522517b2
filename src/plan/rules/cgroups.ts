import { directoryOf, mark, Paths } from '../../linux/paths.ts';
import type { PlanStep } from '../plan.ts';
import { stepsOf } from '../steps-of.ts';
import { type Rule, type Violation, violation } from './violation.ts';

/** Only groups that the plan itself made before are written to, opened and joined. */
export const ownGroups: Rule = (steps) => {
  const own = new Map(stepsOf(steps, 'cgroup.create').map(({ path, id }) => [path, id]));
  return steps.flatMap((step): Violation[] => {
    const path = groupOf(step);
    if (path === undefined || (own.get(path) ?? Number.POSITIVE_INFINITY) < step.id) return [];
    return [violation(step, `${path} is not a group that an earlier step made`)];
  });
};

/** The group that a step works on, but for what makes and removes groups. */
function groupOf(step: PlanStep): string | undefined {
  switch (step.op) {
    case 'cgroup.write':
      return directoryOf(step.file);
    case 'cgroup.open':
    case 'cgroup.join':
      return directoryOf(step.path);
    case 'cgroup.delegate':
    case 'devices.policy':
    case 'devices.attach':
      return step.path;
    case 'namespaces.create':
      return step.cgroup;
    case 'meminfo.open':
      return step.group;
    default:
      return undefined;
  }
}

/** @see cgroups(7): a group can pass on to its children only the controllers that its parent passes on to it. */
export const passedOn: Rule = (steps) => {
  const enables = stepsOf(steps, 'cgroup.enable');
  const groups = new Paths(enables.map(({ file }) => directoryOf(file)));
  /** For each controller the groups that already pass it on, and all above them. */
  const passing = new Map<string, Set<string>>();
  return enables.flatMap((step) => {
    const group = directoryOf(step.file);
    const marked = passing.get(step.value) ?? new Set();
    passing.set(step.value, marked);
    if (marked.has(group))
      return [violation(step, 'comes after the same in a group below, or twice')];
    mark(marked, groups.within(group));
    return [];
  });
};

/** init is in every group that was made for it, above all in the one of the device policy. */
export const joined: Rule = (steps) => {
  const groups = new Set([
    ...stepsOf(steps, 'cgroup.join').map(({ path }) => directoryOf(path)),
    ...stepsOf(steps, 'namespaces.create').map(({ cgroup }) => cgroup),
  ]);
  return stepsOf(steps, 'cgroup.create')
    .filter(({ path }) => !groups.has(path))
    .map((step) => violation(step, 'init never joins this group'));
};

export const devicePolicy: Rule = (steps) =>
  stepsOf(steps, 'devices.policy', 'devices.attach').length > 0
    ? []
    : [{ step: 0, problem: 'no device policy' }];

/** @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html: memory alone may not exceed memory and swap. */
export const swapLimits: Rule = (steps) => {
  const writes = stepsOf(steps, 'cgroup.write');
  const last = new Map(writes.map(({ file, id }) => [file, id]));
  return writes
    .filter(
      ({ file, id }) =>
        file.endsWith('/memory.memsw.limit_in_bytes') &&
        (last.get(`${directoryOf(file)}/memory.limit_in_bytes`) ?? 0) > id,
    )
    .map((step) => violation(step, 'comes before the limit of memory alone'));
};
