import { madeBy, type Origin } from '../diagnostics/origin.ts';
import { positionAt, type Sources } from '../diagnostics/render.ts';
import { keysOf } from '../plan/keys.ts';
import { perOf, placeOf } from '../plan/ops.ts';
import type { Operation, PlanStep, StepOrigin } from '../plan/plan.ts';

/** The origin of what every such container has: a rule of the driver. */
export const rule = (name: string): Origin => madeBy(name);

/** A step that has no number yet. */
export interface Draft {
  readonly origin: Origin;
  readonly operation: Operation;
  readonly tolerates?: readonly string[];
  /** The draft that takes this one's effect back. */
  readonly undo?: Draft;
}

/** A draft; `origin` says who asked. Its phase and its actor are those of the operation. */
export const step = (
  origin: Origin,
  operation: Operation,
  extra: Pick<Draft, 'tolerates' | 'undo'> = {},
): Draft => ({ origin, operation, ...extra });

/** Gives the drafts their numbers, from 1, and turns origins into lines. */
export function number(drafts: readonly Draft[], sources: Sources): PlanStep[] {
  const ids = new Map(drafts.map((draft, index) => [draft, index + 1]));
  const keys = keysOf(drafts.map(({ operation }) => operation));
  return drafts.map((draft, index) => {
    const undo = draft.undo === undefined ? undefined : ids.get(draft.undo);
    return {
      id: index + 1,
      key: keys[index],
      ...placeOf(draft.operation),
      per: perOf(draft.operation),
      ...draft.operation,
      origin: stepOrigin(draft.origin, sources),
      ...(draft.tolerates === undefined ? {} : { tolerates: draft.tolerates }),
      ...(undo === undefined ? {} : { undo }),
    } as PlanStep;
  });
}

function stepOrigin(origin: Origin, sources: Sources): StepOrigin {
  if (origin.kind === 'pass') return { rule: origin.pass };
  const { file, start } = origin.span;
  return { file, ...positionAt(sources.get(file) ?? '', start) };
}
