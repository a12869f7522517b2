import { partitionMissing, partitionNotPlain } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { hierarchiesOf } from '../libvirt/group-files.ts';

/** A partition is a place in the tree of control groups, stays in it, and is there before the container. */
export function checkResource(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const partition = domain.resource?.partition;
  if (partition === undefined) return [];
  if (!isPlain(partition.value)) return [partitionNotPlain(partition.value, partition.origin)];
  const missing = partitionPaths(domain, facts).filter(
    (path) => facts.paths[path]?.kind === 'missing',
  );
  return missing.length === 0 ? [] : [partitionMissing(partition.value, missing, partition.origin)];
}

/** No group has a line feed in its name, and the journal of a start has a line for each. */
const isPlain = (path: string): boolean =>
  path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\n');

/** Where the partition has to be: in each hierarchy that a container gets a group in. */
export function partitionPaths(domain: Domain, { cgroups }: MachineFacts): readonly string[] {
  const partition = domain.resource?.partition?.value;
  if (partition === undefined || partition === '/' || !isPlain(partition)) return [];
  const points = new Set(hierarchiesOf(domain, cgroups).map(({ mountPoint }) => mountPoint));
  return [...points].map((point) => `${point}${partition}`);
}
