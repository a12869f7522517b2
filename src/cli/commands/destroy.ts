import { notEnding, notRunning } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { cleanName } from '../../state/clean.ts';
import { removeGathered } from '../../state/freeze.ts';
import { stop } from '../../state/running.ts';
import { Failure, failOn, tellEnded, trustState, whatStays } from '../failure.ts';
import { lookUpKnown } from '../find-known.ts';
import { needOutput, printDone } from '../output.ts';
import { note } from '../started.ts';

interface Options {
  readonly graceful?: boolean;
}

export async function destroy(domain: string, { graceful }: Options): Promise<void> {
  const directory = runtimeDirectory();
  needOutput();
  trustState(directory);
  const known = lookUpKnown(domain);
  const running = known?.running;
  const name = known?.name ?? domain;
  if (running !== undefined && !(await stop(directory, running, graceful === true)))
    throw new Failure([notEnding(name)]);
  // The supervisor has tried for two seconds: what it could not undo is in its journal, as is what a killed one left.
  const cleaned = cleanName(directory, name);
  tellEnded(name, cleaned);
  if (running === undefined && cleaned.ended.length === 0)
    throw new Failure([notRunning(domain), ...whatStays(name, cleaned)]);
  removeGathered(name);
  note(name, 'destroyed');
  printDone(`Domain '${domain}' destroyed\n\n`);
  failOn(whatStays(name, cleaned));
}
