import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { opNames, ops } from '../../src/plan/ops.ts';
import type { Plan, PlanStep } from '../../src/plan/plan.ts';
import { rules, verifyPlan } from '../../src/plan/verify.ts';
import { wrongValues } from './values.cases.ts';

const folder = join(import.meta.dirname, '../../golden/cases');
const sound = readdirSync(folder).filter((name) => !name.startsWith('error-'));
const read = (name: string): Plan =>
  JSON.parse(readFileSync(join(folder, name, 'plan.json'), 'utf8')) as Plan;
const plans = new Map(sound.map((name) => [name, read(name)]));
const stepsOf = (name: string): readonly PlanStep[] => plans.get(name)?.steps ?? [];

test.each(sound)('%s is sound', (name) => {
  expect(verifyPlan(read(name))).toEqual([]);
});

/** Gives the steps new numbers and lets `undo` follow; what was undone by a step that is gone has no undo. */
function renumber(steps: readonly PlanStep[]): PlanStep[] {
  const ids = new Map(steps.map(({ id }, index) => [id, index + 1]));
  return steps.map(({ undo, ...step }) => {
    const follows = undo === undefined ? undefined : ids.get(undo);
    const id = ids.get(step.id);
    return { ...step, id, ...(follows === undefined ? {} : { undo: follows }) } as PlanStep;
  });
}

const problems = (steps: readonly PlanStep[], golden: string): string[] =>
  Object.entries(rules).flatMap(([rule, violations]) =>
    violations(steps, plans.get(golden)?.name ?? '').map(
      ({ step, problem }) => `${rule}: ${steps[step - 1]?.op ?? 'plan'}: ${problem}`,
    ),
  );

type Edit = (steps: readonly PlanStep[]) => readonly PlanStep[];
type Matches = Readonly<Record<string, unknown>>;

const is = (step: PlanStep, wanted: Matches): boolean =>
  Object.entries(wanted).every(([key, value]) =>
    Object.entries(step).some(([k, v]) => k === key && v === value),
  );

function indexOf(steps: readonly PlanStep[], wanted: Matches): number {
  const index = steps.findIndex((step) => is(step, wanted));
  if (index < 0) throw new Error(`no step like ${JSON.stringify(wanted)}`);
  return index;
}

/** Takes a step away. */
const without =
  (wanted: Matches): Edit =>
  (steps) =>
    renumber(steps.toSpliced(indexOf(steps, wanted), 1));

/** Moves a step right before or right behind another one. */
const move =
  (wanted: Matches, side: 'before' | 'behind', other: Matches): Edit =>
  (steps) => {
    const step = steps[indexOf(steps, wanted)] as PlanStep;
    const rest = steps.filter((one) => one !== step);
    const at = indexOf(rest, other) + (side === 'before' ? 0 : 1);
    return renumber(rest.toSpliced(at, 0, step));
  };

/** Changes fields of a step; `undefined` takes one away. */
const change =
  (wanted: Matches, fields: Matches): Edit =>
  (steps) => {
    const at = indexOf(steps, wanted);
    const entries = Object.entries({ ...steps[at], ...fields });
    const kept = entries.filter(([, value]) => value !== undefined);
    return steps.with(at, Object.fromEntries(kept) as unknown as PlanStep);
  };

