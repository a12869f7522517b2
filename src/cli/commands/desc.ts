import { define } from '../../compile.ts';
import { domainUnknown, notDefined } from '../../diagnostics/catalog/cli.ts';
import { located, madeBy } from '../../diagnostics/origin.ts';
import { probeMachine } from '../../facts/probe.ts';
import { definitionFile, readDefinition } from '../../state/defined.ts';
import { Failure } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { needOutput, print, printDone } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { domainOf } from '../title-of.ts';
import { keepDefined } from './define.ts';

interface Options {
  readonly title?: boolean;
  readonly live?: boolean;
  readonly config?: boolean;
  readonly current?: boolean;
}

/** Shows the description or the title of a domain; with words behind it, gives a defined one another. */
export async function desc(
  text: string,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const known = findKnown(text);
  const [what, key] =
    options.title === true
      ? (['title', 'title'] as const)
      : (['description', 'description'] as const);
  if (words.length === 0) {
    const now = domainOf(known, options.config === true)?.[key]?.value;
    return print(`${now ?? `No ${what} for domain: ${known.name}`}\n`);
  }
  needOutput();
  const places = definedPlaces();
  if (!known.isDefined) throw new Failure([notDefined(known.name, `given a ${what}`)]);
  const xml = readDefinition(places, known.name);
  const file = definitionFile(places, known.name) ?? known.name;
  if (xml === undefined) throw new Failure([domainUnknown(text)]);
  const { domain, diagnostics, sources } = define(file, xml, probeMachine(), 'of-machine');
  if (domain === undefined) throw new Failure(diagnostics, sources);
  const given = words.join(' ');
  const { [key]: _, ...rest } = domain;
  await keepDefined(given === '' ? rest : { ...rest, [key]: located(given, madeBy('desc')) });
  const name = options.title === true ? 'title' : 'description';
  printDone(`Domain ${name} updated successfully\n`);
}
