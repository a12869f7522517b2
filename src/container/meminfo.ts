import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { extensionOf } from '../ir/extension.ts';
import { MEMINFO, memoryFiles } from '../linux/memory-figures.ts';
import type { Groups, Meminfo } from './container.ts';

/**
 * Shown where memory is counted, and the machine has FUSE; not where the domain mounts something else there, such as that of
 * lxcfs, or wants none.
 * @see libvirt 9.0, src/lxc/lxc_fuse.c
 */
export function meminfo(domain: Domain, facts: HostFacts, groups: Groups): Meminfo | undefined {
  const hierarchy = groups.files.find(({ controller }) => controller === 'memory')?.hierarchy;
  const isCovered = domain.filesystems.some(({ target }) => target.value === MEMINFO);
  const isWanted = extensionOf(domain.metadata)?.proc?.meminfo !== false;
  if (facts.fuse !== true || hierarchy === undefined || isCovered || !isWanted) return undefined;
  const { swapLimit } = memoryFiles[hierarchy.version];
  const swap = groups.files.some(({ file }) => file === swapLimit);
  return { hierarchy, swap, origin: madeBy('meminfo') };
}
