import type { Container } from '../container/container.ts';
import { mappedRoot } from '../container/idmap.ts';
import type { Origin } from '../diagnostics/origin.ts';
import type { CgroupFacts } from '../facts/facts.ts';
import { type Hierarchy, hierarchyOfDevices } from '../libvirt/group-files.ts';
import type { Loops } from './loops.ts';
import { type Draft, rule, step } from './steps.ts';

/** The steps about control groups, by the place they take in the plan. */
export interface Cgroups {
  readonly prepare: readonly Draft[];
  readonly capture: readonly Draft[];
  readonly join: readonly Draft[];
  readonly removes: readonly Draft[];
  /** v2: the group into which init is cloned. */
  readonly into?: string;
}

/** What init has to do with one hierarchy. */
interface Group {
  readonly hierarchy: Hierarchy;
  readonly path: string;
  /** Who asked for it first. */
  readonly origin: Origin;
  readonly settings: readonly Setting[];
  readonly hasDevices: boolean;
  /** Whether the container sees it below /sys/fs/cgroup. */
  readonly isShown: boolean;
}

interface Setting {
  readonly file: string;
  readonly value: string;
  readonly origin: Origin;
}

/** Each group is made, set up, shown, and joined: on v1 by init itself, on v2 by the clone. */
export function cgroups(
  { groups, idmap }: Container,
  facts: CgroupFacts,
  { handleOf }: Loops,
): Cgroups {
  const all = [...settingGroups(groups, facts), ...otherGroups(groups, facts)];
  const { delegated } = groups;
  const [uid, gid] = [mappedRoot(idmap?.uid), mappedRoot(idmap?.gid)];
  const result = {
    prepare: [] as Draft[],
    capture: [] as Draft[],
    join: [] as Draft[],
    removes: [] as Draft[],
  };
  for (const { hierarchy, path, origin, settings, hasDevices, isShown } of all) {
    const remove = step(origin, { op: 'cgroup.remove', path });
    result.removes.unshift(remove);
    result.prepare.push(
      ...passedOn(hierarchy, groups, settings, facts),
      step(origin, { op: 'cgroup.create', path }, { tolerates: ['EEXIST'], undo: remove }),
      ...settings.map((setting) =>
        step(setting.origin, {
          op: 'cgroup.write',
          file: `${path}/${setting.file}`,
          value: setting.value,
        }),
      ),
    );
    if (hasDevices) {
      const op = hierarchy.version === 1 ? 'devices.policy' : 'devices.attach';
      const { origin: asked } = groups.devices;
      const rules = groups.devices.rules.map((each) =>
        'loop' in each ? { loop: handleOf(each.loop), access: each.access } : each,
      );
      result.prepare.push(step(asked, { op, path, rules }));
    }
    const isDelegated = delegated !== undefined && hierarchy.version === 2;
    if (isDelegated && idmap !== undefined)
      result.prepare.push(step(delegated.origin, { op: 'cgroup.delegate', path, uid, gid }));
    if (delegated === undefined ? isShown : isDelegated) {
      const handle = viewOf(hierarchy);
      result.capture.push(
        step(rule('cgroup-view'), {
          op: 'capture.tree',
          handle,
          source: path,
          recursive: false,
          readOnly: !isDelegated,
        }),
      );
    }
    if (hierarchy.version === 1) {
      const handle = `${nameOf(hierarchy)}_tasks`;
      const tasks = `${path}/tasks`;
      result.capture.push(step(rule('cgroup'), { op: 'cgroup.open', handle, path: tasks }));
      result.join.push(step(rule('cgroup'), { op: 'cgroup.join', handle, path: tasks }));
    }
  }
  const into = all.find(({ hierarchy }) => hierarchy.version === 2)?.path;
  return { ...result, ...(into === undefined ? {} : { into }) };
}

/** The name of a hierarchy, as part of a handle: that of its mount point. */
const nameOf = ({ mountPoint }: Pick<Hierarchy, 'mountPoint'>): string =>
  mountPoint.slice(mountPoint.lastIndexOf('/') + 1).replaceAll(/\W/g, '_');

/** The handle of the container's own group, which is mounted inside. */
export const viewOf = (hierarchy: Hierarchy): string =>
  hierarchy.version === 2 ? 'cgroup_view' : `${nameOf(hierarchy)}_view`;

