import { codeUnknown, stepUnknown } from '../../diagnostics/catalog/cli.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';
import { type PlanOptions, planFile } from '../planning.ts';

/** A step of a plan; without a step, a code of a diagnostic. */
export async function explain(
  subject: string,
  step: string | undefined,
  options: PlanOptions,
): Promise<void> {
  if (step === undefined) return explainDiagnostic(subject);
  const { explain: explainStep } = await import('../../compile.ts');
  const { plan, sources } = await planFile(subject, options);
  const text = /^\d+$/.test(step) ? explainStep(plan, Number(step), sources) : undefined;
  if (text === undefined) throw new Failure([stepUnknown(step, plan.steps.length)]);
  print(text);
}

async function explainDiagnostic(code: string): Promise<void> {
  const { explainCode } = await import('../../diagnostics/explain.ts');
  const text = explainCode(code);
  if (text === undefined) throw new Failure([codeUnknown(code)]);
  print(text);
}
