import { places } from '../places.ts';
import { type PlanStep, phases } from '../plan.ts';
import { type Op, type Rule, stepsOf, type Violation, violation } from './violation.ts';

/** Each operation in its phase and by its process, and the phases in their order. */
export const inPhases: Rule = (steps) => [
  ...steps.flatMap((step) => {
    const [phase, actor] = places[step.op];
    return step.phase === phase && step.actor === actor
      ? []
      : [violation(step, `${step.op} belongs to ${phase}, done by the ${actor}`)];
  }),
  ...steps.flatMap((step, index) => {
    const before = steps[index - 1];
    return before !== undefined && phases.indexOf(before.phase) > phases.indexOf(step.phase)
      ? [violation(step, `${step.phase} comes after ${before.phase}`)]
      : [];
  }),
];

/** What every start does once: no step of safety can be left out. */
const once: readonly Op[] = [
  'process.harden',
  'signals.block',
  'state.lock',
  'state.journal',
  'namespaces.create',
  'namespaces.unshare',
  'root.pivot',
  'root.detach-old',
  'session.start',
  'signals.reset',
  'umask.set',
  'capabilities.bound',
  'capabilities.set',
  'parent-death.signal',
  'descriptors.close',
  'exec',
  'init.started',
  'capture.close',
  'console.relay',
  'init.reap',
  'state.remove',
];

/** What belongs to the assembly in a stage, with an id map, and what to the one without. */
const onceIfStaged: readonly Op[] = [
  'stage.enter',
  'stage.root',
  'stage.leave',
  'init.release',
  'init.wait',
  'root.adopt',
  'identity.root',
];
const onceIfPlain: readonly Op[] = ['propagation.stop', 'root.attach'];

const atMostOnce: readonly Op[] = [
  'devpts.create',
  'hostname.set',
  'loopback.up',
  'directory.change',
  'stage.readonly',
];

export const complete: Rule = (steps) => {
  const staged = isStaged(steps);
  const count = (op: Op) => steps.filter((step) => step.op === op).length;
  const wrong = (ops: readonly Op[], least: number, most: number): Violation[] =>
    ops.flatMap((op) => {
      const found = count(op);
      if (found < least) return [{ step: 0, problem: `no ${op}` }];
      if (found > most) return [{ step: 0, problem: `${found} times ${op}: expected ${most}` }];
      return [];
    });
  const [ifStaged, ifPlain] = staged ? [1, 0] : [0, 1];
  return [
    ...wrong(once, 1, 1),
    ...wrong(onceIfStaged, ifStaged, ifStaged),
    ...wrong(onceIfPlain, ifPlain, ifPlain),
    ...wrong(['idmap.write', 'stage.identity'], 2 * ifStaged, 2 * ifStaged),
    ...wrong(atMostOnce, 0, 1),
  ];
};

const isStaged = (steps: readonly PlanStep[]): boolean =>
  stepsOf(steps, 'namespaces.create').some(({ namespaces }) => namespaces.includes('user'));

/** What attaches a mount in the container's tree. */
export const mounting = [
  'mount.new',
  'mount.attach',
  'mount.bind',
  'stage.attach',
  'stage.bind',
] as const satisfies readonly Op[];

const inTree: readonly Op[] = [
  'mount.detach',
  'mount.point',
  'mount.new',
  'mount.attach',
  'mount.bind',
  'mount.readonly',
  'mount.clone',
];

const initOps = (Object.keys(places) as Op[]).filter((op) => places[op][1] === 'init');
const captureOps = (Object.keys(places) as Op[]).filter(
  (op) => places[op][0] === 'capture' && !op.startsWith('stage.'),
);

interface Order {
  readonly earlier: readonly Op[];
  readonly later: readonly Op[];
  readonly why: string;
}

