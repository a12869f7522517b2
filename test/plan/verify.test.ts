import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Plan, PlanStep } from '../../src/plan/plan.ts';
import { rules, verifyPlan } from '../../src/plan/verify.ts';

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

const problems = (steps: readonly PlanStep[]): string[] =>
  Object.entries(rules).flatMap(([name, rule]) =>
    rule(steps).map(({ step, problem }) => `${name}: ${steps[step - 1]?.op ?? 'plan'}: ${problem}`),
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
    change({ op: 'mount.new' }, { phase: 'confine' }),
    'mount.new: mount.new belongs to assemble, done by the init',
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
      'root.pivot',
      'root.detach-old',
      'propagation.stop',
      'signals.reset',
      'capabilities.bound',
      'capabilities.set',
      'parent-death.signal',
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
    move({ op: 'parent-death.signal' }, 'before', { op: 'capabilities.set' }),
    'parent-death.signal: parent-death.signal comes before capabilities.set: a change of credentials clears the signal',
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
    move({ op: 'stage.point' }, 'before', { op: 'stage.identity' }),
    "stage.point: stage.point has not the identity of the container's root",
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
    "session.start: 'console 0' is closed",
  ],
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
    'cgroup.create: step 66 undoes something else',
  ],
  [
    'undos',
    'private-root',
    change({ op: 'exec' }, { undo: 67 }),
    'exec: step 67 does not undo exec',
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
    move({ op: 'mount.detach', target: '/proc' }, 'behind', { op: 'mount.new', target: '/proc' }),
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
    move({ op: 'mount.readonly' }, 'behind', { op: 'mount.new' }),
    'mount.new: would become read-only with the root',
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
    move({ op: 'mount.clone' }, 'before', { op: 'mount.new' }),
    'mount.clone: nothing is mounted at /proc/sys/net/ipv4',
  ],
  [
    'passedOn',
    'v2-partition',
    move({ file: '/sys/fs/cgroup/machine/cgroup.subtree_control' }, 'before', {
      file: '/sys/fs/cgroup/cgroup.subtree_control',
    }),
    'cgroup.enable: comes before the same in a group above, or twice',
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
];

describe('a plan that breaks one rule', () => {
  test.each(broken)('%s: %s', (rule, golden, edit, problem) => {
    expect(problems(edit(stepsOf(golden)))).toContain(`${rule}: ${problem}`);
  });
  test('every rule is broken here', () => {
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
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
  ['capture.tree', 'cgroup.open', 'each opens its own descriptor'],
  ['cgroup.write', 'cgroup.create', 'another hierarchy'],
  ['cgroup.write', 'cgroup.write', 'other settings; memory and swap are refused'],
  ['cgroup.write', 'devices.attach', 'a limit and a policy'],
  ['cgroup.join', 'cgroup.join', 'other hierarchies'],
  ['stage.*', 'stage.*', 'other places in the tree'],
  ['idmap.write', 'idmap.write', 'other kinds of ids; both are written before init goes on'],
  ['idmap.write', 'stage.leave', 'the maps are found in /proc of both mount namespaces'],
  [
    'stage.leave',
    'init.release',
    'init has its own copy of the mount namespace since it was cloned',
  ],
  ['init.release', 'init.wait', 'two processes: each keeps its own order'],
  ['mount.*', 'mount.*', 'other places in the tree'],
  ['mount.*', 'hostname.set', 'another namespace'],
  ['hostname.set', 'loopback.up', 'other namespaces'],
  ['session.start', 'signals.reset', 'signals do not look at the session'],
  ['signals.reset', 'umask.set', 'other attributes of the process'],
  ['umask.set', 'directory.change', 'nothing is created'],
  ['umask.set', 'capabilities.bound', 'nothing is created'],
  ['directory.change', 'capabilities.bound', 'the bounding set acts at exec only'],
  ['parent-death.signal', 'descriptors.close', 'the signal needs no descriptor'],
];

/** Whether two steps of the assembly touch places of the tree of which neither lies in the other. */
function apart(one: PlanStep, other: PlanStep): boolean {
  const pathsOf = (step: PlanStep): string[] =>
    Object.entries(step).flatMap(([key, value]) =>
      ['target', 'path', 'source'].includes(key) && String(value).startsWith('/') ? [value] : [],
    );
  const within = (a: string, b: string) => a === b || a.startsWith(`${b}/`);
  const still = ['mount.point', 'stage.point', 'mount.clone', 'mount.detach', 'stage.detach'];
  if (still.includes(one.op) && one.op === other.op) return true; // none hides the other
  return !pathsOf(one).some((a) => pathsOf(other).some((b) => within(a, b) || within(b, a)));
}

describe('neighbours that change places', () => {
  const used = new Set<number>();
  const like = (pattern: string, op: string) =>
    pattern.endsWith('*') ? op.startsWith(pattern.slice(0, -1)) : op === pattern;
  const reason = (a: PlanStep, b: PlanStep): number =>
    /^(mount|stage)/.test(a.op) && /^(mount|stage)/.test(b.op) && !apart(a, b)
      ? -1
      : harmless.findIndex(
          ([x, y]) => (like(x, a.op) && like(y, b.op)) || (like(x, b.op) && like(y, a.op)),
        );

  test.each(sound)('%s: each such pair is refused, or listed as harmless', (name) => {
    const steps = stepsOf(name);
    const missed = steps.slice(1).flatMap((second, index) => {
      const first = steps[index] as PlanStep;
      const swapped = renumber(steps.with(index, second).with(index + 1, first));
      if (problems(swapped).length > 0) return [];
      const found = reason(first, second);
      if (found >= 0) used.add(found);
      return found >= 0 ? [] : [`${first.op} ${second.op}`];
    });
    expect(missed).toEqual([]);
  });
  test('no pair is listed in vain', () => {
    expect(harmless.filter((_, index) => !used.has(index))).toEqual([]);
  });
});
