import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { print, printPainted } from '../output.ts';
import { type PassOptions, showPasses } from '../passes.ts';
import { planFile } from '../planning.ts';
import { type ScreenOptions, screenOf } from '../screen.ts';

interface Options extends PassOptions, ScreenOptions {
  readonly json?: boolean;
  readonly syscalls?: boolean;
}

export async function plan(file: string, options: Options): Promise<void> {
  if (await showPasses(file, options)) return;
  const { plan: made } = await planFile(file, options);
  if (options.json) print(writePlan(made));
  else if (options.syscalls) {
    const { printPlanSyscalls } = await import('../../assemble.ts');
    print(printPlanSyscalls(made, made.arch));
  } else printPainted(printPlan(made, await screenOf(options)));
}