/** Each rule, with plans that break it, and what is said then. */
const broken: readonly (readonly [
  rule: keyof typeof rules,
  golden: string,
  Edit,
  problem: string,
])[] = [
  [
    'inPhases',
    'private-root',
    change({ op: 'cgroup.create' }, { actor: 'init' }),
    'cgroup.create: cgroup.create belongs to prepare, done by the supervisor',
  ],
  [
    'inPhases',
    'private-root',
    change({ op: 'mount.attach' }, { phase: 'confine' }),
    'mount.attach: mount.attach belongs to assemble, done by the init',
  ],
  [
    'inPhases',
    'private-root',
    move({ op: 'exec' }, 'before', { op: 'descriptors.close' }),
    'descriptors.close: confine comes after exec',
  ],
  [
    'inPhases',
    'idmap',
    move({ op: 'capture.tree' }, 'behind', { op: 'root.pivot' }),
    'capture.tree: capture comes after assemble',
  ],
  [
    'inPhases',
    'private-root',
    move({ op: 'devices.policy' }, 'behind', { op: 'namespaces.create' }),
    'devices.policy: prepare comes after isolate',
  ],
  ...(
    [
      'process.harden',
      'signals.block',
      'state.journal',
      'guard.create',
      'guard.end',
      'parent.watch',
      'keyring.new',
      'descriptors.drop',
      'root.pivot',
      'root.detach-old',
      'propagation.stop',
      'signals.reset',
      'capabilities.bound',
      'capabilities.set',
      'descriptors.close',
      'exec',
      'init.reap',
    ] as const
  ).map((op) => ['complete', 'private-root', without({ op }), `plan: no ${op}`] as const),
  ...(
    [
      'stage.enter',
      'stage.leave',
      'init.wait',
      'init.release',
      'identity.root',
      'idmap.write',
    ] as const
  ).map((op) => ['complete', 'idmap', without({ op }), `plan: no ${op}`] as const),
  ['complete', 'idmap', without({ op: 'stage.identity', uid: 0 }), 'plan: no stage.identity'],
  [
    'ordered',
    'idmap',
    move({ op: 'idmap.write' }, 'behind', { op: 'init.release' }),
    'init.release: init.release comes before idmap.write: init must not go on without its maps',
  ],
  [
    'ordered',
    'private-root',
    move({ op: 'state.journal' }, 'behind', { op: 'cgroup.create' }),
    'cgroup.create: cgroup.create comes before state.journal: the intent is journalled before the effect',
  ],
  [
    'ordered',
    'private-root',
    move({ op: 'root.attach' }, 'behind', { op: 'root.pivot' }),
    'root.pivot: root.pivot comes before root.attach: a path of the host is resolved after root.pivot',
  ],
  [
    'ordered',
    'idmap',
    move({ op: 'root.adopt' }, 'behind', { op: 'root.detach-old' }),
    'root.pivot: root.pivot comes before root.adopt: a path of the host is resolved after root.pivot',
  ],
  [
    'ordered',
    'private-root',
    move({ op: 'mount.point' }, 'before', { op: 'root.pivot' }),
    'mount.point: mount.point comes before root.detach-old: the host is still there',
  ],
  [
    'ordered',
    'private-root',
    move({ op: 'parent.watch' }, 'behind', { op: 'keyring.new' }),
    'keyring.new: keyring.new comes before parent.watch: the supervisor may have died already',
  ],
  [
    'ordered',
    'init-environment',
    move({ op: 'directory.change' }, 'before', { op: 'descriptors.close' }),
    'directory.change: directory.change comes before descriptors.close: a link could lead through an open descriptor',
  ],
  [
    'logs',
    'logs',
    change({ op: 'log.console' }, { console: 2 }),
    'log.console: there is no console 2',
  ],
  [
    'logs',
    'logs',
    change({ op: 'log.console' }, { file: '/var/log/lxplain/other/console0' }),
    'log.console: /var/log/lxplain/other/console0 is not beside /var/log/lxplain/logs/life',
  ],
  [
    'served',
    'proc-files',
    without({ op: 'proc.serve', file: 'uptime' }),
    'proc.create: nobody answers for it',
  ],
  [
    'served',
    'private-root',
    without({ op: 'meminfo.serve' }),
    'meminfo.create: nobody answers for it',
  ],
  [
    'lives',
    'private-root',
    move({ op: 'guard.create' }, 'behind', { op: 'cgroup.create' }),
    'cgroup.create: comes before guard.create, which belongs to the name',
  ],
  [
    'lives',
    'private-root',
    move({ op: 'cgroup.remove' }, 'behind', { op: 'guard.end' }),
    'cgroup.remove: comes after audit.stop, which belongs to the name',
  ],
  [
    'lives',
    'private-root',
    change({ op: 'exec' }, { per: 'name' }),
    'exec: exec belongs to each life',
  ],
  [
    'lives',
    'private-root',
    change({ op: 'guard.create' }, { per: 'life' }),
    'guard.create: guard.create belongs to the name',
  ],
  ['keys', 'private-root', change({ op: 'exec' }, { key: 'init' }), "exec: the key is 'exec'"],
  [
    'keys',
    'private-root',
    change({ op: 'dev.node', name: 'zero' }, { name: 'null', key: 'dev.node /dev/null' }),
    "dev.node: the key is 'dev.node /dev/null #2'",
  ],
  [
    'identities',
    'idmap',
    change({ op: 'stage.identity', uid: 0 }, { uid: 1 }),
    "stage.identity: the supervisor does not take the host's identity back",
  ],
  [
    'identities',
    'idmap',
    move({ op: 'mount.point' }, 'before', { op: 'stage.identity' }),
    "mount.point: mount.point has not the identity of the container's root",
  ],
  [
    'identities',
    'private-root',
    change({ op: 'mount.attach' }, { base: 'root' }),
    'mount.attach: there is no stage',
  ],
  ['handles', 'private-root', without({ op: 'capture.tmpfs' }), "dev.node: nothing made 'dev'"],
  [
    'handles',
    'private-root',
    move({ op: 'dev.node' }, 'before', { op: 'capture.tmpfs' }),
    "dev.node: nothing made 'dev'",
  ],
  [
    'handles',
    'private-root',
    change({ op: 'mount.attach' }, { handle: 'gone' }),
    "mount.attach: nothing made 'gone'",
  ],
  [
    'handles',
    'private-root',
    change({ op: 'capture.tmpfs' }, { handle: 'root' }),
    "capture.tmpfs: 'root' is made a second time",
  ],
  [
    'handles',
    'private-root',
    move({ op: 'session.start' }, 'behind', { op: 'descriptors.close' }),
    "session.start: 'slave0' is closed",
  ],
  [
    'handles',
    'private-root',
    change({ op: 'descriptors.drop' }, { handles: ['root'] }),
    "root.attach: 'root' is closed",
  ],
  ...(
    [
      ['private-root', 'lock'],
      ['private-root', 'signals'],
      ['private-root', 'guard'],
      ['private-root', 'master0'],
      ['private-root', 'memory_tasks'],
      ['v2', 'group'],
      ['idmap', 'root'],
      ['idmap', 'dev'],
      ['idmap', 'host_mounts'],
    ] as const
  ).map(
    ([golden, handle]) =>
      [
        'enclosed',
        golden,
        (steps: readonly PlanStep[]) =>
          steps.map((step) =>
            step.op === 'descriptors.drop'
              ? { ...step, handles: step.handles.filter((each) => each !== handle) }
              : step,
          ),
        `root.pivot: '${handle}' leads out, and init has it open`,
      ] as const,
  ),
  [
    'closes',
    'private-root',
    change({ op: 'capture.close' }, { handles: ['dev'] }),
    "capture.close: 'root' stays open",
  ],
  [
    'closes',
    'private-root',
    change({ op: 'descriptors.close' }, { from: 4 }),
    'descriptors.close: descriptors from 3 to 3 stay open',
  ],
  [
    'consoles',
    'three-consoles',
    change({ op: 'console.relay' }, { consoles: 2 }),
    'console.relay: 2 consoles of 3',
  ],
  [
    'consoles',
    'three-consoles',
    change({ op: 'console.create' }, { number: 7 }),
    'console.create: console 7 is not the next of devpts',
  ],
  [
    'undos',
    'private-root',
    change({ op: 'cgroup.create' }, { undo: undefined }),
    'cgroup.create: cgroup.create has no undo',
  ],
  [
    'undos',
    'private-root',
    without({ op: 'cgroup.remove' }),
    'cgroup.create: cgroup.create has no undo',
  ],
  [
    'undos',
    'private-root',
    change({ op: 'cgroup.create' }, { undo: 1 }),
    'cgroup.create: step 1 does not undo cgroup.create',
  ],
  [
    'undos',
    'private-root',
    change({ op: 'cgroup.create' }, { path: '/sys/fs/cgroup/other' }),
    'cgroup.create: step 80 undoes something else',
  ],
  [
    'undos',
    'images',
    change({ op: 'loop.detach', handle: 'loop0' }, { handle: 'loop1' }),
    'loop.attach: step 96 undoes something else',
  ],
  [
    'undos',
    'private-root',
    change({ op: 'exec' }, { undo: 74 }),
    'exec: step 74 does not undo exec',
  ],
  [
    'undos',
    'private-root',
    move({ op: 'state.remove' }, 'before', { op: 'cgroup.remove' }),
    'cgroup.remove: comes too late: effects are undone in reverse',
  ],
  [
    'journal',
    'private-root',
    change({ op: 'state.journal' }, { lines: [] }),
    'state.journal: the journal is not what the release does',
  ],
  [
    'tolerances',
    'private-root',
    change({ op: 'capabilities.bound' }, { tolerates: ['EPERM'] }),
    'capabilities.bound: capabilities.bound must not tolerate EPERM',
  ],
  [
    'tolerances',
    'private-root',
    change({ op: 'cgroup.create' }, { tolerates: ['EACCES'] }),
    'cgroup.create: cgroup.create must not tolerate EACCES',
  ],
  [
    'ownGroups',
    'private-root',
    change({ op: 'cgroup.write' }, { file: '/sys/fs/cgroup/memory/memory.limit_in_bytes' }),
    'cgroup.write: /sys/fs/cgroup/memory is not a group that an earlier step made',
  ],
  [
    'ownGroups',
    'private-root',
    change({ op: 'devices.policy' }, { path: '/sys/fs/cgroup/devices' }),
    'devices.policy: /sys/fs/cgroup/devices is not a group that an earlier step made',
  ],
  [
    'ownGroups',
    'v2',
    change({ op: 'namespaces.create' }, { cgroup: '/sys/fs/cgroup' }),
    'namespaces.create: /sys/fs/cgroup is not a group that an earlier step made',
  ],
  [
    'joined',
    'private-root',
    without({ op: 'cgroup.join', handle: 'devices_tasks' }),
    'cgroup.create: init never joins this group',
  ],
  [
    'joined',
    'v2',
    change({ op: 'namespaces.create' }, { cgroup: undefined }),
    'cgroup.create: init never joins this group',
  ],
  ['devicePolicy', 'private-root', without({ op: 'devices.policy' }), 'plan: no device policy'],
  ['devicePolicy', 'v2', without({ op: 'devices.attach' }), 'plan: no device policy'],
  [
    'points',
    'private-root',
    without({ op: 'mount.attach', target: '/dev' }),
    'mount.point: nothing is mounted on /dev later',
  ],
  [
    'points',
    'private-root',
    change({ op: 'mount.point', path: '/dev' }, { path: '/dev/pts' }),
    'mount.attach: hides the mount point /dev/pts',
  ],
  [
    'points',
    'four-filesystems',
    without({ op: 'mount.point', path: '/tmp' }),
    'mount.attach: nothing made the mount point /tmp',
  ],
  [
    'nesting',
    'private-root',
    move({ op: 'mount.attach', target: '/dev/pts' }, 'before', {
      op: 'mount.attach',
      target: '/dev',
    }),
    'mount.attach: /dev hides what is mounted below it',
  ],
  [
    'detached',
    'host-root',
    move({ op: 'mount.detach', target: '/proc' }, 'behind', {
      op: 'mount.attach',
      target: '/proc',
    }),
    'mount.detach: takes away what was made on /proc',
  ],
  [
    'readOnlyRoot',
    'private-root-readonly',
    move({ op: 'mount.point' }, 'behind', { op: 'mount.readonly' }),
    'mount.point: comes after the root has become read-only',
  ],
  [
    'readOnlyRoot',
    'private-root-readonly',
    move({ op: 'mount.readonly' }, 'behind', { op: 'mount.attach' }),
    'mount.attach: would become read-only with the root',
  ],
  [
    'masks',
    'private-root',
    move({ op: 'mask.attach' }, 'before', { op: 'mount.attach', target: '/proc' }),
    'mask.attach: nothing is mounted at /proc/kcore',
  ],
  [
    'views',
    'privnet',
    move({ op: 'mount.bind' }, 'before', { op: 'mount.clone' }),
    'mount.clone: /proc/sys/net/ipv4 is read-only by now',
  ],
  [
    'views',
    'privnet',
    move({ op: 'mount.clone' }, 'before', { op: 'mount.attach' }),
    'mount.clone: nothing is mounted at /proc/sys/net/ipv4',
  ],
  [
    'passedOn',
    'v2-partition',
    move({ file: '/sys/fs/cgroup/machine/cgroup.subtree_control' }, 'before', {
      file: '/sys/fs/cgroup/cgroup.subtree_control',
    }),
    'cgroup.enable: comes after the same in a group below, or twice',
  ],
  [
    'swapLimits',
    'memtune',
    (steps) => {
      const memsw = steps.find(
        (step) => step.op === 'cgroup.write' && step.file.endsWith('memsw.limit_in_bytes'),
      );
      return move({ id: memsw?.id }, 'before', { op: 'cgroup.write' })(steps);
    },
    'cgroup.write: comes before the limit of memory alone',
  ],
  [
    'isolation',
    'shared-namespaces',
    change({ op: 'namespace.join', namespace: 'ipc' }, { namespace: 'net' }),
    'namespace.join: the net namespace is another one already',
  ],
  [
    'isolation',
    'shared-namespaces',
    change({ op: 'namespaces.create' }, { namespaces: ['mount', 'pid', 'uts'] }),
    'namespaces.create: the uts namespace is another one already',
  ],
  [
    'isolation',
    'privnet',
    change({ op: 'namespaces.create' }, { namespaces: ['mount', 'pid', 'uts', 'ipc'] }),
    "loopback.up: the net namespace is not the container's",
  ],
  [
    'isolation',
    'privnet',
    change({ op: 'namespaces.create' }, { namespaces: ['mount', 'pid', 'ipc', 'net'] }),
    "hostname.set: the uts namespace is not the container's",
  ],
  [
    'isolation',
    'private-root',
    change({ op: 'namespaces.create' }, { namespaces: ['mount'] }),
    "namespaces.create: the pid namespace is the host's",
  ],
  [
    'isolation',
    'private-root',
    change({ op: 'namespaces.unshare' }, { namespaces: [] }),
    'namespaces.unshare: only the cgroup namespace is taken here',
  ],
  [
    'isolation',
    'idmap',
    change({ op: 'idmap.write', map: 'gid' }, { map: 'uid' }),
    'idmap.write: a second map of uids',
  ],
  [
    'capabilitySets',
    'private-root',
    change({ op: 'capabilities.set' }, { mask: '0x1ffffffffff' }),
    'capabilities.set: sys_module is kept and dropped',
  ],
  [
    'capabilitySets',
    'private-root',
    change({ op: 'capabilities.set' }, { keep: [] }),
    'capabilities.set: the mask and the names differ in chown',
  ],
  [
    'filtering',
    'confined',
    move({ op: 'syscalls.filter' }, 'behind', { op: 'capabilities.set' }),
    'syscalls.filter: init has no right to filter any more',
  ],
  [
    'handles',
    'confined',
    move({ op: 'sysctl.write' }, 'behind', { op: 'mount.attach', target: '/proc' }),
    "sysctl.write: 'proc' is closed",
  ],
  ...wrongValues.map(
    ([golden, step, fields, problem]) =>
      ['values', golden, change(step, fields), `${fields.op ?? step.op}: ${problem}`] as const,
  ),
];

