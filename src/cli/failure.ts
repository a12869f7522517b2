import {
  leftBehind,
  notOurLine,
  notOurs,
  processesEnded,
  stateUnsafe,
  strictlyRefused,
} from '../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { inOrder, renderAll, type Sources } from '../diagnostics/render.ts';
import type { Cleaned } from '../state/clean.ts';
import { type Odd, untrusted } from '../state/place.ts';
import { printError } from './output.ts';

/** A command ends with these diagnostics and status 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
  constructor(diagnostics: readonly Diagnostic[], sources: Sources = new Map()) {
    super(diagnostics.map(({ message }) => message).join('\n'));
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

/** Ends the command if there is something to tell. @throws Failure */
export function failOn(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) throw new Failure(diagnostics);
}

/** What of a container that has ended cannot be removed, or is none of lxplain's. */
export const whatStays = (name: string, { left, odd }: Cleaned): readonly Diagnostic[] => [
  ...left.map(({ path, code }) => leftBehind(name, path, code)),
  ...odd.map(oddity),
];

export const oddity = ({ path, what, line }: Odd): Diagnostic =>
  line === undefined ? notOurs(path, what) : notOurLine(path, line);

/** Says which processes outlived their supervisor. */
export function tellEnded(name: string, { ended }: Cleaned): void {
  if (ended.length > 0) tell([processesEnded(name, ended)], new Map());
}

/** Who can write the runtime directory could have anything removed. @throws Failure */
export function trustState(runtimeDirectory: string): void {
  const odd = untrusted(runtimeDirectory);
  if (odd !== undefined) throw new Failure([stateUnsafe(odd.path, odd.what)]);
}

/** Prints on standard error what matters for a start. */
export function tell(diagnostics: readonly Diagnostic[], sources: Sources): void {
  const shown = toldOf(diagnostics);
  if (shown.length > 0) printError(renderAll(inOrder(shown), sources));
}

/** With --strict, what would be told keeps it from being done. @throws Failure */
export function refuseAny(diagnostics: readonly Diagnostic[], sources: Sources): void {
  const shown = toldOf(diagnostics);
  if (shown.length > 0) throw new Failure([...inOrder(shown), strictlyRefused()], sources);
}

const toldOf = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.filter(({ advisory }) => advisory !== true);
