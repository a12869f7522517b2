import type { Profile } from './profile.ts';
import { readLxc } from './read-lxc.ts';
import { readOci } from './read-oci.ts';

/** A profile, or what is wrong with the text: `line 12: …`. */
export type ReadProfile =
  | { readonly profile: Profile; readonly fault?: undefined }
  | { readonly profile?: undefined; readonly fault: string };

/** Reads a profile: JSON as engines have it, or the lines of lxc's own. */
export const readProfile = (text: string): ReadProfile =>
  /^\s*\{/.test(text) ? readOci(text) : readLxc(text);
