import { findKnown } from '../find-known.ts';
import { print } from '../output.ts';
import { stateOf } from '../state-of.ts';

interface Options {
  readonly reason?: boolean;
  readonly json?: boolean;
}

export function domstate(text: string, options: Options): void {
  const { state, reason } = stateOf(findKnown(text));
  if (options.json === true) print(`${JSON.stringify({ version: 1, state, reason })}\n`);
  else print(`${state}${options.reason === true ? ` (${reason})` : ''}\n\n`);
}
