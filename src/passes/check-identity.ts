import {
  groupOfRoot,
  identityNotMapped,
  tooManyGroups,
  unknownIdentity,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain, IdmapEntry } from '../ir/domain.ts';
import { hasGroup, initIdentity } from '../libvirt/init-identity.ts';
import type { Doubts } from './pass.ts';

/** @see setgroups(2), NGROUPS_MAX */
const MOST_GROUPS = 65_536;

/** Who init is to be: somebody of the image, whose ids exist inside. */
export function checkIdentity(
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  const found = initIdentity(domain, facts);
  if (found === undefined) return [];
  if ('unknown' in found) {
    const { unknown, name, looked } = found;
    return [unknownIdentity(unknown, name.value, looked, name.origin)];
  }
  const { uid, gid, groups, origin } = found;
  const { idmap } = domain;
  const isMapped = (map: readonly IdmapEntry[] | undefined, id: number): boolean =>
    map === undefined ||
    doubts.has('idmap') ||
    map.some(({ start, count }) => id >= start && id < start + count);
  return [
    ...(isMapped(idmap?.uid, uid) ? [] : [identityNotMapped('uid', uid, origin)]),
    ...[...new Set([gid, ...groups])]
      .filter((id) => !isMapped(idmap?.gid, id))
      .map((id) => identityNotMapped('gid', id, origin)),
    ...(groups.length > MOST_GROUPS ? [tooManyGroups(groups.length, origin)] : []),
    ...(hasGroup(domain, facts, found) ? [] : [groupOfRoot(uid, origin)]),
  ];
}
