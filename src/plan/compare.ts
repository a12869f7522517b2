import { recordOf } from './ops.ts';
import type { Op, Plan, PlanStep } from './plan.ts';

/** What people ask of a change. */
export const topics = [
  'mounts',
  'devices',
  'limits',
  'rights',
  'network',
  'init',
  'life cycle',
] as const;

export type Topic = (typeof topics)[number];

type FamilyOf<O extends Op> = O extends `${infer Family}.${string}` ? Family : O;

const topicOf: Readonly<Record<FamilyOf<Op>, Topic>> = {
  capture: 'mounts',
  loop: 'mounts',
  mask: 'mounts',
  mount: 'mounts',
  meminfo: 'mounts',
  proc: 'mounts',
  stage: 'mounts',
  propagation: 'mounts',
  root: 'mounts',
  dev: 'devices',
  devices: 'devices',
  devpts: 'devices',
  cgroup: 'limits',
  limits: 'limits',
  memory: 'limits',
  capabilities: 'rights',
  identity: 'rights',
  idmap: 'rights',
  keyring: 'rights',
  privileges: 'rights',
  syscalls: 'rights',
  namespace: 'rights',
  namespaces: 'rights',
  link: 'network',
  host: 'network',
  netlink: 'network',
  loopback: 'network',
  sysctl: 'limits',
  console: 'init',
  directory: 'init',
  exec: 'init',
  hostname: 'init',
  init: 'init',
  session: 'init',
  umask: 'init',
  descriptors: 'life cycle',
  guard: 'life cycle',
  parent: 'life cycle',
  process: 'life cycle',
  signals: 'life cycle',
  audit: 'life cycle',
  log: 'life cycle',
  state: 'life cycle',
};

/** A member of a step that is not the same; a list by what only one of them has, if that is all. */
export interface FieldChange {
  readonly field: string;
  /** Undefined: there is none. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A step that only one of two plans has, or that both have and that is not the same. */
export type Change = { readonly topic: Topic; readonly key: string } & (
  | { readonly kind: 'added'; readonly after: PlanStep }
  | { readonly kind: 'removed'; readonly before: PlanStep }
  | {
      readonly kind: 'changed';
      readonly before: PlanStep;
      readonly after: PlanStep;
      readonly fields: readonly FieldChange[];
    }
  /** It is the same, but comes earlier or later among those that both have. `behind`: the key of the one before it. */
  | {
      readonly kind: 'moved';
      readonly before: PlanStep;
      readonly after: PlanStep;
      readonly behind?: string;
    }
);

/** What is not the same of two plans. The other way round it is the mirror of it. */
export interface Comparison {
  /** Of the plans themselves. */
  readonly head: readonly FieldChange[];
  /** By topic; then in the order of the second plan, what only the first one has behind the step it follows there. */
  readonly changes: readonly Change[];
}

/**
 * Compares steps by their keys: not by their numbers, nor by the names of descriptors that are only passed on, nor by the
 * places in the source. A plan for another name is compared as if it were for the same one: its groups and its state
 * differ in nothing else.
 */
export function comparePlans(before: Plan, after: Plan): Comparison {
  const first = stepsByKey(before, before);
  const second = stepsByKey(after, before);
  const moved = movedKeys(first, second);
  const found: (Change & { readonly at: readonly [number, number] })[] = [];
  let last = 0;
  for (const [key, { step, content }] of first) {
    const other = second.get(key);
    const topic = topicOfStep(step);
    if (other === undefined) {
      found.push({ topic, key, kind: 'removed', before: step, at: [last, step.id] });
      continue;
    }
    last = other.step.id;
    const pair = { topic, key, before: step, after: other.step };
    const fields = changedFields(content, other.content);
    const at = [other.step.id, 0] as const;
    if (fields.length > 0) found.push({ ...pair, kind: 'changed', fields, at });
    if (moved.has(key)) {
      const behind = keyBefore(second, key);
      found.push({ ...pair, kind: 'moved', ...(behind === undefined ? {} : { behind }), at });
    }
  }
  for (const [key, { step }] of second) {
    if (first.has(key)) continue;
    found.push({ topic: topicOfStep(step), key, kind: 'added', after: step, at: [step.id, 0] });
  }
  const changes = found
    .sort(
      (a, b) =>
        topics.indexOf(a.topic) - topics.indexOf(b.topic) || a.at[0] - b.at[0] || a.at[1] - b.at[1],
    )
    .map(({ at: _, ...change }) => change);
  return { head: headChanges(before, after), changes };
}

const topicOfStep = ({ op }: PlanStep): Topic => topicOfOp(op);

export const topicOfOp = (op: Op): Topic => topicOf[op.split('.')[0] as FamilyOf<Op>];

const headChanges = (before: Plan, after: Plan): readonly FieldChange[] =>
  (['name', 'uuid', 'arch'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, before: before[field], after: after[field] }));

