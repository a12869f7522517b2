import { rootOfStranger } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, PathFact } from '../facts/facts.ts';
import type { Domain, Idmap } from '../ir/domain.ts';
import { isRoot, rootOf } from '../ir/root.ts';
import { MOUNTED_IN_EVERY } from '../libvirt/basic-mounts.ts';
import { mountOf } from './mounted.ts';
import type { Doubts } from './pass.ts';

/** Types of file systems of which a mount can map ids, and since which Linux. @see mount_setattr(2), "ID-mapped mounts" */
const mappable: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  btrfs: [5, 15],
  erofs: [5, 19],
  ext4: [5, 12],
  f2fs: [5, 18],
  overlay: [5, 19],
  tmpfs: [6, 3],
  vfat: [5, 12],
  xfs: [5, 12],
};

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
  if (idmap === undefined || root?.kind !== 'mount') return [];
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
        idmapOption: type !== undefined && isMappable(type.type, facts) ? option(idmap) : undefined,
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

function isMappable(type: string, { kernel }: HostFacts): boolean {
  const since = mappable[type];
  if (since === undefined) return false;
  const [major, minor] = since;
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

/** The same map for the files of a mount. @see mount(8), X-mount.idmap */
const option = (idmap: Idmap): string =>
  (['uid', 'gid'] as const)
    .flatMap((map) =>
      idmap[map].map(({ start, target, count }) => `${map[0]}:${start}:${target}:${count}`),
    )
    .join(' ');
