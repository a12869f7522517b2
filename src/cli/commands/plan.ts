import { printPlanSyscalls } from '../../compile.ts';
import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { print } from '../output.ts';
import { type PassOptions, showPasses } from '../passes.ts';
import { planFile } from '../planning.ts';

interface Options extends PassOptions {
  readonly json?: boolean;
  readonly syscalls?: boolean;
}

export async function plan(file: string, options: Options): Promise<void> {
  if (await showPasses(file, options)) return;
  const { plan: made } = await planFile(file, options);
  if (options.json) print(writePlan(made));
  else if (options.syscalls) print(printPlanSyscalls(made, made.arch));
  else print(printPlan(made));
}