describe('a plan that breaks one rule', () => {
  test.each(broken)('%s: %s', (rule, golden, edit, problem) => {
    expect(problems(edit(stepsOf(golden)), golden)).toContain(`${rule}: ${problem}`);
  });
  test('every rule is broken here', () => {
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });
  test('every operation whose values are checked has wrong ones here', () => {
    const wrong = wrongValues.map(([, { op }, fields]) => fields.op ?? op);
    expect([...new Set(wrong)].sort()).toEqual(
      opNames.filter((op) => ops[op].check !== undefined).toSorted(),
    );
  });
  test.each(['', '.', '..', 'a/b', 'a\nb', 'x'.repeat(256)])('the name %j', (name) => {
    const plan = read('private-root');
    const problems = verifyPlan({ ...plan, name }).map(({ problem }) => problem);
    expect(problems).toContain(`the name ${name} is no name of a file`);
  });
});

test('a step with another number than its place', () => {
  const plan = read('private-root');
  const steps = plan.steps.with(4, { ...plan.steps[4], id: 9 } as PlanStep);
  expect(verifyPlan({ ...plan, steps })).toEqual([{ step: 5, problem: 'has the id 9' }]);
});

/**
 * Pairs whose order does not matter, and why. A pair stands here if neither step reads what the other changes, so
 * that both orders leave the same machine. For mounts that depends on their paths: see `apart`.
 */
