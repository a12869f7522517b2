import type { HostFacts } from '../facts/facts.ts';
import { BUILTIN } from '../ir/extension.ts';
import { builtin } from './builtin.ts';
import { type ReadProfile, readProfile } from './read.ts';

/** The profile of a name: `builtin`, or the path of a file. Undefined: nothing is known of what is in it. */
export function profileNamed(name: string, { profiles }: HostFacts): ReadProfile | undefined {
  if (name === BUILTIN) return { profile: builtin() };
  const text = profiles?.[name];
  return text === undefined ? undefined : readProfile(text);
}
