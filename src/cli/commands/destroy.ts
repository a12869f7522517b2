import { notEnding, notRunning } from '../../diagnostics/catalog/cli.ts';
import { probeFacts } from '../../facts/probe.ts';
import { findRunning, stop } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';

export async function destroy(name: string): Promise<void> {
  const { runtimeDirectory } = probeFacts({ paths: [], inRoot: [] });
  const running = findRunning(runtimeDirectory, name);
  if (running === undefined) throw new Failure([notRunning(name)]);
  if (!(await stop(runtimeDirectory, running))) throw new Failure([notEnding(name)]);
  print(`Domain '${name}' destroyed\n\n`);
}
