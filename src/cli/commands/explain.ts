import {
  codeUnknown,
  needsStep,
  noStepOfLine,
  stepUnknown,
} from '../../diagnostics/catalog/cli.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';
import { realPath } from '../output-file.ts';
import { type PlanOptions, planFile } from '../planning.ts';
import { fileName } from '../text-file.ts';

interface Options extends PlanOptions {
  readonly json?: boolean;
}

/** Steps of a plan; without a step, a code of a diagnostic or an operation. */
export async function explain(
  subject: string,
  step: string | undefined,
  options: Options,
): Promise<void> {
  if (step === undefined) return explainWord(subject, options);
  const { explainSteps } = await import('../../assemble.ts');
  const { linesWithSteps, select } = await import('../../plan/select.ts');
  const { plan, sources } = await planFile(subject, options);
  const selection = select(plan, step, fileName(subject));
  if (selection === undefined) throw new Failure([stepUnknown(step, plan.steps.length)]);
  if (selection.by === 'line' && selection.steps.length === 0)
    throw new Failure([noStepOfLine(selection.line, linesWithSteps(plan))]);
  if (options.json) {
    const { ops } = await import('../../plan/ops.ts');
    const steps = selection.steps.map((each) => {
      const { what, why } = ops[each.op];
      return { ...each, what, why };
    });
    print(`${JSON.stringify({ version: 1, steps }, undefined, 2)}\n`);
  } else print(explainSteps(plan, selection, sources));
}

async function explainWord(word: string, { json }: Options): Promise<void> {
  if (json) return explainAsJson(word);
  const { explainCode } = await import('../../diagnostics/explain.ts');
  const { explainOperation } = await import('../../plan/explain.ts');
  const text = explainCode(word) ?? explainOperation(word);
  if (text === undefined) throw unknownWord(word);
  print(text);
}

async function explainAsJson(word: string): Promise<void> {
  const { explanations } = await import('../../diagnostics/explanations.ts');
  const explanation = explanations.get(word);
  if (explanation === undefined) throw unknownWord(word);
  print(`${JSON.stringify({ version: 1, code: word, ...explanation }, undefined, 2)}\n`);
}

/** Who names a file alone has forgotten the step. */
const unknownWord = (word: string): Failure =>
  new Failure([word === '-' || realPath(word) !== undefined ? needsStep(word) : codeUnknown(word)]);
