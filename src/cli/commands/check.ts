import { planFile } from '../context.ts';
import { type PassOptions, showPasses } from '../passes.ts';

export async function check(file: string, options: PassOptions): Promise<void> {
  if (!(await showPasses(file, options))) await planFile(file, options);
}
