import type { PlanStep } from './plan.ts';

/** What decides which steps a plan has. */
export interface Conditions {
  /**
   * The supervisor assembles the tree, in a stage: the container has a user namespace, in which the flags of mounts that it
   * makes itself would be its own to change.
   */
  readonly staged: boolean;
  /** The supervisor goes on while init waits for its word, `init.release`. */
  readonly released: boolean;
}

/** Both are said by the step that makes init. */
export function conditionsOf(steps: readonly PlanStep[]): Conditions {
  for (const step of steps) {
    if (step.op === 'namespaces.create')
      return {
        staged: step.namespaces.includes('user'),
        released: step.supervisor === 'goes-on',
      };
  }
  return { staged: false, released: false };
}