/** The groups of the hierarchies that have a setting of the domain, or the list of devices. */
function settingGroups(
  { path, files, devices, counted }: Container['groups'],
  facts: CgroupFacts,
): Group[] {
  const ofDevices = hierarchyOfDevices(facts);
  const hierarchies = new Map<string, Hierarchy>();
  const asked = [...files, ...counted].map(({ hierarchy }) => hierarchy);
  for (const hierarchy of [...asked, ofDevices]) {
    if (hierarchy !== undefined) hierarchies.set(hierarchy.mountPoint, hierarchy);
  }
  return [...hierarchies.values()].map((hierarchy) => {
    const settings = files.filter((file) => file.hierarchy.mountPoint === hierarchy.mountPoint);
    return {
      hierarchy,
      path: `${hierarchy.mountPoint}${path}`,
      origin:
        settings[0]?.origin ??
        counted.find((each) => each.hierarchy.mountPoint === hierarchy.mountPoint)?.origin ??
        devices.origin,
      settings: [...settings, ...missingOfCpuset(settings, hierarchy, facts)],
      hasDevices: ofDevices?.mountPoint === hierarchy.mountPoint,
      isShown: true,
    };
  });
}

/**
 * A new group of the cpuset controller of v1 has neither processors nor memory nodes, and cannot be joined like that.
 * @see Documentation/admin-guide/cgroup-v1/cpusets.rst
 */
function missingOfCpuset(
  given: readonly Setting[],
  { mountPoint }: Hierarchy,
  { v1 }: CgroupFacts,
): Setting[] {
  const cpuset = v1.find((each) => each.mountPoint === mountPoint)?.cpuset;
  if (cpuset === undefined) return [];
  const origin = rule('own-groups');
  return [
    { file: 'cpuset.cpus', value: cpuset.cpus, origin },
    { file: 'cpuset.mems', value: cpuset.mems, origin },
  ].filter(({ file }) => given.every((setting) => setting.file !== file));
}

/** All that no setting asks for. */
function otherGroups(groups: Container['groups'], facts: CgroupFacts): Group[] {
  const points = new Set(settingGroups(groups, facts).map(({ hierarchy }) => hierarchy.mountPoint));
  return [...everywhere(groups, facts, points), ...unified(groups, facts, points)];
}

/** That of v2, where init finds its place among the others, or makes groups of its own. */
function unified(
  { path, everywhere: asked, delegated }: Container['groups'],
  { v2 }: CgroupFacts,
  points: ReadonlySet<string>,
): Group[] {
  const origin = asked?.origin ?? delegated?.origin;
  if (origin === undefined || v2 === undefined || points.has(v2.mountPoint)) return [];
  return [
    {
      hierarchy: { version: 2, mountPoint: v2.mountPoint },
      path: `${v2.mountPoint}${path}`,
      origin,
      settings: [],
      hasDevices: false,
      isShown: false,
    },
  ];
}

/** All other hierarchies of v1, for an init that mounts them. */
function everywhere(
  groups: Container['groups'],
  facts: CgroupFacts,
  points: ReadonlySet<string>,
): Group[] {
  if (groups.everywhere === undefined) return [];
  const { path, origin } = groups.everywhere;
  const { v1 } = facts;
  const made = v1
    .filter(({ mountPoint }) => points.has(mountPoint))
    .map(({ controllers }) => controllers.join());
  // A hierarchy may be mounted more than once.
  const usable = v1.filter(({ controllers, cpuset }, index) => {
    const all = controllers.join();
    const first = v1.findIndex((other) => other.controllers.join() === all);
    return (
      first === index &&
      !made.includes(all) &&
      !(controllers.includes('cpuset') && cpuset === undefined)
    );
  });
  return usable.map(({ mountPoint }): Group => {
    const hierarchy: Hierarchy = { version: 1, mountPoint };
    return {
      hierarchy,
      path: `${mountPoint}${path}`,
      origin,
      settings: missingOfCpuset([], hierarchy, facts),
      hasDevices: false,
      isShown: false,
    };
  });
}

/** On v2 a group has a controller's files only if each group above passes the controller on. */
function passedOn(
  { version, mountPoint }: Hierarchy,
  { path, counted }: Container['groups'],
  settings: readonly Setting[],
  { v2 }: CgroupFacts,
): Draft[] {
  if (version === 1) return [];
  const asked = new Map<string, Origin>();
  for (const { file, origin } of settings) {
    const controller = file.slice(0, file.indexOf('.'));
    if (!asked.has(controller)) asked.set(controller, origin);
  }
  for (const { controller, hierarchy, origin } of counted)
    if (hierarchy.version === 2 && !asked.has(controller)) asked.set(controller, origin);
  return [...asked].flatMap(([controller, origin]) =>
    groupsAbove(path)
      .filter((group) => group !== '' || v2?.enabled.includes(controller) !== true)
      .map((group) =>
        step(origin, {
          op: 'cgroup.enable',
          file: `${mountPoint}${group}/cgroup.subtree_control`,
          value: `+${controller}`,
        }),
      ),
  );
}

/** Of `/a/b/c` the root (the empty path), `/a` and `/a/b`. */
function groupsAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
