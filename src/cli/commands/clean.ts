import { runtimeDirectory } from '../../facts/probe.ts';
import { cleanName } from '../../state/clean.ts';
import { stateNames } from '../../state/place.ts';
import { findRunning } from '../../state/running.ts';
import { failOn, tellEnded, trustState, whatStays } from '../failure.ts';
import { needOutput, print, printDone } from '../output.ts';

interface Options {
  readonly json?: boolean;
}

/** Ends and removes what killed supervisors have left, of one name or of all, and says what that was. */
export function clean(name: string | undefined, { json }: Options): void {
  const directory = runtimeDirectory();
  needOutput();
  trustState(directory);
  const names = name === undefined ? stateNames(directory).sort() : [name];
  const cleaned = names.map((each) => ({ name: each, ...cleanName(directory, each) }));
  const removed = cleaned.flatMap((each) => each.removed);
  const [ended, left, odd] = [
    cleaned.flatMap((each) => each.ended),
    cleaned.flatMap((each) => each.left),
    cleaned.flatMap((each) => each.odd),
  ];
  for (const each of cleaned) tellEnded(each.name, each);
  if (json) print(`${JSON.stringify({ version: 1, removed, ended, left, odd }, undefined, 2)}\n`);
  else if (removed.length > 0) printDone(removed.map((path) => `removed ${path}\n`).join(''));
  else if (left.length + odd.length === 0) print(nothing(directory, name));
  failOn(cleaned.flatMap((each) => whatStays(each.name, each)));
}

function nothing(directory: string, name: string | undefined): string {
  if (name === undefined) return 'nothing to remove\n';
  return findRunning(directory, name) === undefined
    ? `nothing to remove of '${name}'\n`
    : `'${name}' runs: 'lxplain destroy ${name}' ends it\n`;
}
