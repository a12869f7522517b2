import { type Plan, type PlanStep, phases } from './plan.ts';

/** A rule that a plan breaks, and the step that breaks it. */
export interface Violation {
  readonly step: number;
  readonly problem: string;
}

type Op = PlanStep['op'];

/** What resolves a path of the host: not allowed once the container's root is the root. */
const resolveHostPaths: readonly Op[] = [
  'capture.tree',
  'cgroup.open',
  'root.adopt',
  'root.attach',
];

/** What leaves something behind that does not go with the processes. */
const lasting: readonly Op[] = ['state.lock', 'state.journal', 'cgroup.create'];

/** What init must have done before it executes the container's program. */
const beforeExec: readonly Op[] = [
  'root.pivot',
  'root.detach-old',
  'capabilities.bound',
  'capabilities.set',
  'descriptors.close',
];

/** Proves the constraints on the order of steps that no schema can say; no violation for a sound plan. */
export function verifyPlan(plan: Plan): readonly Violation[] {
  return [
    ...ids(plan),
    ...phaseOrder(plan),
    ...undos(plan),
    ...hostPaths(plan),
    ...handles(plan),
    ...devicePolicy(plan),
    ...idmaps(plan),
    ...confinement(plan),
  ];
}

const find = (plan: Plan, ...ops: Op[]): readonly PlanStep[] =>
  plan.steps.filter(({ op }) => ops.includes(op));

const idOf = (plan: Plan, op: Op): number | undefined => find(plan, op)[0]?.id;

const ids = (plan: Plan): Violation[] =>
  plan.steps.flatMap(({ id }, index) =>
    id === index + 1 ? [] : [{ step: id, problem: `is at place ${index + 1}` }],
  );

/** Each actor goes through the phases in their order. */
function phaseOrder(plan: Plan): Violation[] {
  return (['supervisor', 'init'] as const).flatMap((actor) => {
    const steps = plan.steps.filter((step) => step.actor === actor);
    return steps.flatMap((step, index) => {
      const before = steps[index - 1];
      const late =
        before !== undefined && phases.indexOf(before.phase) > phases.indexOf(step.phase);
      return late ? [{ step: step.id, problem: `${step.phase} comes after ${before.phase}` }] : [];
    });
  });
}

function undos(plan: Plan): Violation[] {
  return plan.steps.flatMap((step) => {
    if (step.undo === undefined) {
      return lasting.includes(step.op) ? [{ step: step.id, problem: 'has no undo' }] : [];
    }
    const undo = plan.steps[step.undo - 1];
    return undo?.phase === 'release'
      ? []
      : [{ step: step.id, problem: 'its undo is no release step' }];
  });
}

function hostPaths(plan: Plan): Violation[] {
  const pivot = idOf(plan, 'root.pivot');
  if (pivot === undefined) return [];
  return find(plan, ...resolveHostPaths)
    .filter(({ actor, id }) => actor === 'init' && id > pivot)
    .map(({ id }) => ({ step: id, problem: 'resolves a path of the host after root.pivot' }));
}

/** A handle is attached only after a step has made it. */
function handles(plan: Plan): Violation[] {
  const made = new Set<string>();
  return plan.steps.flatMap((step): Violation[] => {
    if (step.op === 'devpts.create') made.add('devpts');
    const makes = ['capture.tree', 'capture.tmpfs', 'cgroup.open', 'mount.create', 'mount.clone'];
    if ('handle' in step) {
      if (makes.includes(step.op)) made.add(step.handle);
      else if (!made.has(step.handle))
        return [{ step: step.id, problem: `nothing made '${step.handle}'` }];
    }
    return [];
  });
}

function devicePolicy(plan: Plan): Violation[] {
  const clone = idOf(plan, 'namespaces.create') ?? 0;
  const policies = find(plan, 'devices.policy', 'devices.attach');
  if (policies.length === 0) return [{ step: clone, problem: 'no device policy' }];
  return policies
    .filter(({ id }) => id > clone)
    .map(({ id }) => ({ step: id, problem: 'the device policy comes after init' }));
}

function idmaps(plan: Plan): Violation[] {
  const release = idOf(plan, 'init.release');
  const maps = find(plan, 'idmap.write');
  const late = maps.filter(({ id }) => release === undefined || id > release);
  return late.map(({ id }) => ({ step: id, problem: 'the map comes after init was released' }));
}

function confinement(plan: Plan): Violation[] {
  const exec = idOf(plan, 'exec');
  if (exec === undefined) return [{ step: 0, problem: 'no exec' }];
  return beforeExec
    .filter((op) => !find(plan, op).some(({ id }) => id < exec))
    .map((op) => ({ step: exec, problem: `${op} does not come before it` }));
}
