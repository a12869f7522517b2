import type { Running } from '../state/running.ts';
import { plannedSteps } from './planned-steps.ts';

/** The control groups that a start has made for a container, as its plan has them. Empty if it ends just now. */
export const groupsOf = (running: Running): readonly string[] =>
  plannedSteps(running).flatMap(({ op, path }) =>
    op === 'cgroup.create' && typeof path === 'string' ? [path] : [],
  );
