import type { CgroupFacts, HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { extensionOf, type ProcRequest } from '../ir/extension.ts';
import { type Hierarchy, hierarchyOf, hierarchyOfDevices } from '../libvirt/group-files.ts';
import { type ProcFile, type ProcSource, procSourceFiles } from '../linux/proc-files.ts';
import type { Counted, Groups, ProcFiles, ServedFile } from './container.ts';

/** Asked for by the domain, and answered for by the supervisor. */
function asked({ metadata }: Domain, { fuse }: HostFacts): ProcRequest | undefined {
  const request = extensionOf(metadata)?.proc;
  return request === undefined || request.ofLxcfs || fuse !== true ? undefined : request;
}

/** What each file is made of, beside the host's. */
const sourcesOf: Readonly<Record<ProcFile, readonly ProcSource[]>> = {
  cpuinfo: ['quota', 'period'],
  diskstats: ['operations', 'bytes'],
  loadavg: ['tasks'],
  stat: ['quota', 'period', 'usageEach'],
  swaps: ['memoryLimit', 'memoryUsage', 'swapLimit', 'swapUsage'],
  uptime: ['quota', 'period', 'usage'],
};

/** What no setting brings: which controller counts it, on v1. A group of v2 has its processor time without one. */
const countedBy: Readonly<Partial<Record<ProcSource, string>>> = {
  usage: 'cpuacct',
  usageEach: 'cpuacct',
  operations: 'blkio',
  bytes: 'blkio',
};

/** The groups that a container has for no setting, but because something of it is to be counted. */
export function countedGroups(domain: Domain, facts: HostFacts): readonly Counted[] {
  const { files = [], origin } = asked(domain, facts) ?? {};
  if (origin === undefined) return [];
  const counted = files.flatMap((file) => sourcesOf[file]).map((each) => countedBy[each]);
  return ['cpuacct', 'blkio'].flatMap((controller) => {
    if (!counted.includes(controller)) return [];
    const { v2 } = facts.cgroups;
    const old = hierarchyOf(controller, { v1: facts.cgroups.v1 });
    if (old !== undefined) return [{ controller, hierarchy: old, origin }];
    return controller === 'blkio' && v2?.controllers.includes('io') === true
      ? [{ controller: 'io', hierarchy: { version: 2, mountPoint: v2.mountPoint }, origin }]
      : [];
  });
}

/** Those that the domain asks for and does not mount something else at. */
export function procFilesOf(
  domain: Domain,
  facts: HostFacts,
  groups: Groups,
): ProcFiles | undefined {
  const request = asked(domain, facts);
  if (request === undefined) return undefined;
  const covered = domain.filesystems.map(({ target }) => target.value);
  const files = request.files
    .filter((file) => !covered.includes(`/proc/${file}`))
    .map((file) => servedFile(file, facts.cgroups, groups));
  return files.length === 0 ? undefined : { files, origin: request.origin };
}

function servedFile(file: ProcFile, facts: CgroupFacts, groups: Groups): ServedFile {
  const found = sourcesOf[file].flatMap((source) => {
    const hierarchy = hierarchyWith(source, facts, groups);
    const name = hierarchy && procSourceFiles[hierarchy.version][source];
    return hierarchy === undefined || name === undefined
      ? []
      : [
          {
            source,
            version: hierarchy.version,
            path: `${hierarchy.mountPoint}${groups.path}/${name}`,
          },
        ];
  });
  const version = found[0]?.version ?? 1;
  const reads = found.filter((each) => each.version === version);
  return {
    file,
    version,
    reads: Object.fromEntries(reads.map(({ source, path }) => [source, path])),
  };
}

/** Where the container has a group that knows it; a limit only where there is one. */
function hierarchyWith(
  source: ProcSource,
  facts: CgroupFacts,
  { files, counted }: Groups,
): Hierarchy | undefined {
  const set = (names: readonly (string | undefined)[]) =>
    files.find(({ file }) => names.includes(file))?.hierarchy;
  const names = [1, 2] as const;
  switch (source) {
    case 'quota':
    case 'period':
      return set(names.map((version) => procSourceFiles[version].quota));
    case 'memoryLimit':
    case 'memoryUsage':
    case 'swapLimit':
    case 'swapUsage':
      return set(names.map((version) => procSourceFiles[version].swapLimit));
    case 'operations':
    case 'bytes':
      return counted.find(({ controller }) => ['blkio', 'io'].includes(controller))?.hierarchy;
    case 'usage':
    case 'usageEach':
      return (
        counted.find(({ controller }) => controller === 'cpuacct')?.hierarchy ??
        unified(hierarchyOfDevices(facts))
      );
    case 'tasks':
      return hierarchyOfDevices(facts);
  }
}

const unified = (hierarchy: Hierarchy | undefined): Hierarchy | undefined =>
  hierarchy?.version === 2 ? hierarchy : undefined;
