import { notFrozen, wrongState } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { freeze, isFrozen, thaw } from '../../state/freeze.ts';
import { Failure, trustState } from '../failure.ts';
import { findRunningDomain } from '../find-known.ts';
import { groupsOf } from '../groups-of.ts';
import { needOutput, printDone } from '../output.ts';
import { note } from '../started.ts';

/** No process of the container runs any more, until `resume`. */
export function suspend(text: string): void {
  needOutput();
  trustState(runtimeDirectory());
  const { name, running } = findRunningDomain(text);
  const { initPid, supervisorPid } = running;
  if (initPid === undefined || isFrozen(initPid)) throw new Failure([wrongState(name, 'paused')]);
  const problem = freeze(name, initPid, groupsOf(running));
  if (problem !== undefined) throw new Failure([notFrozen(name, problem)]);
  note(name, 'paused', supervisorPid);
  printDone(`Domain '${text}' suspended\n\n`);
}

export function resume(text: string): void {
  needOutput();
  trustState(runtimeDirectory());
  const { name, running } = findRunningDomain(text);
  const { initPid, supervisorPid } = running;
  if (initPid === undefined || !isFrozen(initPid)) throw new Failure([wrongState(name, 'running')]);
  const groups = groupsOf(running);
  const problem = thaw(name, initPid, supervisorPid, (group) => groups.includes(group));
  if (problem !== undefined) throw new Failure([notFrozen(name, problem)]);
  note(name, 'unpaused', supervisorPid);
  printDone(`Domain '${text}' resumed\n\n`);
}
