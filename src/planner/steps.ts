import { madeBy, type Origin } from '../diagnostics/origin.ts';
import { positionAt, type Sources } from '../diagnostics/render.ts';
import type { Actor, Operation, Phase, PlanStep, StepOrigin } from '../plan/plan.ts';

/** The origin of what every such container has: a rule of the driver. */
export const rule = (name: string): Origin => madeBy(name);

/** A step that has no number yet. */
export interface Draft {
  readonly phase: Phase;
  readonly actor: Actor;
  readonly origin: Origin;
  readonly operation: Operation;
  readonly tolerates?: readonly string[];
  /** The draft that takes this one's effect back. */
  readonly undo?: Draft;
}

/** Makes the drafts of one phase by one actor; `origin` says who asked. */
export const steps =
  (phase: Phase, actor: Actor) =>
  (origin: Origin, operation: Operation, extra: Pick<Draft, 'tolerates' | 'undo'> = {}): Draft => ({
    phase,
    actor,
    origin,
    operation,
    ...extra,
  });

/** Gives the drafts their numbers, from 1, and turns origins into lines. */
export function number(drafts: readonly Draft[], sources: Sources): PlanStep[] {
  const ids = new Map(drafts.map((draft, index) => [draft, index + 1]));
  return drafts.map((draft) => {
    const undo = draft.undo === undefined ? undefined : ids.get(draft.undo);
    return {
      id: ids.get(draft),
      phase: draft.phase,
      actor: draft.actor,
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
