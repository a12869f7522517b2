import type { Container } from '../container/container.ts';
import { mappedRoot } from '../container/idmap.ts';
import { MEMINFO } from '../linux/memory-figures.ts';
import { type Draft, step } from './steps.ts';

/** The steps about /proc/meminfo, by the place they take in the plan. */
export interface MeminfoSteps {
  readonly capture: readonly Draft[];
  /** By init, once procfs is there. */
  readonly attach: readonly Draft[];
  readonly supervise: readonly Draft[];
}

/** A file of the supervisor's, attached as any mount, and answered for while the container runs. */
export function meminfo({ meminfo: asked, groups, idmap }: Container): MeminfoSteps {
  if (asked === undefined) return { capture: [], attach: [], supervise: [] };
  const { hierarchy, swap, origin } = asked;
  const { version, mountPoint } = hierarchy;
  const [uid, gid] = [mappedRoot(idmap?.uid), mappedRoot(idmap?.gid)];
  return {
    capture: [
      step(origin, { op: 'meminfo.open', group: `${mountPoint}${groups.path}`, version, swap }),
      step(origin, { op: 'meminfo.create' }),
    ],
    attach: [
      step(origin, { op: 'mount.attach', base: 'inside', handle: 'meminfo', target: MEMINFO }),
    ],
    supervise: [step(origin, { op: 'meminfo.serve', uid, gid })],
  };
}
