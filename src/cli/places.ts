import { resolve } from 'node:path';
import type { DefinedPlaces } from '../state/defined.ts';

/** Where defined domains are; `LXPLAIN_ROOT` moves them, as it moves what runs. */
export function definedPlaces(): DefinedPlaces {
  const root = process.env.LXPLAIN_ROOT ?? '/';
  return { definitions: resolve(root, 'etc/lxplain'), made: resolve(root, 'var/lib/lxplain') };
}
