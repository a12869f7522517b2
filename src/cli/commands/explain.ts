import { explain as explainStep } from '../../compile.ts';
import { stepUnknown } from '../../diagnostics/catalog/cli.ts';
import { Failure, type PlanOptions, planFile } from '../context.ts';

export async function explain(file: string, step: string, options: PlanOptions): Promise<void> {
  const { plan, sources } = await planFile(file, options);
  const text = /^\d+$/.test(step) ? explainStep(plan, Number(step), sources) : undefined;
  if (text === undefined) throw new Failure([stepUnknown(step, plan.steps.length)]);
  process.stdout.write(text);
}
