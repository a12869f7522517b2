import { notDefined } from '../../diagnostics/catalog/cli.ts';
import {
  changingDefinitions,
  definedNames,
  isAutostarted,
  isDefined,
  setAutostart,
} from '../../state/defined.ts';
import { Failure, tell } from '../failure.ts';
import { lookUp } from '../find-domain.ts';
import { findKnown } from '../find-known.ts';
import { needRoot } from '../launch.ts';
import { needOutput, printDone } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { startDefined } from './start.ts';

interface Options {
  readonly disable?: boolean;
}

/** Marks a domain that is to be started with the machine, or takes the mark away. */
export function autostart(text: string, { disable }: Options): void {
  needOutput();
  const { name } = findKnown(text);
  const places = definedPlaces();
  const isWanted = disable !== true;
  changingDefinitions(places, () => {
    if (!isDefined(places, name))
      throw new Failure([notDefined(name, `${isWanted ? 'marked' : 'unmarked'} as autostarted`)]);
    setAutostart(places, name, isWanted);
  });
  printDone(`Domain '${text}' ${isWanted ? 'marked' : 'unmarked'} as autostarted\n\n`);
}

/** Starts all that are marked and do not run. One that fails does not keep the others from being started. */
export async function autostartAll(): Promise<void> {
  needRoot();
  needOutput();
  const places = definedPlaces();
  for (const name of definedNames(places)) {
    if (!isAutostarted(places, name) || lookUp(name) !== undefined) continue;
    try {
      await startDefined(name, {});
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      tell(cause.diagnostics, cause.sources);
      process.exitCode = 1;
    }
  }
}
