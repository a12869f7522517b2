import { capabilities } from '../../linux/capabilities.ts';
import type { Namespace, PlanStep } from '../plan.ts';
import { stepsOf } from '../steps-of.ts';
import { type Rule, type Violation, violation } from './violation.ts';

/** What no container shares with the host. */
const always = ['mount', 'pid'] as const;

export const isolation: Rule = (steps) => [
  ...stepsOf(steps, 'namespaces.create').flatMap((step) =>
    always
      .filter((name) => !step.namespaces.includes(name))
      .map((name) => violation(step, `the ${name} namespace is the host's`)),
  ),
  ...stepsOf(steps, 'namespaces.unshare')
    .filter(({ namespaces }) => namespaces.join() !== 'cgroup')
    .map((step) => violation(step, 'only the cgroup namespace is taken here')),
  ...takenTwice(steps),
  ...ofOthers(steps),
  ...missingMap(steps),
];

/** A namespace is joined once, or made. */
function takenTwice(steps: readonly PlanStep[]): readonly Violation[] {
  const taken = new Set<Namespace>();
  return steps.flatMap((step) => {
    const names =
      step.op === 'namespace.join'
        ? [step.namespace]
        : step.op === 'namespaces.create'
          ? step.namespaces
          : [];
    return names.flatMap((name) => {
      if (taken.has(name)) return [violation(step, `the ${name} namespace is another one already`)];
      taken.add(name);
      return [];
    });
  });
}

/** What is set for all who have the namespace. */
const settings = { 'hostname.set': 'uts', 'loopback.up': 'net', 'netlink.own': 'net' } as const;

/** Nothing is set in a namespace that belongs to the host, or to another container. */
function ofOthers(steps: readonly PlanStep[]): readonly Violation[] {
  const own = stepsOf(steps, 'namespaces.create').flatMap(({ namespaces }) => namespaces);
  return (Object.keys(settings) as (keyof typeof settings)[])
    .filter((op) => !own.includes(settings[op]))
    .flatMap((op) => stepsOf(steps, op))
    .map((step) => violation(step, `the ${settings[step.op]} namespace is not the container's`));
}

/** Both maps, each once: an id that is not mapped is nobody. */
function missingMap(steps: readonly PlanStep[]): readonly Violation[] {
  const maps = stepsOf(steps, 'idmap.write');
  return maps.length === 2 && maps[0]?.map === maps[1]?.map
    ? maps.slice(1).map((step) => violation(step, `a second map of ${step.map}s`))
    : [];
}

/** Who may filter calls: whoever has sys_admin, and whoever can gain no right any more. @see seccomp(2) */
export const filtering: Rule = (steps) => {
  let may = true;
  return steps.flatMap((step) => {
    if (step.op === 'identity.user' && step.uid !== 0) may = false;
    if (step.op === 'capabilities.set') may = may && step.keep.includes('sys_admin');
    if (step.op === 'privileges.lock') may = true;
    return step.op !== 'syscalls.filter' || may
      ? []
      : [violation(step, 'init has no right to filter any more')];
  });
};

/** A capability is kept or dropped, and the mask says the same as the names. */
export const capabilitySets: Rule = (steps) => {
  const [bound] = stepsOf(steps, 'capabilities.bound');
  return stepsOf(steps, 'capabilities.set').flatMap((step): Violation[] => {
    const mask = BigInt(step.mask);
    const has = (number: number): boolean => ((mask >> BigInt(number)) & 1n) === 1n;
    const dropped = bound?.drop.filter((name) => has(capabilities.indexOf(name))) ?? [];
    const unknown = bound?.unknown.filter(has).map(String) ?? [];
    const wrong = capabilities.filter((name, number) => has(number) !== step.keep.includes(name));
    return [
      ...[...dropped, ...unknown].map((name) => violation(step, `${name} is kept and dropped`)),
      ...wrong.map((name) => violation(step, `the mask and the names differ in ${name}`)),
    ];
  });
};
