import { opens, recordOf } from '../plan/ops.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { Kept } from '../program/program.ts';

/** The descriptors that the steps of a plan hand on to each other. */
export function keptHandles(steps: readonly PlanStep[]): Pick<Kept, 'handles' | 'acrossPivot'> {
  const handles = new Map<string, readonly number[]>();
  for (const step of steps)
    for (const name of opens(step)) handles.set(name, [...(handles.get(name) ?? []), step.id]);
  const acrossPivot = steps.flatMap((step) => recordOf(step).leadsNowhere?.(step) ?? []);
  return { handles, acrossPivot };
}
