import { define } from '../../compile.ts';
import {
  domainExists,
  domainUnknown,
  nameUnusable,
  notDefined,
  stillRunning,
} from '../../diagnostics/catalog/cli.ts';
import { logDirectory, probeMachine } from '../../facts/probe.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import {
  changingDefinitions,
  definitionFile,
  readDefinition,
  renameDefinition,
} from '../../state/defined.ts';
import { renameLog } from '../../state/log.ts';
import { Failure } from '../failure.ts';
import { lookUp } from '../find-domain.ts';
import { findKnown, lookUpKnown, uuidOfKnown } from '../find-known.ts';
import { needOutput, printDone } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { tryProgram } from './define.ts';

/** Gives a defined domain another name. What runs keeps its name: its groups and its lock have it. */
export async function domrename(text: string, fresh: string): Promise<void> {
  needOutput();
  const { name, isDefined } = findKnown(text);
  if (!isDefined) throw new Failure([notDefined(name, 'renamed')]);
  const places = definedPlaces();
  const file = definitionFile(places, fresh);
  if (file === undefined) throw new Failure([nameUnusable(fresh)]);
  const xml = changingDefinitions(places, () => {
    const old = readDefinition(places, name);
    if (old === undefined) throw new Failure([domainUnknown(name)]);
    if (lookUp(name) !== undefined) throw new Failure([stillRunning(name, 'renamed')]);
    const other = lookUpKnown(fresh);
    if (other?.name === fresh) throw new Failure([domainExists(fresh, uuidOfKnown(other) ?? '?')]);
    const { domain, diagnostics, sources } = define(file, old, probeMachine(), 'of-machine');
    if (domain === undefined) throw new Failure(diagnostics, sources);
    const renamed = printDomainXml({ ...domain, name: { ...domain.name, value: fresh } });
    renameDefinition(places, name, fresh, renamed);
    renameLog(logDirectory(), name, fresh);
    return renamed;
  });
  await tryProgram(fresh, xml);
  printDone('Domain successfully renamed\n\n');
}
