import type { Actor, Phase } from '../plan.ts';

/** A phase and the process that acts in it. */
export interface Place {
  readonly phase: Phase;
  readonly actor: Actor;
}

export const prepare: Place = { phase: 'prepare', actor: 'supervisor' };
export const capture: Place = { phase: 'capture', actor: 'supervisor' };
export const isolate: Place = { phase: 'isolate', actor: 'supervisor' };
/** What init does before it has its own root. */
export const cloned: Place = { phase: 'isolate', actor: 'init' };
export const assemble: Place = { phase: 'assemble', actor: 'init' };
export const confine: Place = { phase: 'confine', actor: 'init' };
export const execute: Place = { phase: 'exec', actor: 'init' };
export const supervise: Place = { phase: 'supervise', actor: 'supervisor' };
export const release: Place = { phase: 'release', actor: 'supervisor' };
