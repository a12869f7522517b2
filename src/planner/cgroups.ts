import type { Origin } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { DeviceRule } from '../plan/plan.ts';
import { makesDevices } from './capabilities.ts';
import { type Draft, rule, steps } from './steps.ts';

/** The steps about control groups, by the place they take in the plan. */
export interface Cgroups {
  readonly prepare: readonly Draft[];
  readonly capture: readonly Draft[];
  readonly join: readonly Draft[];
  readonly removes: readonly Draft[];
  readonly handles: readonly string[];
  /** v2: the group into which init is cloned. */
  readonly into?: string;
  /** What the container sees below /sys/fs/cgroup. */
  readonly view: readonly CgroupView[];
}

export interface CgroupView {
  /** Name of the directory below /sys/fs/cgroup; empty for v2, which is mounted there itself. */
  readonly name: string;
  readonly path: string;
  readonly handle: string;
}

/**
 * The devices that every container may use.
 * @see libvirt 9.0, src/lxc/lxc_cgroup.c, virLXCCgroupSetupDeviceACL
 */
const defaultDevices: readonly DeviceRule[] = [
  ...[3, 5, 7, 8, 9].map((minor): DeviceRule => ({ type: 'c', major: 1, minor, access: 'rwm' })),
  { type: 'c', major: 5, minor: 0, access: 'rwm' },
  { type: 'c', major: 5, minor: 2, access: 'rwm' },
  { type: 'c', major: 10, minor: 229, access: 'rwm' },
  { type: 'c', major: 136, minor: '*', access: 'rwm' },
];

const makeAny: readonly DeviceRule[] = [
  { type: 'b', major: '*', minor: '*', access: 'm' },
  { type: 'c', major: '*', minor: '*', access: 'm' },
];

interface Setting {
  readonly file: string;
  readonly value: string;
  readonly origin: Origin;
}

/**
 * Only controllers with a setting are joined, and each group is a direct child of its hierarchy's root (or
 * of the domain's partition): no parent that two containers would share is made or left behind.
 */
export function cgroups(domain: Domain, facts: HostFacts): Cgroups {
  const partition = domain.resource?.partition?.value ?? '';
  const leaf = `${partition === '/' ? '' : partition}/lxplain-${domain.name.value}`;
  const find = (controller: string) =>
    facts.cgroups.v1.find(({ controllers }) => controllers.includes(controller));
  const [memory, devices] = [find('memory'), find('devices')];
  const rules = [...(makesDevices(domain.features.capabilities) ? makeAny : []), ...defaultDevices];
  const prepare = steps('prepare', 'supervisor');
  const capture = steps('capture', 'supervisor');
  const release = steps('release', 'supervisor');
  const born = steps('isolate', 'init');
  const result = {
    prepare: [] as Draft[],
    capture: [] as Draft[],
    join: [] as Draft[],
    removes: [] as Draft[],
    handles: [] as string[],
    view: [] as CgroupView[],
  };
  const memoryOrigin = domain.memoryKiB?.origin ?? rule('memory');
  const create = (path: string, origin: Origin) => {
    const remove = release(origin, { op: 'cgroup.remove', path });
    result.removes.unshift(remove);
    result.prepare.push(
      prepare(origin, { op: 'cgroup.create', path }, { tolerates: ['EEXIST'], undo: remove }),
    );
  };
  const write = (path: string, settings: readonly Setting[]) => {
    for (const { file, value, origin } of settings) {
      result.prepare.push(prepare(origin, { op: 'cgroup.write', file: `${path}/${file}`, value }));
    }
  };
  const show = (name: string, path: string) => {
    const handle = name === '' ? 'cgroup_view' : `${name}_view`;
    result.view.push({ name, path, handle });
    result.handles.push(handle);
    result.capture.push(
      capture(rule('cgroup-view'), {
        op: 'capture.tree',
        handle,
        source: path,
        recursive: false,
        readOnly: true,
      }),
    );
  };
  const join = (controller: string, path: string) => {
    const handle = `${controller}_tasks`;
    result.handles.push(handle);
    result.capture.push(
      capture(rule('cgroup'), { op: 'cgroup.open', handle, path: `${path}/tasks` }),
    );
    result.join.push(born(rule('cgroup'), { op: 'cgroup.join', handle, path: `${path}/tasks` }));
  };

  const v2 = facts.cgroups.v2;
  const unified = v2 === undefined ? undefined : `${v2.mountPoint}${leaf}`;
  const memoryOnV2 = memory === undefined && v2?.controllers.includes('memory') === true;
  const devicesOnV2 = devices === undefined && unified !== undefined;
  if (memory !== undefined) {
    const path = `${memory.mountPoint}${leaf}`;
    create(path, memoryOrigin);
    write(path, memoryV1(domain));
    show('memory', path);
    join('memory', path);
  }
  if (devices !== undefined) {
    const path = `${devices.mountPoint}${leaf}`;
    if (devices !== memory) {
      create(path, rule('device-policy'));
      show('devices', path);
      join('devices', path);
    }
    result.prepare.push(prepare(rule('device-policy'), { op: 'devices.policy', path, rules }));
  }
  if (unified !== undefined && v2 !== undefined && (memoryOnV2 || devicesOnV2)) {
    if (memoryOnV2) {
      // A group has a controller's files only if each group above passes the controller on.
      for (const group of groupsAbove(leaf)) {
        if (group === '' && v2.enabled.includes('memory')) continue;
        const file = `${v2.mountPoint}${group}/cgroup.subtree_control`;
        result.prepare.push(prepare(memoryOrigin, { op: 'cgroup.enable', file, value: '+memory' }));
      }
    }
    create(unified, memoryOnV2 ? memoryOrigin : rule('device-policy'));
    if (memoryOnV2) write(unified, memoryV2(domain));
    if (devicesOnV2) {
      result.prepare.push(
        prepare(rule('device-policy'), { op: 'devices.attach', path: unified, rules }),
      );
    }
    show('', unified);
    return { ...result, into: unified };
  }
  return result;
}

/** Of `/a/b/c` the root (the empty path), `/a` and `/a/b`. */
function groupsAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

const bytes = (kib: number): string => String(BigInt(kib) * 1024n);

/** @see libvirt 9.0, src/lxc/lxc_cgroup.c, virLXCCgroupSetupMemTune */
function memoryV1({ memoryKiB, memtune }: Domain): Setting[] {
  const limit = memtune?.hardLimitKiB ?? memoryKiB;
  return [
    ...setting('memory.limit_in_bytes', limit),
    ...setting('memory.soft_limit_in_bytes', memtune?.softLimitKiB),
    ...setting('memory.memsw.limit_in_bytes', memtune?.swapHardLimitKiB),
  ];
}

/** On v2 swap is limited by itself; libvirt's figure is memory and swap together. */
function memoryV2({ memoryKiB, memtune }: Domain): Setting[] {
  const limit = memtune?.hardLimitKiB ?? memoryKiB;
  const both = memtune?.swapHardLimitKiB;
  const swap =
    both === undefined
      ? undefined
      : { ...both, value: Math.max(0, both.value - (limit?.value ?? 0)) };
  return [
    ...setting('memory.max', limit),
    ...setting('memory.high', memtune?.softLimitKiB),
    ...setting('memory.swap.max', swap),
  ];
}

function setting(file: string, limit: { value: number; origin: Origin } | undefined): Setting[] {
  return limit === undefined ? [] : [{ file, value: bytes(limit.value), origin: limit.origin }];
}
