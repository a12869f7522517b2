import { runtimeDirectory } from '../facts/probe.ts';
import { isFrozen } from '../state/freeze.ts';
import { lastEvent } from '../state/last-event.ts';
import { isLeft } from '../state/running.ts';
import type { Known } from './find-known.ts';
import { definedPlaces } from './places.ts';

/** In the words of virsh. */
export interface State {
  readonly state: 'running' | 'paused' | 'shut off';
  readonly reason: string;
}

export const nameOfState = ({ running }: Known): State['state'] => {
  if (running === undefined) return 'shut off';
  return isFrozen(running.initPid) ? 'paused' : 'running';
};

/** What the domain does, and since what: the kernel says the former, notes of the commands the latter. */
export function stateOf(known: Known): State {
  const state = nameOfState(known);
  const last = known.isDefined ? lastEvent(definedPlaces(), known.name) : undefined;
  if (state === 'paused') return { state, reason: 'user' };
  if (state === 'running') {
    const isResumed =
      last?.event === 'unpaused' && last.supervisor === known.running?.supervisorPid;
    return { state, reason: isResumed ? 'unpaused' : 'booted' };
  }
  if (isLeft(runtimeDirectory(), known.name)) return { state, reason: 'crashed' };
  switch (last?.event) {
    case undefined:
      return { state, reason: 'unknown' };
    case 'destroyed':
    case 'failed':
      return { state, reason: last.event };
    default:
      return { state, reason: 'shutdown' };
  }
}
