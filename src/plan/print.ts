import { printable } from '../diagnostics/printable.ts';
import { describe } from './describe.ts';
import { type Plan, type PlanStep, phases, type StepOrigin } from './plan.ts';

const WIDTH = 100;
/** Of a longer file name the end is shown, with the line. */
const ORIGIN_WIDTH = 48;

/** Where a step comes from: `vm1.xml:14`, or the rule of the driver in brackets. */
export const originText = (origin: StepOrigin): string =>
  'rule' in origin
    ? `[${origin.rule}]`
    : `${printable(origin.file.slice(origin.file.lastIndexOf('/') + 1))}:${origin.line}`;

/** What each phase is, in a few words. */
const purpose = {
  prepare: 'on the host: what outlives a process',
  capture: 'on the host: all that the container gets, as descriptors',
  isolate: 'the new namespaces',
  assemble: "in the container: its own tree; no name leads to the host's any more",
  confine: 'in the container: rights and leftovers go',
  exec: 'in the container: init takes over',
  supervise: 'on the host, while it runs',
  release: 'on the host, when it has ended or failed',
} as const;

/** The steps by phase, aligned for 100 columns: number, operation, and the line that asked for it. */
export function printPlan(plan: Plan): string {
  const lines = [`${plan.name}: ${plan.steps.length} steps on ${plan.arch}`];
  for (const phase of phases) {
    const steps = plan.steps.filter((step) => step.phase === phase);
    if (steps.length === 0) continue;
    lines.push('', `${phase}: ${purpose[phase]}`);
    lines.push(...steps.map(stepLine));
  }
  return `${lines.join('\n')}\n`;
}

function stepLine(step: PlanStep): string {
  const whole = originText(step.origin);
  const origin = whole.length > ORIGIN_WIDTH ? `…${whole.slice(1 - ORIGIN_WIDTH)}` : whole;
  const room = WIDTH - 6 - origin.length - 1;
  const text = describe(step).replaceAll(/\s+/g, ' ');
  const cut = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return `${String(step.id).padStart(4)}  ${cut.padEnd(room)} ${origin}`;
}
