import type { Running } from '../state/running.ts';
import { notesOf } from './find-domain.ts';

/** The control groups that a start has made for a container, as its plan has them. Empty if it ends just now. */
export function groupsOf(running: Running): readonly string[] {
  const plan: unknown = JSON.parse(notesOf(running)?.planJson ?? '{}');
  const { steps } = plan as { steps?: readonly { op?: unknown; path?: unknown }[] };
  return (Array.isArray(steps) ? steps : []).flatMap(({ op, path }) =>
    op === 'cgroup.create' && typeof path === 'string' ? [path] : [],
  );
}
