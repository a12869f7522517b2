import { type PlanOptions, planFile } from '../context.ts';

export async function check(file: string, options: PlanOptions): Promise<void> {
  await planFile(file, options);
}
