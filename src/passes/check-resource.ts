import { partitionNotPlain } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';

/** A partition is a place in the tree of control groups, and stays in it. */
export function checkResource({ resource }: Domain): readonly Diagnostic[] {
  const partition = resource?.partition;
  if (partition === undefined || isPlain(partition.value)) return [];
  return [partitionNotPlain(partition.value, partition.origin)];
}

const isPlain = (path: string): boolean => path.startsWith('/') && !path.split('/').includes('..');
