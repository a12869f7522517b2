import { findKnown, uuidOfKnown } from '../find-known.ts';
import { print } from '../output.ts';

/** The pid of init of a domain that runs. */
export function domid(text: string): void {
  print(`${findKnown(text).running?.initPid ?? '-'}\n\n`);
}

export function domname(text: string): void {
  print(`${findKnown(text).name}\n\n`);
}

export function domuuid(text: string): void {
  print(`${uuidOfKnown(findKnown(text)) ?? '-'}\n\n`);
}
