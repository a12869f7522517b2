import { advices } from './explanations/advice.ts';
import { commands } from './explanations/commands.ts';
import { definition } from './explanations/definition.ts';
import { descriptors } from './explanations/descriptors.ts';
import { devices } from './explanations/devices.ts';
import { domains } from './explanations/domain.ts';
import type { Explanation } from './explanations/explanation.ts';
import { interfaces } from './explanations/interfaces.ts';
import { lxc } from './explanations/lxc.ts';
import { security } from './explanations/security.ts';
import { xml } from './explanations/xml.ts';

const all = {
  ...xml,
  ...advices,
  ...definition,
  ...devices,
  ...domains,
  ...interfaces,
  ...lxc,
  ...commands,
  ...descriptors,
  ...security,
} as const;

/**
 * The code of a diagnostic. Only one with an explanation is one: a new code is a type error in the catalogue
 * until it has an entry in `explanations/`.
 */
export type Code = keyof typeof all;

/** Every code, in alphabetic order, with its explanation. */
export const explanations: ReadonlyMap<string, Explanation> = new Map(
  Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)),
);
