import { address, field, int, string } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import type { Assembly } from './assembly.ts';

const NAME = 'status_of_device';

/** What is known of a device that was looked at. @see statx(2), stx_mode, stx_rdev_major, stx_rdev_minor */
export const device = {
  mode: field(NAME, 28, 2),
  major: field(NAME, 128, 4),
  minor: field(NAME, 132, 4),
} as const;

/** Looks at a device: at a path, or, with an empty one, at a descriptor. */
export function lookAtDevice(out: Assembly, at: Operand, path: string, flags: Operand): void {
  out.variable(NAME, 256);
  out.call('statx', [at, string(path), flags, int(1, 'STATX_TYPE'), address(NAME)]);
}
