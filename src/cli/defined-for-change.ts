import { define } from '../compile.ts';
import { domainUnknown, notDefined } from '../diagnostics/catalog/cli.ts';
import { probeMachine } from '../facts/probe.ts';
import type { Domain } from '../ir/domain.ts';
import { definitionFile, readDefinition } from '../state/defined.ts';
import { Failure } from './failure.ts';
import type { Known } from './find-known.ts';
import { definedPlaces } from './places.ts';

/** A domain as its file has it, for who changes that. `what` is what is to be done: 'given metadata'. */
export function definedForChange(known: Known, text: string, what: string): Domain {
  if (!known.isDefined) throw new Failure([notDefined(known.name, what)]);
  const places = definedPlaces();
  const xml = readDefinition(places, known.name);
  const file = definitionFile(places, known.name) ?? known.name;
  if (xml === undefined) throw new Failure([domainUnknown(text)]);
  const { domain, diagnostics, sources } = define(file, xml, probeMachine(), 'of-machine');
  if (domain === undefined) throw new Failure(diagnostics, sources);
  return domain;
}
