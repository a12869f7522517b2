import type { IdmapEntry } from '../ir/domain.ts';

/** The host's id for id 0 of the container, or 0 without a map. */
export const mappedRoot = (entries: readonly IdmapEntry[] | undefined): number =>
  mapped(entries, 0);

/** The host's id for an id of the container; an unmapped one stays itself. */
export function mapped(entries: readonly IdmapEntry[] | undefined, id: number): number {
  const entry = entries?.find(({ start, count }) => id >= start && id < start + count);
  return entry === undefined ? id : entry.target + (id - entry.start);
}

/** As the kernel takes them. @see user_namespaces(7), "Defining user and group ID mappings" */
export const mapLines = (entries: readonly IdmapEntry[]): readonly string[] =>
  entries.map(({ start, target, count }) => `${start} ${target} ${count}`);
