import { notEnding, notRunning } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { cleanName, journalOf } from '../../state/clean.ts';
import { findRunning, stop } from '../../state/running.ts';
import { Failure, failOn, leftovers } from '../failure.ts';
import { print } from '../output.ts';

export async function destroy(name: string): Promise<void> {
  const directory = runtimeDirectory();
  const running = findRunning(directory, name);
  if (running === undefined) throw new Failure([notRunning(name)]);
  if (!(await stop(directory, running))) throw new Failure([notEnding(name)]);
  print(`Domain '${name}' destroyed\n\n`);
  // The supervisor has tried for two seconds: what it could not undo is in its journal.
  if (journalOf(directory, name).length === 0) return;
  failOn(leftovers(name, cleanName(directory, name).left));
}
