import { directoryOf } from '../../linux/paths.ts';
import { capturedBy, opens, recordOf, uses } from '../ops.ts';
import { stepsOf } from '../steps-of.ts';
import { type Rule, type Violation, violation } from './violation.ts';

/** A descriptor is opened once, before it is used, and not used by init when it has closed it. */
export const handles: Rule = (steps) => {
  const known = new Set<string>();
  const dropped = new Set<string>();
  let closed = false;
  return steps.flatMap((step) => {
    const byInit = step.actor === 'init';
    const problems = uses(step).flatMap((name) => {
      if (!known.has(name)) return [`nothing made '${name}'`];
      return byInit && (closed || dropped.has(name)) ? [`'${name}' is closed`] : [];
    });
    for (const name of opens(step)) {
      if (known.has(name)) problems.push(`'${name}' is made a second time`);
      known.add(name);
    }
    if (step.op === 'descriptors.drop') for (const name of step.handles) dropped.add(name);
    if (step.op === 'mount.attach' && byInit) dropped.add(step.handle);
    if (step.op === 'descriptors.close') closed = true;
    return problems.map((problem) => violation(step, problem));
  });
};

/**
 * From the pivot on, names that the root file system has chosen are resolved. No descriptor that leads out is open in
 * init by then: only mounts that are attached nowhere yet, its own side of the consoles, and the pidfd of the
 * supervisor, which is no place in any tree.
 */
export const enclosed: Rule = (steps) => {
  const open = new Set<string>();
  for (const step of steps) {
    if (step.op === 'root.pivot') {
      return [...open].map((name) => violation(step, `'${name}' leads out, and init has it open`));
    }
    if (step.op === 'mount.attach' && step.base === 'root') open.add(step.handle);
    if (step.op === 'stage.root') open.add('root');
    if (step.op === 'descriptors.drop') for (const name of step.handles) open.delete(name);
    const harmless = recordOf(step).leadsNowhere?.(step) ?? [];
    for (const name of opens(step)) if (!harmless.includes(name)) open.add(name);
  }
  return [];
};

/** The supervisor closes all that it captured for init, and init all but its standard descriptors and those passed to it. */
export const closes: Rule = (steps) => {
  const captured = capturedBy(steps);
  const kept = stepsOf(steps, 'capture.close').flatMap((step): Violation[] => {
    const closed = new Set(step.handles);
    const left = captured.filter((name) => !closed.has(name));
    return left.map((name) => violation(step, `'${name}' stays open`));
  });
  const open = stepsOf(steps, 'descriptors.close').filter(
    ({ from, passed = 0 }) => from !== 3 + passed,
  );
  return [
    ...kept,
    ...open.map((step) => {
      const first = 3 + (step.passed ?? 0);
      return step.from < first
        ? violation(step, `descriptor ${step.from} is passed, and closed`)
        : violation(step, `descriptors from ${first} to ${step.from - 1} stay open`);
    }),
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

/** One log for a console, all of them in one directory. */
export const logs: Rule = (steps) => {
  const created = stepsOf(steps, 'console.create').length;
  const kept = stepsOf(steps, 'log.console');
  const all = [...stepsOf(steps, 'log.life'), ...kept];
  return [
    ...kept.flatMap((step, index): Violation[] => {
      if (step.console >= created) return [violation(step, `there is no console ${step.console}`)];
      const isAgain = kept.slice(0, index).some((other) => other.console === step.console);
      return isAgain ? [violation(step, `console ${step.console} has a log already`)] : [];
    }),
    ...all
      .filter((step) => all[0] !== undefined && directoryOf(step.file) !== directoryOf(all[0].file))
      .map((step) => violation(step, `${step.file} is not beside ${all[0]?.file}`)),
    ...all
      .filter((step, index) => all.findIndex(({ file }) => file === step.file) !== index)
      .map((step) => violation(step, `${step.file} is another log already`)),
  ];
};

/** Whoever reads a file of FUSE that nobody answers for waits for ever. */
export const served: Rule = (steps) => {
  const files = stepsOf(steps, 'proc.serve').map(({ file }) => file);
  const isServed = stepsOf(steps, 'meminfo.serve').length > 0;
  return [
    ...stepsOf(steps, 'meminfo.create').filter(() => !isServed),
    ...stepsOf(steps, 'proc.create').filter(({ file }) => !files.includes(file)),
  ].map((step) => violation(step, 'nobody answers for it'));
};
