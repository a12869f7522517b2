import { runtimeDirectory } from '../../facts/probe.ts';
import { cleanName } from '../../state/clean.ts';
import { stateNames } from '../../state/running.ts';
import { print } from '../output.ts';

/** Removes what killed supervisors have left, of one name or of all. */
export function clean(name: string | undefined): void {
  const directory = runtimeDirectory();
  const names = name === undefined ? stateNames(directory) : [name];
  for (const path of names.flatMap((each) => cleanName(directory, each))) {
    print(`removed ${path}\n`);
  }
}
