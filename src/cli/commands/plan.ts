import { printPlanSyscalls } from '../../compile.ts';
import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { planFile } from '../context.ts';
import { type PassOptions, showPasses } from '../passes.ts';

interface Options extends PassOptions {
  readonly json?: boolean;
  readonly syscalls?: boolean;
}

export async function plan(file: string, options: Options): Promise<void> {
  if (await showPasses(file, options)) return;
  const { plan: made } = await planFile(file, options);
  if (options.json) process.stdout.write(writePlan(made));
  else if (options.syscalls) process.stdout.write(printPlanSyscalls(made, made.arch));
  else process.stdout.write(printPlan(made));
}