const harmless: readonly (readonly [one: string, other: string, why: string])[] = [
  ['dev.*', 'dev.*', 'other names in one directory'],
  ['dev.directory', 'devpts.create', 'the instance is attached there much later'],
  ['console.create', 'dev.link', 'a link does not follow its target'],
  ['capture.*', 'capture.*', 'each opens its own tree'],
  ['capture.*', 'meminfo.*', 'each opens its own descriptor'],
  ['capture.close', 'audit.start', 'a record needs nothing of what is closed'],
  ['audit.start', 'meminfo.serve', 'nobody is answered before the relay'],
  ['proc.*', 'proc.*', 'other files'],
  ['meminfo.*', 'proc.*', 'other files'],
  ['capture.*', 'proc.*', 'each opens its own descriptor'],
  ['audit.start', 'proc.serve', 'nobody is answered before the relay'],
  ['meminfo.serve', 'log.life', 'nobody is answered before the relay'],
  ['log.*', 'log.*', 'each has its own file'],
  ['audit.open', 'netlink.host', 'other sockets'],
  ['capture.tree', 'cgroup.open', 'each opens its own descriptor'],
  ['cgroup.enable', 'cgroup.enable', 'other controllers; the same in a group below is refused'],
  ['cgroup.write', 'cgroup.create', 'another hierarchy'],
  ['devices.policy', 'cgroup.create', 'another hierarchy'],
  ['cgroup.open', 'cgroup.open', 'each opens its own descriptor'],
  ['cgroup.write', 'cgroup.write', 'other settings; memory and swap are refused'],
  ['cgroup.write', 'devices.attach', 'a limit and a policy'],
  ['devices.attach', 'cgroup.delegate', 'a policy and an owner'],
  ['cgroup.join', 'cgroup.join', 'other hierarchies'],
  ['idmap.write', 'idmap.write', 'other kinds of ids; both are written before init goes on'],
  ['idmap.write', 'stage.leave', 'the maps are found in /proc of both mount namespaces'],
  [
    'stage.leave',
    'init.release',
    'init has its own copy of the mount namespace since it was cloned',
  ],
  ['init.release', 'init.wait', 'two processes: each keeps its own order'],
  ['mount.*', 'mount.*', 'other places in the tree'],
  ['sysctl.write', 'sysctl.write', 'other settings'],
  ['mount.point', 'sysctl.write', 'a directory, and what the kernel has in memory'],
  ['umask.set', 'limits.set', 'neither looks at the other'],
  ['umask.set', 'memory.policy', 'neither looks at the other'],
  ['memory.policy', 'capabilities.bound', 'a policy takes no right'],
  ['limits.set', 'capabilities.bound', 'who has left the bounding set still has the right'],
  ['audit.open', 'limits.raise', 'neither looks at the other'],
  ['privileges.lock', 'syscalls.filter', 'with sys_admin; without it the other order is refused'],
  ['mask.attach', 'mount.attach', 'what hides a file, and what is mounted elsewhere'],
  ['mask.open', 'mount.create', 'each opens its own'],
  ['loop.attach', 'cgroup.enable', 'no group is asked for a device yet'],
  ['cgroup.open', 'capture.filesystem', 'each opens its own descriptor'],
  ['cgroup.open', 'idmap.hold', 'each opens its own descriptor'],
  ['mount.*', 'hostname.set', 'another namespace'],
  ['hostname.set', 'loopback.up', 'other namespaces'],
  ['hostname.set', 'netlink.own', 'other namespaces'],
  ['namespace.join', 'namespace.join', 'other namespaces; the same one twice is refused'],
  ['audit.open', 'namespace.join', 'the audit system is one for all networks'],
  ['parent.watch', 'link.*', 'two processes: each keeps its own order'],
  ['stage.leave', 'link.veth', 'other namespaces'],
  ['link.veth', 'link.veth', 'other links'],
  ['link.veth', 'link.macvlan', 'other links'],
  ['link.macvlan', 'link.macvlan', 'other links'],
  ['link.macvlan', 'link.isolate', 'other links'],
  ['link.isolate', 'host.address', 'other links'],
  ['link.*', 'link.*', 'other links; what one of them needs up is refused by the kernel'],
  ['link.*', 'loopback.up', 'other links'],
  ['keyring.new', 'cgroup.join', 'a keyring and a group'],
  ['keyring.new', 'namespaces.unshare', 'keyrings do not look at control groups'],
  ['parent.watch', 'idmap.write', 'two processes: each keeps its own order'],
  ['propagation.stop', 'mount.create', 'what is attached nowhere propagates nowhere'],
  ['descriptors.close', 'signals.reset', 'other attributes of the process'],
  ['signals.reset', 'umask.set', 'other attributes of the process'],
  ['umask.set', 'directory.change', 'nothing is created'],
  ['umask.set', 'capabilities.bound', 'nothing is created'],
  ['capabilities.set', 'privileges.lock', 'no capability is asked for it'],
  ['directory.change', 'capabilities.bound', 'the bounding set acts at exec only'],
];

