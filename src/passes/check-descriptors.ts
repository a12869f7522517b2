import { descriptorsTooFew } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Doubts } from './pass.ts';

/** What every start opens beside: the standard ones, the lock, the status, `/dev`, a group. Most open twice as many. */
const IN_ANY_CASE = 8;

/** All that comes from the host is open at once, before init goes into its namespaces. @see getrlimit(2), RLIMIT_NOFILE */
export function checkDescriptors(
  { filesystems, consoles, os }: Domain,
  { descriptors }: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  if (descriptors === undefined || doubts.has('devices')) return [];
  const mounts = filesystems.filter(({ kind }) => kind !== 'bind');
  const least = IN_ANY_CASE + mounts.length + 2 * consoles.length;
  if (least <= descriptors) return [];
  const last = [...mounts, ...consoles].at(-1);
  return [descriptorsTooFew(least, descriptors, last?.origin ?? os.origin)];
}
