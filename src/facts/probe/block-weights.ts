import { existsSync, readdirSync } from 'node:fs';
import type { CgroupFacts } from '../facts.ts';
import { text } from './text.ts';

const DISKS = '/sys/block';

/**
 * The files by which the kernel weighs input and output. Only groups below the root have them; the root shows what
 * the scheduler BFQ and the cost model of v2 have beside them.
 * @see Documentation/block/bfq-iosched.rst; Documentation/admin-guide/cgroup-v2.rst, IO
 */
export function blockWeights({ v1, v2 }: CgroupFacts): string[] {
  const blkio = v1.find(({ controllers }) => controllers.includes('blkio'))?.mountPoint;
  const found: string[] = [];
  if (blkio !== undefined && readdirSync(blkio).some((name) => name.startsWith('blkio.bfq.')))
    found.push('blkio.bfq.weight');
  if (!v2?.controllers.includes('io')) return found;
  if (hasBfq()) found.push('io.bfq.weight');
  if (existsSync(`${v2.mountPoint}/io.cost.qos`)) found.push('io.weight');
  return found;
}

const hasBfq = (): boolean =>
  existsSync(DISKS) &&
  readdirSync(DISKS).some(
    (disk) => text(`${DISKS}/${disk}/queue/scheduler`)?.includes('bfq') === true,
  );
