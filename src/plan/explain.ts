import { printable } from '../diagnostics/printable.ts';
import { describe } from './describe.ts';
import type { Plan, PlanStep } from './plan.ts';
import { synopses } from './synopses.ts';

/** What else there is to say of a step: the lines of the source that asked for it, and the calls that it becomes. */
export interface Surroundings {
  readonly excerpt: readonly string[];
  readonly syscalls: readonly string[];
}

/**
 * What a step is, why it is there, who asked for it, what undoes it, what it tolerates, all that it says, and the system
 * calls that it becomes.
 */
export function explainStep(plan: Plan, step: PlanStep, around: Surroundings): string {
  const { what, why } = synopses[step.op];
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['what', [what]],
    ['why', [why]],
    ['who', [step.actor === 'init' ? 'init, inside the container' : 'the supervisor, on the host']],
    ['asked for by', [askedBy(step), ...around.excerpt]],
    ['undone by', undoneBy(plan, step)],
    ['undoes', undoes(plan, step)],
    ['tolerates', [step.tolerates?.join(', ') ?? 'no error: it ends the start']],
    ['says', members(step)],
    ['system calls', around.syscalls],
  ];
  const lines = rows.flatMap(([label, texts]) =>
    texts.map((text, index) => `  ${(index === 0 ? label : '').padEnd(13)} ${printable(text)}`),
  );
  return `step ${step.id} of ${plan.steps.length}, ${step.phase}: ${describe(step)}\n\n${lines.join('\n')}\n`;
}

function askedBy({ origin }: PlanStep): string {
  if ('rule' in origin) return `the driver's rule '${origin.rule}': every such container has it`;
  return `${origin.file}, line ${origin.line}, column ${origin.column}`;
}

function undoneBy(plan: Plan, step: PlanStep): string[] {
  const undo = step.undo === undefined ? undefined : plan.steps[step.undo - 1];
  if (undo !== undefined) return [`step ${undo.id}: ${describe(undo)}`];
  if (step.op === 'cgroup.enable') return ['nothing: other groups may have come to need it'];
  const group = groupOf(step);
  const removal = plan.steps.find((each) => each.op === 'cgroup.remove' && each.path === group);
  if (removal !== undefined) return [`step ${removal.id}: ${describe(removal)}, with the group`];
  return step.phase === 'release'
    ? []
    : ['the end of the processes: it is an effect on them alone'];
}

/** The control group to which a setting belongs. */
function groupOf(step: PlanStep): string | undefined {
  if (step.op === 'cgroup.write') return step.file.slice(0, step.file.lastIndexOf('/'));
  return step.op === 'devices.policy' || step.op === 'devices.attach' ? step.path : undefined;
}

const undoes = (plan: Plan, { id }: PlanStep): string[] =>
  plan.steps.filter(({ undo }) => undo === id).map((step) => `step ${step.id}: ${describe(step)}`);

const common = ['id', 'phase', 'actor', 'op', 'origin', 'tolerates', 'undo'];

/** The step's own members in full: lists one item a line, if they are long. */
function members(step: PlanStep): string[] {
  return Object.entries(step)
    .filter(([name]) => !common.includes(name))
    .flatMap(([name, value]): string[] => {
      const items = Array.isArray(value) ? value.map(itemText) : [itemText(value)];
      const line = `${name}: ${items.join(', ') || 'none'}`;
      return line.length <= 84 ? [line] : [`${name}:`, ...items.map((item) => `  ${item}`)];
    });
}

/** A text as it is; what has members as `key=value`. */
function itemText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, item]) => `${key}=${item}`)
    .join(' ');
}
