import { printable } from '../diagnostics/printable.ts';
import { directoryOf } from '../linux/paths.ts';
import { describe } from './describe.ts';
import { unreadable } from './drift.ts';
import { isOp, ops, placesOf } from './ops.ts';
import type { Actor, Op, Phase, Plan, PlanStep } from './plan.ts';
import { originText, purpose } from './print.ts';
import type { Selection } from './select.ts';

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
  const { what, why } = ops[step.op];
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['what', [what]],
    ['why', [why]],
    ['who', [who(step.actor)]],
    ['key', [step.key]],
    ['how often', [step.per === 'name' ? 'once' : 'in each life of the container']],
    ['asked for by', [askedBy(step), ...around.excerpt]],
    ['undone by', undoneBy(plan, step)],
    ['undoes', undoes(plan, step)],
    ['tolerates', [step.tolerates?.join(', ') ?? 'no error: it ends the start']],
    ['says', members(step)],
    ['system calls', around.syscalls],
  ];
  const lines = rows.flatMap(([label, texts]) =>
    texts.map((text, index) => row(index === 0 ? label : '', text)),
  );
  return `step ${step.id} of ${plan.steps.length}, ${step.phase}: ${describe(step)}\n\n${lines.join('\n')}\n`;
}

const who = (actor: Actor): string =>
  actor === 'init' ? 'init, inside the container' : 'the supervisor, on the host';

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
  if (step.op === 'cgroup.write') return directoryOf(step.file);
  return step.op === 'devices.policy' || step.op === 'devices.attach' ? step.path : undefined;
}

const undoes = (plan: Plan, { id }: PlanStep): string[] =>
  plan.steps.filter(({ undo }) => undo === id).map((step) => `step ${step.id}: ${describe(step)}`);

const common = ['id', 'key', 'phase', 'actor', 'per', 'op', 'origin', 'tolerates', 'undo'];

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
    .map(([key, item]) => `${key}=${Array.isArray(item) ? item.map(nested).join() : item}`)
    .join(' ');
}

const nested = (value: unknown): string =>
  typeof value === 'object' ? `(${itemText(value)})` : String(value);

/** What the named steps have in common, and each of them in a line or two. */
export function explainSelection(
  plan: Plan,
  selection: Selection,
  excerpt: readonly string[],
): string {
  const { steps } = selection;
  const [first] = steps;
  const body = selection.by === 'op' && first !== undefined ? synopsis(first.op) : [];
  const lines = steps.flatMap((step) => listed(step, selection.by));
  const parts = [[heading(plan, selection)], excerpt, body, lines].filter(
    (part) => part.length > 0,
  );
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

function heading({ steps: all }: Plan, selection: Selection): string {
  const count = `${selection.steps.length} of ${all.length} steps`;
  const origin = selection.steps[0]?.origin;
  switch (selection.by) {
    case 'number':
      return count;
    case 'line':
      return `line ${selection.line}${origin === undefined || 'rule' in origin ? '' : ` of ${printable(origin.file)}`}: ${count} come from it`;
    case 'phase':
      return `${selection.name}, ${purpose[selection.name as Phase]}: ${count}`;
    default:
      return `${selection.name}: ${count}`;
  }
}

/** What an operation is, whatever it is done to. */
export function explainOperation(op: string): string | undefined {
  if (!isOp(op)) return undefined;
  const places = placesOf(op);
  return [
    `${op}, in ${places.map(({ phase }) => phase).join(' or ')}`,
    '',
    ...synopsis(op),
    ...places.map(({ actor }, index) => row(index === 0 ? 'who' : 'or', who(actor))),
    row('drift', drift(op)),
    '',
  ].join('\n');
}

/** Whether `lxplain drift` compares it with what runs. */
function drift(op: Op): string {
  const why = unreadable(op);
  return why === undefined ? 'compared with what runs' : `not compared: ${why}`;
}

function synopsis(op: Op): string[] {
  const { what, why } = ops[op];
  return [row('what', what), row('why', why)];
}

const row = (label: string, text: string): string => `  ${label.padEnd(13)} ${printable(text)}`;

function listed(step: PlanStep, by: Selection['by']): string[] {
  const line = `${String(step.id).padStart(4)}  ${describe(step).replaceAll(/\s+/g, ' ')}`;
  const place = by === 'line' ? '' : `  ${originText(step.origin)}`;
  return [`${line}${place}`, ...(by === 'op' ? [] : [`      ${ops[step.op].what}`])];
}
