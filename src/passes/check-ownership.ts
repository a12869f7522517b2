import { rootOfStranger } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, PathFact } from '../facts/facts.ts';
import type { Domain, Idmap } from '../ir/domain.ts';
import { isIdmapped } from '../ir/idmapped.ts';
import { isRoot, rootOf } from '../ir/root.ts';
import { MOUNTED_IN_EVERY } from '../libvirt/basic-mounts.ts';
import { isMappable } from '../linux/idmapped-mounts.ts';
import { mountOf } from './mounted.ts';
import type { Doubts } from './pass.ts';

/**
 * With an id map the files of the root have to belong to somebody whom it maps: root of the container has no rights on
 * others, cannot make mount points among them, and sees them as nobody's.
 * @see user_namespaces(7), capabilities(7)
 */
export function checkOwnership(
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  const { idmap } = domain;
  const root = rootOf(domain);
  if (idmap === undefined || root?.kind !== 'mount' || isIdmapped(root, domain)) return [];
  if (doubts.has('idmap') || doubts.has('devices')) return [];
  const found = facts.rootPaths[root.source.value] ?? {};
  const slash = found['/'];
  if (slash?.kind !== 'directory' || slash.uid === undefined || slash.gid === undefined) return [];
  const strange = (['uid', 'gid'] as const).filter((map) => !maps(idmap, map, slash[map]!));
  if (strange.length === 0) return [];
  const may = rights(slash, idmap);
  const points = [...MOUNTED_IN_EVERY, ...targets(domain)];
  const unmade = points.find(
    (point) => found[point]?.kind === 'missing' && point.lastIndexOf('/') === 0,
  );
  const problem = !may.includes('x')
    ? 'root of the container may not enter it'
    : unmade !== undefined && !may.includes('w')
      ? `root of the container may not make '${unmade}' in it`
      : undefined;
  const type = mountOf(root.source.value, facts);
  return [
    rootOfStranger(
      {
        root: root.source.value,
        owner: `${slash.uid}:${slash.gid}`,
        first: `${idmap.uid[0]?.target}:${idmap.gid[0]?.target}`,
        problem,
        canMap: type !== undefined && isMappable(type.type, facts.kernel),
      },
      root.origin.kind === 'source' ? root.origin : idmap.origin,
    ),
  ];
}

const targets = ({ filesystems }: Domain): string[] =>
  filesystems.filter((each) => !isRoot(each)).map(({ target }) => target.value);

const maps = (idmap: Idmap, map: 'uid' | 'gid', id: number): boolean =>
  idmap[map].some(({ target, count }) => id >= target && id < target + count);

/** What root of the container may do with a directory that is somebody else's. */
function rights(
  { uid, gid, mode = '0777' }: Extract<PathFact, { kind: 'directory' }>,
  idmap: Idmap,
): string {
  const is = (map: 'uid' | 'gid', id: number | undefined) =>
    idmap[map].find(({ start }) => start === 0)?.target === id;
  const digit = is('uid', uid) ? 1 : is('gid', gid) ? 2 : 3;
  const bits = Number(mode[digit]);
  return `${bits & 2 ? 'w' : ''}${bits & 1 ? 'x' : ''}`;
}