interface Compared {
  readonly step: PlanStep;
  /** All of it that is compared. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** What the planner adds to each step, and the key itself. */
const added: ReadonlySet<string> = new Set([
  'id',
  'key',
  'phase',
  'actor',
  'per',
  'origin',
  'undo',
  'op',
]);

/** By the keys that the steps would have if the plan were for the name and UUID of another. */
function stepsByKey(plan: Plan, named: Plan): ReadonlyMap<string, Compared> {
  const openers = new Map<string, string>();
  for (const step of plan.steps) {
    for (const handle of recordOf(step).opens?.(step) ?? [])
      openers.set(handle, renamed(step.key, plan, named) as string);
  }
  return new Map(
    plan.steps.map((step) => {
      const { opens, uses } = recordOf(step);
      const handles = new Set([...(opens?.(step) ?? []), ...(uses?.(step) ?? [])]);
      const members = Object.entries(step).filter(([name]) => !added.has(name));
      const content = members
        .filter(([, value]) => !isListOf(value, handles))
        .map(([name, value]) => {
          // The base 'root' is not the descriptor: that has the same name.
          const isHandle = name !== 'base' && typeof value === 'string' && handles.has(value);
          return [name, renamed(isHandle ? openers.get(value) : value, plan, named)] as const;
        });
      return [
        renamed(step.key, plan, named) as string,
        { step, content: Object.fromEntries(content) },
      ];
    }),
  );
}

/** Of descriptors: what opens them says it all. */
const isListOf = (value: unknown, handles: ReadonlySet<string>): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => handles.has(each));

/** A value of one plan with the name and the UUID of another, where they stand for the container as a whole. */
function renamed(value: unknown, from: Plan, to: Plan): unknown {
  if (from.name === to.name && from.uuid === to.uuid) return value;
  if (typeof value === 'string') {
    return value
      .split('/')
      .map((part, index, parts) =>
        part === `lxplain-${from.name}` || (part === from.name && parts[index - 1] === 'lxplain')
          ? part.replace(from.name, () => to.name)
          : part.replaceAll(from.uuid, to.uuid),
      )
      .join('/');
  }
  if (Array.isArray(value)) return value.map((each) => renamed(each, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, renamed(each, from, to)]),
  );
}

function changedFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/**
 * The keys whose order among those of both plans is another: all but the longest sequence that is in order in both. Of
 * several, the choice does not depend on which plan is the first.
 */
function movedKeys(
  first: ReadonlyMap<string, Compared>,
  second: ReadonlyMap<string, Compared>,
): ReadonlySet<string> {
  const [a, b] = [
    [...first.keys()].filter((key) => second.has(key)),
    [...second.keys()].filter((key) => first.has(key)),
  ];
  const [left, right] = a.join('\n') <= b.join('\n') ? [a, b] : [b, a];
  const place = new Map(right.map((key, index) => [key, index]));
  const places = left.map((key) => place.get(key) ?? 0);
  const kept = new Set(longestIncreasing(places).map((index) => left[index]));
  return new Set(left.filter((key) => !kept.has(key)));
}

/** The indices of a longest increasing subsequence. @see Knuth, TAOCP 5.1.4 (patience sorting) */
function longestIncreasing(values: readonly number[]): readonly number[] {
  const tails: number[] = [];
  const previous: (number | undefined)[] = [];
  values.forEach((value, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? undefined : tails[low - 1];
    tails[low] = index;
  });
  const result: number[] = [];
  for (let index = tails.at(-1); index !== undefined; index = previous[index]) result.push(index);
  return result.reverse();
}

function keyBefore(steps: ReadonlyMap<string, Compared>, key: string): string | undefined {
  let last: string | undefined;
  for (const each of steps.keys()) {
    if (each === key) return last;
    last = each;
  }
  return last;
}
