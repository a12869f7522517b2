import { journalOf, ops } from '../ops.ts';
import type { PlanStep } from '../plan.ts';
import { stepsOf } from '../steps-of.ts';
import { type Rule, type Violation, violation } from './violation.ts';

/** What an effect is on, and its undo, too. */
function objectOf(step: PlanStep): string | undefined {
  if ('directory' in step) return step.directory;
  if ('path' in step) return step.path;
  return 'handle' in step ? step.handle : undefined;
}

/** Every lasting effect has its undo, for the same object, in the reversed order, and nothing else is undone. */
export const undos: Rule = (steps) => {
  let latest = Number.POSITIVE_INFINITY;
  const effects = steps.flatMap((step): Violation[] => {
    const wanted = ops[step.op].undo;
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
  const expected = journalOf(steps);
  return stepsOf(steps, 'state.journal')
    .filter(({ lines }) => lines.join('\n') !== expected.join('\n'))
    .map((step) => violation(step, 'the journal is not what the release does'));
};

/** Steps fail closed. */
export const tolerances: Rule = (steps) =>
  steps.flatMap((step) =>
    (step.tolerates ?? [])
      .filter((name) => ops[step.op].tolerates?.includes(name) !== true)
      .map((name) => violation(step, `${step.op} must not tolerate ${name}`)),
  );
