import type { PlanStep } from '../plan.ts';
import { type Rule, stepsOf, type Violation, violation } from './violation.ts';

/** The descriptors that a step opens for later ones. */
function made(step: PlanStep): readonly string[] {
  switch (step.op) {
    case 'capture.tree':
    case 'capture.tmpfs':
    case 'cgroup.open':
    case 'mount.create':
    case 'mount.clone':
      return [step.handle];
    case 'devpts.create':
      return ['devpts'];
    case 'console.create':
      return [`console ${step.number}`];
    case 'stage.enter':
      return ["the host's mount namespace"];
    default:
      return [];
  }
}

/** The descriptors that a step needs. */
function used(step: PlanStep): readonly string[] {
  switch (step.op) {
    case 'mount.attach':
    case 'stage.attach':
    case 'cgroup.join':
      return [step.handle];
    case 'dev.node':
    case 'dev.link':
    case 'dev.directory':
      return ['dev'];
    case 'console.create':
      return ['devpts'];
    case 'stage.root':
    case 'stage.point':
    case 'stage.bind':
    case 'stage.readonly':
    case 'root.attach':
      return ['root'];
    case 'stage.leave':
      return ["the host's mount namespace"];
    case 'session.start':
      return ['console 0'];
    case 'capture.close':
      return step.handles;
    default:
      return [];
  }
}

/** A descriptor is opened once, before it is used, and not used by init when it has closed all. */
export const handles: Rule = (steps) => {
  const known = new Set<string>();
  let closed = false;
  return steps.flatMap((step) => {
    const problems = used(step)
      .filter((name) => !known.has(name) || (closed && step.actor === 'init'))
      .map((name) => (known.has(name) ? `'${name}' is closed` : `nothing made '${name}'`));
    for (const name of made(step)) {
      if (known.has(name)) problems.push(`'${name}' is made a second time`);
      known.add(name);
    }
    if (step.op === 'descriptors.close') closed = true;
    return problems.map((problem) => violation(step, problem));
  });
};

/** The supervisor closes all that it captured for init, and init all but its standard descriptors. */
export const closes: Rule = (steps) => {
  const captured = steps
    .filter(({ phase, op }) => phase === 'capture' && op !== 'console.create')
    .flatMap((step) => (step.op === 'stage.enter' ? [] : made(step)));
  const kept = stepsOf(steps, 'capture.close').flatMap((step): Violation[] => {
    const closed = new Set(step.handles);
    const left = captured.filter((name) => !closed.has(name));
    return left.map((name) => violation(step, `'${name}' stays open`));
  });
  const open = stepsOf(steps, 'descriptors.close').filter(({ from }) => from !== 3);
  return [
    ...kept,
    ...open.map((step) => violation(step, `descriptors from 3 to ${step.from - 1} stay open`)),
  ];
};

/** Consoles are numbered as devpts numbers them, and all of them are relayed. */
export const consoles: Rule = (steps) => {
  const created = stepsOf(steps, 'console.create');
  return [
    ...created
      .filter(({ number }, index) => number !== index)
      .map((step) => violation(step, `console ${step.number} is not the next of devpts`)),
    ...stepsOf(steps, 'console.relay')
      .filter((step) => step.consoles !== created.length)
      .map((step) => violation(step, `${step.consoles} consoles of ${created.length}`)),
  ];
};
