import { invariant } from '../diagnostics/invariant.ts';
import type { Origin } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Filesystem } from '../ir/filesystem.ts';
import type { MountAttribute } from '../plan/plan.ts';
import type { CgroupView } from './cgroups.ts';
import { mappedRoot } from './idmap.ts';
import { type Draft, rule, steps } from './steps.ts';

/** The steps that make the container's tree, by the place they take in the plan. */
export interface Mounts {
  readonly capture: readonly Draft[];
  /** With an id map: the assembly in the supervisor's own mount namespace. */
  readonly stage: readonly Draft[];
  readonly assemble: readonly Draft[];
  /** Detached mounts that the supervisor closes once they are attached. */
  readonly handles: readonly string[];
}

const kernel: readonly MountAttribute[] = ['nosuid', 'nodev', 'noexec'];

/** What the two ways of assembling have in common; with an id map the supervisor does it, else init. */
interface Assembler {
  point(origin: Origin, path: string, type: 'directory' | 'file'): Draft;
  attach(origin: Origin, handle: string, target: string): Draft;
  bind(origin: Origin, source: string, target: string, readOnly: boolean): Draft;
  detach(origin: Origin, target: string): Draft;
  readOnly(origin: Origin): Draft;
}

export function mounts(
  domain: Domain,
  facts: HostFacts,
  stagePath: string,
  view: readonly CgroupView[],
): Mounts {
  const capture = steps('capture', 'supervisor');
  const init = steps('assemble', 'init');
  const root = domain.filesystems.find(({ target }) => target.value === '/');
  invariant(root !== undefined && root.kind === 'mount', 'the passes have given the domain a root');
  const others = domain.filesystems.filter((filesystem) => filesystem.target.value !== '/');
  const staged = domain.idmap !== undefined;
  const ownNetwork = domain.features.privnet !== undefined;
  const newSysfs = ownNetwork || !staged;
  const assembler = staged ? supervisorAssembles(stagePath) : initAssembles();

  const captured: Draft[] = [
    capture(root.origin, {
      op: 'capture.tree',
      handle: 'root',
      source: root.source.value,
      recursive: true,
      readOnly: false,
    }),
  ];
  const handles: string[] = [];
  if (!newSysfs) {
    handles.push('sys');
    captured.push(
      capture(rule('sysfs'), {
        op: 'capture.tree',
        handle: 'sys',
        source: '/sys',
        recursive: false,
        readOnly: true,
      }),
    );
  }
  others.forEach((filesystem, index) => {
    const draft = captureFilesystem(filesystem, `fs${index}`, domain);
    if (draft === undefined) return;
    handles.push(`fs${index}`);
    captured.push(draft);
  });

  const tree: Draft[] = [];
  const detached =
    root.source.value === '/'
      ? hostMounts(facts).map((target) => assembler.detach(rule('host-root'), target))
      : [];
  for (const path of ['/proc', '/sys', '/dev']) {
    tree.push(assembler.point(rule('mount-points'), path, 'directory'));
  }
  // A point below an earlier target is made when that is there; the others before the root may become read-only.
  const earlier = staged ? ['/dev'] : ['/dev', '/proc', '/sys'];
  const below = (path: string, index: number) =>
    [...earlier, ...others.slice(0, index).map(({ target }) => target.value)].some((target) =>
      path.startsWith(`${target}/`),
    );
  const point = (filesystem: Filesystem) =>
    assembler.point(filesystem.origin, filesystem.target.value, pointType(filesystem, facts));
  others.forEach((filesystem, index) => {
    if (!below(filesystem.target.value, index)) tree.push(point(filesystem));
  });
  if (root.readOnly) tree.push(assembler.readOnly(root.origin));
  if (!newSysfs) tree.push(assembler.attach(rule('sysfs'), 'sys', '/sys'));

  const special = specialMounts(facts, ownNetwork, newSysfs, staged, view);
  const devices = [
    assembler.attach(rule('dev'), 'dev', '/dev'),
    assembler.attach(rule('dev'), 'devpts', '/dev/pts'),
  ];
  const attached: Draft[] = others.flatMap((filesystem, index) => {
    const { target, origin, readOnly } = filesystem;
    const made = below(target.value, index) ? [point(filesystem)] : [];
    return filesystem.kind === 'bind'
      ? [...made, assembler.bind(origin, filesystem.source.value, target.value, readOnly)]
      : [...made, assembler.attach(origin, `fs${index}`, target.value)];
  });

  if (!staged) {
    return {
      capture: captured,
      stage: [],
      handles,
      assemble: [
        init(rule('namespaces'), { op: 'propagation.stop' }),
        init(root.origin, { op: 'root.attach' }),
        init(root.origin, { op: 'root.pivot' }),
        init(root.origin, { op: 'root.detach-old' }),
        ...detached,
        ...tree,
        ...special,
        ...devices,
        ...attached,
      ],
    };
  }
  const origin = domain.idmap?.origin ?? rule('idmap');
  const [uid, gid] = [mappedRoot(domain.idmap?.uid), mappedRoot(domain.idmap?.gid)];
  const objects = [
    init(rule('proc'), { op: 'mount.create', handle: 'proc', type: 'proc', attributes: kernel }),
    ...(newSysfs
      ? [
          init(rule('sysfs'), {
            op: 'mount.create',
            handle: 'sys',
            type: 'sysfs',
            attributes: ['ro', ...kernel],
          }),
        ]
      : []),
  ];
  return {
    capture: captured,
    handles,
    stage: [
      capture(origin, { op: 'stage.enter' }),
      capture(root.origin, { op: 'stage.root', at: stagePath }),
      ...detached,
      capture(origin, { op: 'stage.identity', uid, gid }),
      ...tree,
      ...devices,
      ...attached,
      capture(origin, { op: 'stage.identity', uid: 0, gid: 0 }),
    ],
    assemble: [
      ...objects,
      init(root.origin, { op: 'root.adopt', at: stagePath }),
      init(root.origin, { op: 'root.pivot' }),
      init(root.origin, { op: 'root.detach-old' }),
      init(origin, { op: 'identity.root' }),
      ...special,
    ],
  };
}

