import { readdirSync } from 'node:fs';
import { probeFacts } from '../../facts/probe.ts';
import { cleanName } from '../../state/clean.ts';
import { print } from '../output.ts';

/** Removes what killed supervisors have left, of one name or of all. */
export function clean(name: string | undefined): void {
  const { runtimeDirectory } = probeFacts({ paths: [], inRoot: [] });
  const names = name === undefined ? directories(runtimeDirectory) : [name];
  for (const path of names.flatMap((each) => cleanName(runtimeDirectory, each))) {
    print(`removed ${path}\n`);
  }
}

function directories(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
