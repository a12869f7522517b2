import { readProgram } from '../../compile.ts';
import { notRunning } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { findRunning, programOf } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';

/** The domain as it was started, with the id that `list` shows. */
export function dumpxml(name: string): void {
  const running = findRunning(runtimeDirectory(), name);
  const program = running === undefined ? undefined : readProgram(programOf(running));
  if (program?.domainXml === undefined) throw new Failure([notRunning(name)]);
  const id = running?.initPid;
  const xml = program.domainXml;
  print(`${id === undefined ? xml : xml.replace("<domain type='lxc'", `$& id='${id}'`)}\n`);
}
