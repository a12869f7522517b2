import { notDefined } from '../../diagnostics/catalog/cli.ts';
import { changingDefinitions, isDefined, removeDefinition } from '../../state/defined.ts';
import { Failure } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { needOutput, printDone } from '../output.ts';
import { definedPlaces } from '../places.ts';

/** A running domain goes on, as a transient one. */
export function undefine(text: string): void {
  needOutput();
  const { name } = findKnown(text);
  const places = definedPlaces();
  changingDefinitions(places, () => {
    if (!isDefined(places, name)) throw new Failure([notDefined(name, 'undefined')]);
    removeDefinition(places, name);
  });
  printDone(`Domain '${text}' has been undefined\n\n`);
}
