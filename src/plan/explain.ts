import { describe } from './describe.ts';
import type { Plan, PlanStep } from './plan.ts';
import { synopses } from './synopses.ts';

/** What a step is, why it is there, who asked for it, what undoes it and what it tolerates. */
export function explainStep(plan: Plan, id: number): string | undefined {
  const step = plan.steps.find((candidate) => candidate.id === id);
  if (step === undefined) return undefined;
  const { what, why } = synopses[step.op];
  const rows: readonly (readonly [string, string])[] = [
    ['what', what],
    ['why', why],
    ['who', step.actor === 'init' ? 'init, inside the container' : 'the supervisor, on the host'],
    ['asked for by', askedBy(step)],
    ['undone by', undoneBy(plan, step)],
    ['undoes', undoes(plan, step)],
    ['tolerates', step.tolerates?.join(', ') ?? 'no error: it ends the start'],
  ];
  const shown = rows.filter(([, text]) => text !== '');
  const lines = shown.map(([label, text]) => `  ${label.padEnd(13)} ${text}`);
  return `step ${step.id} of ${plan.steps.length}, ${step.phase}: ${describe(step)}\n\n${lines.join('\n')}\n`;
}

function askedBy({ origin }: PlanStep): string {
  if ('rule' in origin) return `the driver's rule '${origin.rule}': every such container has it`;
  return `${origin.file}, line ${origin.line}, column ${origin.column}`;
}

function undoneBy(plan: Plan, step: PlanStep): string {
  const undo = plan.steps.find(({ id }) => id === step.undo);
  if (undo !== undefined) return `step ${undo.id}: ${describe(undo)}`;
  return step.phase === 'release' ? '' : 'the end of the processes: it is an effect on them alone';
}

function undoes(plan: Plan, { id }: PlanStep): string {
  const steps = plan.steps.filter(({ undo }) => undo === id);
  return steps.map((step) => `step ${step.id}: ${describe(step)}`).join('; ');
}
