import { type Conditions, conditionsOf } from '../conditions.ts';
import { keysOf } from '../keys.ts';
import type { Times } from '../ops/record.ts';
import { opNames, ops, perOf, placeOf, placesOf } from '../ops.ts';
import { type Op, phases } from '../plan.ts';
import { stepsOf } from '../steps-of.ts';
import { type Rule, type Violation, violation } from './violation.ts';

/** Each operation in its phase and by its process, and the phases in their order. */
export const inPhases: Rule = (steps) => [
  ...steps.flatMap((step) => {
    const { phase, actor } = placeOf(step);
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

/** The least and the most steps of an operation: no step of safety can be left out. */
const bounds = (times: Times, { staged, released }: Conditions): readonly [number, number] => {
  switch (times) {
    case 'once':
      return [1, 1];
    case 'once if staged':
      return staged ? [1, 1] : [0, 0];
    case 'twice if staged':
      return staged ? [2, 2] : [0, 0];
    case 'once if not staged':
      return staged ? [0, 0] : [1, 1];
    case 'once if released':
      return released ? [1, 1] : [0, 0];
    case 'at most once':
      return [0, 1];
  }
};

export const complete: Rule = (steps) => {
  const conditions = conditionsOf(steps);
  const counts = new Map<Op, number>();
  for (const { op } of steps) counts.set(op, (counts.get(op) ?? 0) + 1);
  return opNames.flatMap((op): Violation[] => {
    const { times } = ops[op];
    if (times === undefined) return [];
    const [least, most] = bounds(times, conditions);
    const found = counts.get(op) ?? 0;
    if (found < least) return [{ step: 0, problem: `no ${op}` }];
    if (found > most) return [{ step: 0, problem: `${found} times ${op}: expected ${most}` }];
    return [];
  });
};

/** What attaches a mount in the container's tree. */
export const mounting = ['mount.attach', 'mount.bind'] as const satisfies readonly Op[];

/** An operation that comes before another one in the same phase, and what would be wrong otherwise. */
type Order = readonly [earlier: Op, why: string];

const firsts = opNames.filter((op) => ops[op].before !== undefined);

const orders = new Map<Op, readonly Order[]>();

function ordersOf(later: Op): readonly Order[] {
  const known = orders.get(later);
  if (known !== undefined) return known;
  const isOfInit = placesOf(later).some(({ actor }) => actor === 'init');
  const found = Object.entries(ops[later].after ?? {}) as Order[];
  for (const earlier of firsts) {
    const { before = {}, after = {} } = ops[earlier];
    const toAll = isOfInit && earlier !== later && !(later in after);
    const why = before[later] ?? (toAll ? before.init : undefined);
    if (why !== undefined) found.push([earlier, why]);
  }
  orders.set(later, found);
  return found;
}

export const ordered: Rule = (steps) => {
  const last = new Map(steps.map(({ phase, op, id }) => [`${phase} ${op}`, id]));
  return steps.flatMap((step) =>
    ordersOf(step.op)
      .filter(([earlier]) => (last.get(`${step.phase} ${earlier}`) ?? 0) > step.id)
      .map(([earlier, why]) => violation(step, `${step.op} comes before ${earlier}: ${why}`)),
  );
};

/** What belongs to the name is taken before what belongs to each life, and given back after it. */
export const lives: Rule = (steps) => {
  const lastOfName = steps.findLast(({ phase, per }) => phase !== 'release' && per === 'name');
  const firstOfName = steps.find(({ phase, per }) => phase === 'release' && per === 'name');
  return steps.flatMap((step) => {
    const per = perOf(step);
    if (step.per !== per)
      return [
        violation(step, `${step.op} belongs to ${per === 'name' ? 'the name' : 'each life'}`),
      ];
    if (per === 'name') return [];
    if (step.phase === 'release') {
      return firstOfName !== undefined && firstOfName.id < step.id
        ? [violation(step, `comes after ${firstOfName.op}, which belongs to the name`)]
        : [];
    }
    return lastOfName !== undefined && lastOfName.id > step.id
      ? [violation(step, `comes before ${lastOfName.op}, which belongs to the name`)]
      : [];
  });
};

/** A key says what a step is, and no other one has it. */
export const keys: Rule = (steps) => {
  const wanted = keysOf(steps);
  return steps.flatMap((step, index) => {
    const key = wanted[index] ?? '';
    return step.key === key ? [] : [violation(step, `the key is '${key}'`)];
  });
};

/** With a stage: the steps between the two changes of identity, and the host's identity at the end. */
export const identities: Rule = (steps) => {
  const staged = stepsOf(
    steps,
    'mount.point',
    'mount.attach',
    'mount.bind',
    'mount.detach',
    'mount.readonly',
  ).filter(({ base }) => base === 'root');
  const [taken, given] = stepsOf(steps, 'stage.identity');
  if (taken === undefined || given === undefined)
    return staged.map((step) => violation(step, 'there is no stage'));
  return [
    ...(given.uid === 0 && given.gid === 0
      ? []
      : [violation(given, "the supervisor does not take the host's identity back")]),
    ...staged
      .filter(({ op, id }) => op !== 'mount.detach' && (id < taken.id || id > given.id))
      .map((step) => violation(step, `${step.op} has not the identity of the container's root`)),
    ...staged
      .filter(({ op, id }) => op === 'mount.detach' && id > taken.id)
      .map((step) => violation(step, "mount.detach is no longer done with the host's identity")),
  ];
};