/**
 * Shown read-only where the host has them mounted; a user namespace may not mount them.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcBasicMounts
 */
const securityFilesystems = [
  { type: 'securityfs', source: 'securityfs', target: '/sys/kernel/security' },
  { type: 'selinuxfs', source: '/sys/fs/selinux', target: '/sys/fs/selinux' },
] as const;

/** procfs, sysfs and what lies on them. With an id map their objects are there already. */
function specialMounts(
  facts: HostFacts,
  ownNetwork: boolean,
  newSysfs: boolean,
  staged: boolean,
  view: readonly CgroupView[],
): Draft[] {
  const init = steps('assemble', 'init');
  const [proc, sysfs, cgroup] = [rule('proc'), rule('sysfs'), rule('cgroup-view')];
  const drafts: Draft[] = [
    staged
      ? init(proc, { op: 'mount.attach', handle: 'proc', target: '/proc' })
      : init(proc, {
          op: 'mount.new',
          type: 'proc',
          source: 'proc',
          target: '/proc',
          attributes: kernel,
        }),
  ];
  const network = !ownNetwork ? [] : facts.ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  for (const family of network) {
    const source = `/proc/sys/net/${family}`;
    drafts.push(init(proc, { op: 'mount.clone', handle: family, source }));
  }
  drafts.push(
    init(proc, { op: 'mount.bind', source: '/proc/sys', target: '/proc/sys', readOnly: true }),
  );
  for (const family of network) {
    drafts.push(
      init(proc, { op: 'mount.attach', handle: family, target: `/proc/sys/net/${family}` }),
    );
  }
  if (newSysfs) {
    drafts.push(
      staged
        ? init(sysfs, { op: 'mount.attach', handle: 'sys', target: '/sys' })
        : init(sysfs, {
            op: 'mount.new',
            type: 'sysfs',
            source: 'sysfs',
            target: '/sys',
            attributes: ['ro', ...kernel],
          }),
    );
  }
  for (const { type, source, target } of staged ? [] : securityFilesystems) {
    if (!facts.mounts.some(({ point }) => point === target)) continue;
    drafts.push(
      init(sysfs, { op: 'mount.new', type, source, target, attributes: ['ro', ...kernel] }),
    );
  }
  const unified = view.find(({ name }) => name === '');
  if (unified !== undefined) {
    const { handle } = unified;
    drafts.push(init(cgroup, { op: 'mount.attach', handle, target: '/sys/fs/cgroup' }));
  } else if (view.length > 0) {
    drafts.push(
      init(cgroup, {
        op: 'mount.new',
        type: 'tmpfs',
        source: 'tmpfs',
        target: '/sys/fs/cgroup',
        attributes: kernel,
        data: 'mode=755,size=65536',
      }),
    );
    for (const { name, handle } of view) {
      const target = `/sys/fs/cgroup/${name}`;
      drafts.push(
        init(cgroup, {
          op: 'mount.point',
          path: target,
          type: 'directory',
          below: '/sys/fs/cgroup',
        }),
        init(cgroup, { op: 'mount.attach', handle, target }),
      );
    }
  }
  return drafts;
}

