import { nameTaken } from '../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Origin } from '../diagnostics/origin.ts';
import { StateError } from '../state/error.ts';
import { findRunning } from '../state/running.ts';
import { tellLeft } from './leftover.ts';

/** What of this name is there on this machine already. */
export function tellTaken(
  runtimeDirectory: string,
  name: string,
  at: Origin | undefined,
): readonly Diagnostic[] {
  try {
    if (findRunning(runtimeDirectory, name) !== undefined) return [nameTaken(name, at)];
    return tellLeft(runtimeDirectory, name);
  } catch (cause) {
    if (cause instanceof StateError) return []; // only root can look
    throw cause;
  }
}
