import { readProgram } from '../../compile.ts';
import { notRunning } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { findRunning, programOf } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';

export function dumpxml(name: string): void {
  const running = findRunning(runtimeDirectory(), name);
  const program = running === undefined ? undefined : readProgram(programOf(running));
  if (program?.domainXml === undefined) throw new Failure([notRunning(name)]);
  print(`${program.domainXml}\n`);
}
