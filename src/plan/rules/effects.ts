import type { PlanStep } from '../plan.ts';
import { type Op, type Rule, stepsOf, type Violation, violation } from './violation.ts';

/**
 * What has an effect that outlives the processes, and what takes it back. Not so: a setting of a group goes with
 * the group, and an enabled controller of cgroup v2 stays, for others may have come to need it.
 */
const undoneBy: Partial<Record<Op, Op>> = {
  'state.lock': 'state.remove',
  'state.journal': 'state.remove',
  'cgroup.create': 'cgroup.remove',
};

const objectOf = (step: PlanStep): string | undefined =>
  'directory' in step ? step.directory : 'path' in step ? step.path : undefined;

/** Every lasting effect has its undo, for the same object, in the reversed order, and nothing else is undone. */
export const undos: Rule = (steps) => {
  let latest = Number.POSITIVE_INFINITY;
  const effects = steps.flatMap((step): Violation[] => {
    const wanted = undoneBy[step.op];
    if (step.undo === undefined) {
      return wanted === undefined ? [] : [violation(step, `${step.op} has no undo`)];
    }
    const undo = steps[step.undo - 1];
    if (undo === undefined || undo.op !== wanted)
      return [violation(step, `step ${step.undo} does not undo ${step.op}`)];
    if (objectOf(step) !== undefined && objectOf(undo) !== objectOf(step))
      return [violation(step, `step ${undo.id} undoes something else`)];
    if (undo.id > latest) return [violation(undo, 'comes too late: effects are undone in reverse')];
    latest = undo.id;
    return [];
  });
  const targets = new Set(steps.map(({ undo }) => undo));
  const idle = steps.filter(({ phase, id }) => phase === 'release' && !targets.has(id));
  return [...effects, ...idle.map((step) => violation(step, 'undoes nothing'))];
};

/** The journal says what `clean` has to do when the supervisor is killed: what the release would have done. */
export const journal: Rule = (steps) => {
  const expected = stepsOf(steps, 'cgroup.remove').map(({ path }) => `rmdir ${path}`);
  return stepsOf(steps, 'state.journal')
    .filter(({ lines }) => lines.join('\n') !== expected.join('\n'))
    .map((step) => violation(step, 'the journal is not what the release does'));
};

/** The only errors that a plan may skip: a group that a killed supervisor has left serves as well. */
const tolerable: Partial<Record<Op, readonly string[]>> = { 'cgroup.create': ['EEXIST'] };

/** Steps fail closed. */
export const tolerances: Rule = (steps) =>
  steps.flatMap((step) =>
    (step.tolerates ?? [])
      .filter((name) => tolerable[step.op]?.includes(name) !== true)
      .map((name) => violation(step, `${step.op} must not tolerate ${name}`)),
  );
