import { printable } from '../diagnostics/printable.ts';
import { describe } from './describe.ts';
import { type Phase, type Plan, type PlanStep, phases, type StepOrigin } from './plan.ts';

/** Up to here the places of steps are one column. A longer line has its place right behind. */
const ALIGNED = 100;
/** Of a longer file name the end is shown, with the line, where lines are cut. */
const ORIGIN_WIDTH = 48;

export interface PrintOptions {
  /** Columns to which lines are cut: those of a terminal. Without it nothing is cut. */
  readonly width?: number;
  readonly isColoured?: boolean;
  /** Only what the domain asked for, without what every such container has. */
  readonly isBrief?: boolean;
}

/** Where a step comes from: `vm1.xml:14`, or the rule of the driver in brackets. */
export const originText = (origin: StepOrigin): string =>
  'rule' in origin
    ? `[${origin.rule}]`
    : `${printable(origin.file.slice(origin.file.lastIndexOf('/') + 1))}:${origin.line}`;

/** What each phase is, in a few words. */
export const purpose: Readonly<Record<Phase, string>> = {
  prepare: 'on the host: what outlives a process',
  capture: 'on the host: all that the container gets, as descriptors',
  isolate: 'the new namespaces',
  assemble: "in the container: its own tree; no name leads to the host's any more",
  confine: 'in the container: rights and leftovers go',
  exec: 'in the container: init takes over',
  supervise: 'on the host, while it runs',
  release: 'on the host, when it has ended or failed',
};

/** The steps by phase: number, operation, and the line that asked for it. */
export function printPlan(plan: Plan, options: PrintOptions = {}): string {
  const { isBrief = false, width = Number.POSITIVE_INFINITY } = options;
  const paint = options.isColoured === true ? coloured : plain;
  const shown = isBrief ? plan.steps.filter(({ origin }) => !('rule' in origin)) : plan.steps;
  const count = isBrief ? `${shown.length} of ${plan.steps.length}` : `${plan.steps.length}`;
  const lines = [
    paint.title(cut(`${printable(plan.name)}: ${count} steps on ${plan.arch}`, width)),
  ];
  for (const phase of phases) {
    const steps = shown.filter((step) => step.phase === phase);
    if (steps.length === 0) continue;
    const about = cut(`: ${purpose[phase]}`, width - phase.length);
    lines.push('', `${paint.phase(phase)}${paint.dim(about)}`);
    lines.push(...steps.map((step) => stepLine(step, width, paint)));
  }
  const rest = plan.steps.length - shown.length;
  if (rest > 0) {
    const text = `${rest} more are rules of the driver: every such container has them`;
    lines.push('', paint.dim(cut(text, width)));
  }
  return `${lines.join('\n')}\n`;
}

function stepLine(step: PlanStep, width: number, paint: Paint): string {
  const isRule = 'rule' in step.origin;
  const origin = cutBefore(originText(step.origin), Math.min(width / 2, ORIGIN_WIDTH), width);
  const id = String(step.id).padStart(4);
  const text = cut(describe(step).replaceAll(/\s+/g, ' '), width - id.length - 3 - length(origin));
  const used = id.length + 3 + length(text) + length(origin);
  const gap = ' '.repeat(1 + Math.max(0, Math.min(width, ALIGNED) - used));
  if (isRule) return paint.dim(`${id}  ${text}${gap}${origin}`);
  const op = text.slice(0, step.op.length);
  const object = text.slice(step.op.length);
  return `${paint.dim(id)}  ${paint.op(op)}${object}${gap}${paint.place(origin)}`;
}

/** In characters. */
const length = (text: string): number => [...text].length;

/** The first columns of a text, and a mark if it has more. */
function cut(text: string, columns: number): string {
  if (length(text) <= columns) return text;
  return columns < 1 ? '' : `${[...text].slice(0, columns - 1).join('')}…`;
}

/** The last columns of a text, if lines are cut at all. */
function cutBefore(text: string, columns: number, width: number): string {
  if (width === Number.POSITIVE_INFINITY || length(text) <= columns) return text;
  return `…${[...text].slice(1 - Math.floor(columns)).join('')}`;
}

type Paint = Readonly<Record<'title' | 'phase' | 'op' | 'place' | 'dim', (text: string) => string>>;

const asItIs = (text: string): string => text;

const plain: Paint = { title: asItIs, phase: asItIs, op: asItIs, place: asItIs, dim: asItIs };

/** @see ECMA-48, 8.3.117, SGR */
const sgr =
  (parameter: number) =>
  (text: string): string =>
    text === '' ? '' : `\x1b[${parameter}m${text}\x1b[0m`;

const coloured: Paint = {
  title: sgr(1),
  phase: sgr(1),
  op: sgr(36),
  place: sgr(33),
  dim: sgr(2),
};
