import type { Plan } from './plan.ts';
import { devicePolicy, joined, ownGroups, passedOn, swapLimits } from './rules/cgroups.ts';
import { journal, tolerances, undos } from './rules/effects.ts';
import { closes, consoles, enclosed, handles, logs, served } from './rules/handles.ts';
import { detached, masks, nesting, points, readOnlyRoot, views } from './rules/mounts.ts';
import { complete, identities, inPhases, keys, lives, ordered } from './rules/order.ts';
import { capabilitySets, filtering, isolation } from './rules/rights.ts';
import { values } from './rules/values.ts';
import type { Rule, Violation } from './rules/violation.ts';

/** All that has to hold of a plan and that no schema can say. */
export const rules: Readonly<Record<string, Rule>> = {
  inPhases,
  complete,
  ordered,
  lives,
  keys,
  identities,
  handles,
  enclosed,
  closes,
  consoles,
  served,
  logs,
  undos,
  journal,
  tolerances,
  ownGroups,
  joined,
  devicePolicy,
  passedOn,
  swapLimits,
  points,
  nesting,
  detached,
  readOnlyRoot,
  views,
  masks,
  isolation,
  capabilitySets,
  filtering,
  values,
};

/**
 * Proves the order of the steps: no host path after the pivot, the device policy before init, an undo for every
 * lasting effect, and so on. No violation for a sound plan. A plan that is not numbered from 1 is judged no further.
 */
export function verifyPlan({ name, steps }: Plan): readonly Violation[] {
  const misplaced = steps.flatMap(({ id }, index) =>
    id === index + 1 ? [] : [{ step: index + 1, problem: `has the id ${id}` }],
  );
  return misplaced.length > 0
    ? misplaced
    : Object.values(rules).flatMap((rule) => rule(steps, name));
}
