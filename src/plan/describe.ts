import { printable } from '../diagnostics/printable.ts';
import { recordOf } from './ops.ts';
import type { PlanStep } from './plan.ts';

/** The operation and its object in one line, which a terminal may show: `mount.attach /dev`. */
export function describe(step: PlanStep): string {
  const object = printable(objectOf(step));
  return object === '' ? step.op : `${step.op} ${object}`;
}

/** What the operation is done to. */
export const objectOf = (step: PlanStep): string => recordOf(step).object?.(step) ?? '';
