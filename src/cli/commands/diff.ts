import { comparesNothing } from '../../diagnostics/catalog/cli.ts';
import { comparePlans } from '../../plan/compare.ts';
import type { Plan } from '../../plan/plan.ts';
import { Failure } from '../failure.ts';
import { lookUp, notesOf } from '../find-domain.ts';
import { readInput } from '../input.ts';
import { print, printPainted } from '../output.ts';
import { realPath } from '../output-file.ts';
import { type PlanOptions, quietPlan } from '../planning.ts';
import { type ScreenOptions, screenOf } from '../screen.ts';

interface Options extends PlanOptions, ScreenOptions {
  readonly toFacts?: string;
  readonly json?: boolean;
  readonly stat?: boolean;
  readonly exitCode?: boolean;
}

/** Without a second file the first one, on the machine of the other facts. */
export async function diff(
  before: string,
  after: string | undefined,
  options: Options,
): Promise<void> {
  const { facts, toFacts } = options;
  if (after === undefined && toFacts === undefined) throw new Failure([comparesNothing()]);
  const second = toFacts === undefined ? options : { ...options, facts: toFacts };
  const [first, other] = [await planOf(before, options), await planOf(after ?? before, second)];
  const names = [nameOf(before, facts), nameOf(after ?? before, second.facts)] as const;
  const comparison = comparePlans(first, other);
  const { head, changes } = comparison;
  if (options.json) {
    const json = { version: 1, before: names[0], after: names[1], head, changes };
    print(`${JSON.stringify(json, undefined, 2)}\n`);
  } else {
    const { printComparison, printComparisonCounts } = await import(
      '../../plan/print-comparison.ts'
    );
    if (options.stat) print(printComparisonCounts(comparison));
    else {
      const { isColoured } = await screenOf(options);
      printPainted(printComparison(comparison, names, isColoured));
    }
  }
  if (options.exitCode && head.length + changes.length > 0) process.exitCode = 1;
}

const nameOf = (text: string, facts: string | undefined): string =>
  facts === undefined ? text : `${text} with ${facts}`;

/** The plan of a file, or of the container that runs under a name. What warns of it is not what is asked here. */
async function planOf(text: string, options: PlanOptions): Promise<Plan> {
  const isFile = text === '-' || realPath(text) !== undefined;
  const running = isFile ? undefined : lookUp(text);
  const notes = running === undefined ? undefined : notesOf(running);
  if (notes === undefined) return (await quietPlan(readInput(text), options)).plan;
  const { readPlan } = await import('../../plan/read.ts');
  const { plan, diagnostics } = readPlan(text, notes.planJson);
  if (plan === undefined) throw new Failure(diagnostics, new Map([[text, notes.planJson]]));
  return plan;
}
