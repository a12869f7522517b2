import type { Interface } from '../ir/interface.ts';

/**
 * The names inside: `<guest dev>`, or `eth` and a number that counts those without one.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcContainerRenameAndEnableInterfaces
 */
export function linkNames(interfaces: readonly Interface[]): readonly string[] {
  let unnamed = 0;
  return interfaces.map(({ guest }) => guest?.value ?? `eth${unnamed++}`);
}
