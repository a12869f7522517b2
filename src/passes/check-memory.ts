import {
  memoryTight,
  memoryTooSmall,
  noSwapAccounting,
  swapBelowMemory,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Measured: below it the kernel has no memory for the arguments of init (E2BIG), or none for the mounts before
 * that (ENOMEM, ENOSPC).
 */
const SMALLEST_KIB = 64;

/** Below it a statically linked shell is killed before it does anything; the kernel charges in batches. */
const TIGHT_KIB = 1024;

/** Limits of memory have to let a container start, and one of memory and swap together cannot be the smaller one. */
export function checkMemory(
  { memoryKiB, memtune }: Domain,
  { cgroups }: HostFacts,
): readonly Diagnostic[] {
  const limit = memtune?.hardLimitKiB ?? memoryKiB;
  if (limit === undefined) return [];
  const found: Diagnostic[] = [];
  if (limit.value < SMALLEST_KIB) {
    found.push(memoryTooSmall(limit.value, SMALLEST_KIB, limit.origin));
  } else if (limit.value < TIGHT_KIB) found.push(memoryTight(limit.value, limit.origin));
  const both = memtune?.swapHardLimitKiB;
  if (both === undefined) return found;
  if (both.value < limit.value) {
    found.push(swapBelowMemory(both.value, limit.value, both.origin, limit.origin));
  }
  if (cgroups.swap === false) found.push(noSwapAccounting(both.origin));
  return found;
}
