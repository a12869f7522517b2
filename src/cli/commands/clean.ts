import { runtimeDirectory } from '../../facts/probe.ts';
import { cleanName } from '../../state/clean.ts';
import { stateNames } from '../../state/running.ts';
import { failOn, leftovers } from '../failure.ts';
import { print } from '../output.ts';

/** Removes what killed supervisors have left, of one name or of all. */
export function clean(name: string | undefined): void {
  const directory = runtimeDirectory();
  const names = name === undefined ? stateNames(directory) : [name];
  const cleaned = names.map((each) => ({ name: each, ...cleanName(directory, each) }));
  print(cleaned.flatMap(({ removed }) => removed.map((path) => `removed ${path}\n`)).join(''));
  failOn(cleaned.flatMap(({ name, left }) => leftovers(name, left)));
}