/** Within a phase: every step of `earlier` comes before every step of `later`. */
const orders: readonly Order[] = [
  {
    earlier: ['process.harden'],
    later: ['signals.block'],
    why: 'it closes all descriptors that it finds',
  },
  { earlier: ['signals.block'], later: ['state.lock'], why: 'a signal would leave the lock' },
  { earlier: ['state.lock'], later: ['state.journal'], why: 'the lock file is the journal' },
  {
    earlier: ['state.journal'],
    later: ['cgroup.enable', 'cgroup.create', 'cgroup.write', 'devices.policy', 'devices.attach'],
    why: 'the intent is journalled before the effect',
  },
  {
    earlier: ['cgroup.enable'],
    later: ['cgroup.create', 'cgroup.write'],
    why: 'a group has the files of enabled controllers only',
  },
  { earlier: captureOps, later: ['stage.enter'], why: 'the host is captured outside the stage' },
  { earlier: ['stage.enter'], later: ['stage.root'], why: 'the host must not see the tree' },
  {
    earlier: ['stage.root'],
    later: ['stage.detach', 'stage.identity', 'stage.point', 'stage.readonly'],
    why: 'the tree has no place yet',
  },
  {
    earlier: ['namespaces.create'],
    later: ['idmap.write', 'stage.leave', 'init.release', ...initOps],
    why: 'there is no init yet',
  },
  {
    earlier: ['idmap.write'],
    later: ['init.release'],
    why: 'init must not go on without its maps',
  },
  {
    earlier: ['init.wait'],
    later: initOps.filter((op) => op !== 'init.wait'),
    why: 'the supervisor has not said go',
  },
  {
    earlier: ['cgroup.join'],
    later: ['namespaces.unshare'],
    why: 'the root of the cgroup namespace is the group joined by then',
  },
  {
    earlier: ['propagation.stop'],
    later: ['root.attach', 'root.pivot', ...inTree],
    why: 'mounts would reach the host',
  },
  {
    earlier: ['mount.create'],
    later: ['root.adopt', 'root.attach', 'root.pivot'],
    why: 'it takes a visible procfs or sysfs',
  },
  {
    earlier: ['root.adopt', 'root.attach'],
    later: ['root.pivot'],
    why: 'a path of the host is resolved after root.pivot',
  },
  { earlier: ['root.pivot'], later: ['root.detach-old'], why: 'it would detach the new root' },
  {
    earlier: ['root.detach-old'],
    later: ['identity.root', ...inTree],
    why: 'the host is still there',
  },
  { earlier: ['identity.root'], later: inTree, why: 'init has no identity yet' },
  {
    earlier: ['capabilities.bound'],
    later: ['capabilities.set'],
    why: 'leaving the bounding set takes setpcap',
  },
  {
    earlier: ['directory.change'],
    later: ['capabilities.set'],
    why: 'the right to go there may be gone',
  },
  {
    earlier: ['capabilities.set'],
    later: ['parent-death.signal'],
    why: 'a change of credentials clears the signal',
  },
  {
    earlier: ['init.started'],
    later: ['capture.close', 'console.relay', 'init.reap'],
    why: 'nobody knows yet that init runs',
  },
  {
    earlier: ['capture.close'],
    later: ['console.relay', 'init.reap'],
    why: 'the supervisor holds nothing of the container while that runs',
  },
  { earlier: ['console.relay'], later: ['init.reap'], why: 'the output of init would be lost' },
];

export const ordered: Rule = (steps) =>
  orders.flatMap(({ earlier, later, why }) => {
    const last = steps.findLast(({ op }) => earlier.includes(op));
    if (last === undefined) return [];
    return steps
      .filter(({ op, id }) => later.includes(op) && id < last.id)
      .map((step) => violation(step, `${step.op} comes before ${last.op}: ${why}`));
  });

/** With a stage: the steps between the two changes of identity, and the host's identity at the end. */
export const identities: Rule = (steps) => {
  const [taken, given] = stepsOf(steps, 'stage.identity');
  if (taken === undefined || given === undefined) return [];
  const within = stepsOf(steps, 'stage.point', 'stage.attach', 'stage.bind', 'stage.readonly');
  return [
    ...(given.uid === 0 && given.gid === 0
      ? []
      : [violation(given, "the supervisor does not take the host's identity back")]),
    ...within
      .filter(({ id }) => id < taken.id || id > given.id)
      .map((step) => violation(step, `${step.op} has not the identity of the container's root`)),
    ...stepsOf(steps, 'stage.detach')
      .filter(({ id }) => id > taken.id)
      .map((step) => violation(step, "stage.detach is no longer done with the host's identity")),
  ];
};
