import type { Origin } from '../diagnostics/origin.ts';
import type { CgroupFacts, HostFacts, PathFact } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import {
  type CgroupFile,
  type CgroupSetting,
  type CgroupVersion,
  type Controller,
  cgroupSettings,
  controllerName,
} from './cgroup-settings.ts';

/** Where a machine has a controller. */
export interface Hierarchy {
  readonly version: CgroupVersion;
  readonly mountPoint: string;
}

/** A hierarchy of v1 that has the controller, else the one of v2 if it has it. @see cgroups(7) */
export function hierarchyOf(controller: string, { v1, v2 }: CgroupFacts): Hierarchy | undefined {
  const old = v1.find(({ controllers }) => controllers.includes(controller));
  if (old !== undefined) return { version: 1, mountPoint: old.mountPoint };
  return v2?.controllers.includes(controller)
    ? { version: 2, mountPoint: v2.mountPoint }
    : undefined;
}

/** The list of devices is a controller on v1, and a program on v2, which needs none. */
export function hierarchyOfDevices({ v1, v2 }: CgroupFacts): Hierarchy | undefined {
  const old = hierarchyOf('devices', { v1 });
  return old ?? (v2 === undefined ? undefined : { version: 2, mountPoint: v2.mountPoint });
}

export const hierarchyFor = (controller: Controller, cgroups: CgroupFacts): Hierarchy | undefined =>
  hierarchyOf(controllerName(controller, 1), { v1: cgroups.v1 }) ??
  hierarchyOf(controller, cgroups);

/** A value for a file of the container's group in a hierarchy. */
export interface GroupFile {
  readonly hierarchy: Hierarchy;
  readonly controller: Controller;
  readonly element: string;
  readonly file: string;
  readonly value: string;
  readonly origin: Origin;
  /** What the value became, as the domain's is out of the range of the file. */
  readonly clamped?: number;
}

/** A setting that a machine cannot enforce. */
export interface Unenforced {
  readonly element: string;
  readonly controller: Controller;
  readonly origin: Origin;
  readonly why: 'no-controller' | 'no-weights';
}

/** What a domain's settings are on a machine: files with values, and what it has no file for. */
export function groupFiles(
  domain: Domain,
  facts: HostFacts,
): { readonly files: readonly GroupFile[]; readonly unenforced: readonly Unenforced[] } {
  const files: GroupFile[] = [];
  const unenforced: Unenforced[] = [];
  const numberOf = (path: string) => deviceNumber(path, facts.paths[path]);
  for (const setting of Object.values<CgroupSetting>(cgroupSettings)) {
    const { element, controller } = setting;
    const hierarchy = hierarchyFor(controller, facts.cgroups);
    const given = hierarchy === undefined ? (setting.v1 ?? setting.v2) : fileOf(setting, hierarchy);
    const values = given?.values(domain, numberOf) ?? [];
    const file = given === undefined ? undefined : nameOf(given, facts);
    for (const { text, origin, clamped } of values) {
      if (hierarchy === undefined || file === undefined) {
        const why = hierarchy === undefined ? 'no-controller' : 'no-weights';
        unenforced.push({ element, controller, origin, why });
      } else {
        const exact = clamped === undefined ? {} : { clamped };
        files.push({ hierarchy, controller, element, file, value: text, origin, ...exact });
      }
    }
  }
  return { files, unenforced };
}

/** All hierarchies in which a container of the domain has a group, for its settings and its devices. */
export function hierarchiesOf(domain: Domain, cgroups: CgroupFacts): readonly Hierarchy[] {
  const all: readonly CgroupSetting[] = Object.values(cgroupSettings);
  const used = all.flatMap((setting) => {
    const hierarchy = hierarchyFor(setting.controller, cgroups);
    const file = hierarchy === undefined ? undefined : fileOf(setting, hierarchy);
    const isSet = file !== undefined && file.values(domain, () => '0:0').length > 0;
    return hierarchy !== undefined && isSet ? [hierarchy] : [];
  });
  const devices = hierarchyOfDevices(cgroups);
  return devices === undefined ? used : [...used, devices];
}

const fileOf = ({ v1, v2 }: CgroupSetting, { version }: Hierarchy): CgroupFile | undefined =>
  version === 1 ? v1 : v2;

/** Of the two files of a weight the one that the kernel has; libvirt prefers that of BFQ. */
function nameOf({ file, bfq }: CgroupFile, { blockWeights }: HostFacts): string | undefined {
  if (bfq === undefined) return file;
  // Since Linux 5.0 no other scheduler of v1 has weights.
  if (blockWeights === undefined) return file.startsWith('blkio.') ? bfq : file;
  const has = (name: string) => blockWeights.some((each) => name.startsWith(each));
  return has(bfq) ? bfq : has(file) ? file : undefined;
}

/** `8:0` of a block device, by what was found there or by a path that says it. */
export function deviceNumber(path: string, fact: PathFact | undefined): string | undefined {
  if (fact?.kind === 'block') return `${fact.major}:${fact.minor}`;
  return /^\/dev\/block\/(\d+:\d+)$/.exec(path)?.[1];
}
