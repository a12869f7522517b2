import { noDomain, notDefined, notRunning } from '../../diagnostics/catalog/cli.ts';
import { readDefinition } from '../../state/defined.ts';
import { Failure } from '../failure.ts';
import { notesOf } from '../find-domain.ts';
import { findKnown } from '../find-known.ts';
import { print } from '../output.ts';
import { definedPlaces } from '../places.ts';

interface Options {
  readonly inactive?: boolean;
  readonly securityInfo?: boolean;
}

/** The domain as it was started, with the id that `list` shows; or as it is defined. */
export function dumpxml(text: string, { inactive }: Options): void {
  const { name, running, isDefined } = findKnown(text);
  if (running === undefined || inactive === true) {
    const xml = isDefined ? readDefinition(definedPlaces(), name) : undefined;
    if (xml === undefined) throw new Failure([notDefined(name, 'shown as it is defined')]);
    return print(`${xml}\n`);
  }
  const program = notesOf(running);
  if (program === undefined) throw new Failure([notRunning(text)]);
  if (program.domainXml === undefined) throw new Failure([noDomain(name)]);
  const { initPid: id } = running;
  const xml = program.domainXml;
  print(`${id === undefined ? xml : xml.replace("<domain type='lxc'", `$& id='${id}'`)}\n`);
}