function initAssembles(): Assembler {
  const init = steps('assemble', 'init');
  return {
    point: (origin, path, type) => init(origin, { op: 'mount.point', path, type }),
    attach: (origin, handle, target) => init(origin, { op: 'mount.attach', handle, target }),
    bind: (origin, source, target, readOnly) =>
      init(origin, { op: 'mount.bind', source, target, readOnly }),
    detach: (origin, target) => init(origin, { op: 'mount.detach', target }),
    readOnly: (origin) => init(origin, { op: 'mount.readonly', target: '/', recursive: true }),
  };
}

function supervisorAssembles(stagePath: string): Assembler {
  const stage = steps('capture', 'supervisor');
  return {
    point: (origin, path, type) => stage(origin, { op: 'stage.point', path, type }),
    attach: (origin, handle, target) => stage(origin, { op: 'stage.attach', handle, target }),
    bind: (origin, source, target, readOnly) =>
      stage(origin, { op: 'stage.bind', source, target, readOnly }),
    detach: (origin, target) =>
      stage(origin, { op: 'stage.detach', target: `${stagePath}${target}` }),
    readOnly: (origin) => stage(origin, { op: 'stage.readonly' }),
  };
}

/** The host's own /sys, /dev and /proc give way; whatever is mounted below them goes along. */
const hostMounts = (facts: HostFacts): string[] =>
  ['/sys', '/dev', '/proc'].flatMap((target) =>
    facts.mounts.filter(({ point }) => point === target).map(() => target),
  );

function captureFilesystem(
  filesystem: Filesystem,
  handle: string,
  domain: Domain,
): Draft | undefined {
  const capture = steps('capture', 'supervisor');
  const { origin, readOnly } = filesystem;
  switch (filesystem.kind) {
    case 'mount':
      return capture(origin, {
        op: 'capture.tree',
        handle,
        source: filesystem.source.value,
        recursive: false,
        readOnly,
      });
    case 'ram': {
      const [uid, gid] = [mappedRoot(domain.idmap?.uid), mappedRoot(domain.idmap?.gid)];
      return capture(origin, {
        op: 'capture.tmpfs',
        handle,
        source: 'tmpfs',
        options: {
          size: String(BigInt(filesystem.usageKiB) * 1024n),
          ...(uid === 0 && gid === 0 ? {} : { uid: String(uid), gid: String(gid) }),
        },
        attributes: [...(readOnly ? (['ro'] as const) : []), 'nosuid', 'nodev'],
      });
    }
    default:
      return undefined;
  }
}

/** A file is bound on a file. What the facts do not know is taken for a directory. */
function pointType(filesystem: Filesystem, facts: HostFacts): 'directory' | 'file' {
  if (filesystem.kind !== 'mount') return 'directory';
  const fact = facts.paths[filesystem.source.value];
  return fact === undefined || fact.kind === 'directory' || fact.kind === 'missing'
    ? 'directory'
    : 'file';
}
