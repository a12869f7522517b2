import type { Running } from '../state/running.ts';
import { notesOf } from './find-domain.ts';

/** The steps of what runs, as its plan has them: it may be of another version. None if it ends just now. */
export function plannedSteps(running: Running): readonly Readonly<Record<string, unknown>>[] {
  const plan: unknown = JSON.parse(notesOf(running)?.planJson ?? '{}');
  const { steps } = plan as { readonly steps?: readonly Readonly<Record<string, unknown>>[] };
  return Array.isArray(steps) ? steps : [];
}
