import { idsOutOfRange, idsTwice, rootNotMapped } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain, IdmapEntry } from '../ir/domain.ts';
import type { Doubts } from './pass.ts';

const maps = ['uid', 'gid'] as const;

/**
 * Reports an idmap in which id 0 has no mapping: init could not be root in its own namespace; and entries that the
 * kernel refuses.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainIdmapDefParseXML
 * @see user_namespaces(7), "Defining user and group ID mappings"
 */
export function checkIdmap(
  { idmap }: Domain,
  _facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  if (idmap === undefined) return [];
  return [
    ...maps
      .filter(
        (map) =>
          !doubts.has('idmap') && !idmap[map].some(({ start, count }) => start === 0 && count > 0),
      )
      .map((map) => rootNotMapped(map, idmap.origin)),
    ...maps.flatMap((map) =>
      idmap[map].flatMap((entry, index) => checkEntry(map, entry, idmap[map].slice(0, index))),
    ),
  ];
}

/** The last 32-bit number stands for no id. */
const LAST_ID = 0xfffffffe;

function checkEntry(
  map: 'uid' | 'gid',
  entry: IdmapEntry,
  earlier: readonly IdmapEntry[],
): readonly Diagnostic[] {
  const { start, target, count, origin } = entry;
  if (count === 0 && start === 0) return []; // it has been told as a root that is not mapped
  if (count === 0 || Math.max(start, target) + count - 1 > LAST_ID)
    return [idsOutOfRange(map, LAST_ID, origin)];
  const twice = earlier.find(
    (other) =>
      overlap(start, other.start, entry, other) || overlap(target, other.target, entry, other),
  );
  return twice === undefined ? [] : [idsTwice(map, origin, twice.origin)];
}

const overlap = (one: number, two: number, first: IdmapEntry, second: IdmapEntry): boolean =>
  one < two + second.count && two < one + first.count;
