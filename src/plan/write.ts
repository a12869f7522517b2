import type { Plan } from './plan.ts';

/** The plan as JSON: the same bytes for the same plan, one step to a line. */
export function writePlan(plan: Plan): string {
  const { steps, ...head } = plan;
  const fields = Object.entries(head).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
  );
  const lines = steps.map((step) => `    ${JSON.stringify(step)}`);
  return `{\n${fields.join('')}  "steps": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
