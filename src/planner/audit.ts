import type { Container } from '../container/container.ts';
import { type Draft, step } from './steps.ts';

/** The steps about the audit system, by the place they take in the plan. */
export interface AuditSteps {
  readonly prepare: readonly Draft[];
  readonly supervise: readonly Draft[];
  readonly release: readonly Draft[];
}

/** From the moment at which somebody would say so, an end is told. */
export function audit({ audit: asked }: Container): AuditSteps {
  if (asked === undefined) return { prepare: [], supervise: [], release: [] };
  const { resources, origin } = asked;
  const stop = step(origin, { op: 'audit.stop' });
  return {
    prepare: [step(origin, { op: 'audit.open' }, { undo: stop })],
    supervise: [step(origin, { op: 'audit.start', resources })],
    release: [stop],
  };
}
