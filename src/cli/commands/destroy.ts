import { notEnding, notRunning } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { findRunning, stop } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';

export async function destroy(name: string): Promise<void> {
  const directory = runtimeDirectory();
  const running = findRunning(directory, name);
  if (running === undefined) throw new Failure([notRunning(name)]);
  if (!(await stop(directory, running))) throw new Failure([notEnding(name)]);
  print(`Domain '${name}' destroyed\n\n`);
}
