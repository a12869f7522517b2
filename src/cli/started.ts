import { notEnding } from '../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../facts/probe.ts';
import { isDefined } from '../state/defined.ts';
import { type LastEvent, noteEvent } from '../state/last-event.ts';
import { findRunning, stop } from '../state/running.ts';
import { Failure } from './failure.ts';
import { definedPlaces } from './places.ts';

/** Notes for `domstate --reason` what has been done with a domain, if it is defined: of others nothing stays. */
export function note(name: string, event: LastEvent['event'], supervisor?: number): void {
  const places = definedPlaces();
  if (isDefined(places, name)) noteEvent(places, name, event, supervisor);
}

export const noteStart = (name: string, supervisor: number): void =>
  note(name, 'booted', supervisor);

/** Ends what this command has started, if it still runs. @throws Failure */
export async function destroyStarted(name: string, supervisorPid: number): Promise<void> {
  const directory = runtimeDirectory();
  const running = findRunning(directory, name);
  if (running?.supervisorPid !== supervisorPid) return;
  if (!(await stop(directory, running))) throw new Failure([notEnding(name)]);
  note(name, 'destroyed');
}
