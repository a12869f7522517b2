import { leftover } from '../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isLeft } from '../state/running.ts';
import { pause } from './output.ts';

/** What starts or ends just now is nothing that a killed supervisor has left. */
const LOOKS = 20;

/** What is to be said of a name that does not run: something of it may be left. */
export function tellLeft(runtimeDirectory: string, name: string): readonly Diagnostic[] {
  for (let look = 0; look < LOOKS; look++) {
    if (!isLeft(runtimeDirectory, name)) return [];
    pause();
  }
  return [leftover(name)];
}
