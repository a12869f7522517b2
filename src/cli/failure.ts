import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { inOrder, renderAll, type Sources } from '../diagnostics/render.ts';
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

/** Prints on standard error what matters for a start. */
export function tell(diagnostics: readonly Diagnostic[], sources: Sources): void {
  const shown = diagnostics.filter(({ advisory }) => advisory !== true);
  if (shown.length > 0) printError(renderAll(inOrder(shown), sources));
}