/** Whether two steps of the assembly touch places of the tree of which neither lies in the other. */
function apart(one: PlanStep, other: PlanStep): boolean {
  const pathsOf = (step: PlanStep): string[] =>
    Object.entries(step).flatMap(([key, value]) =>
      ['target', 'path', 'source'].includes(key) && String(value).startsWith('/') ? [value] : [],
    );
  const within = (a: string, b: string) => a === b || a.startsWith(`${b}/`);
  const still = ['mount.point', 'mount.clone', 'mount.detach'];
  if (still.includes(one.op) && one.op === other.op) return true; // none hides the other
  const [point, mount] = one.op === 'mount.point' ? [one, other] : [other, one];
  if (point.op === 'mount.point' && 'target' in mount && mount.target !== point.path) {
    if (within(mount.target, point.path)) return true; // what lies above a mount is there already
  }
  return !pathsOf(one).some((a) => pathsOf(other).some((b) => within(a, b) || within(b, a)));
}

describe('neighbours that change places', () => {
  const used = new Set<number>();
  const like = (pattern: string, op: string) =>
    pattern.endsWith('*') ? op.startsWith(pattern.slice(0, -1)) : op === pattern;
  const reason = (a: PlanStep, b: PlanStep): number =>
    /^mount/.test(a.op) && /^mount/.test(b.op) && !apart(a, b)
      ? -1
      : harmless.findIndex(
          ([x, y]) => (like(x, a.op) && like(y, b.op)) || (like(x, b.op) && like(y, a.op)),
        );

  test.each(sound)('%s: each such pair is refused, or listed as harmless', (name) => {
    const steps = stepsOf(name);
    const missed = steps.slice(1).flatMap((second, index) => {
      const first = steps[index] as PlanStep;
      const swapped = renumber(steps.with(index, second).with(index + 1, first));
      if (problems(swapped, name).length > 0) return [];
      const found = reason(first, second);
      if (found >= 0) used.add(found);
      return found >= 0 ? [] : [`${first.op} ${second.op}`];
    });
    expect([...new Set(missed)]).toEqual([]);
  });
  test('no pair is listed in vain', () => {
    expect(harmless.filter((_, index) => !used.has(index))).toEqual([]);
  });
});
