import { type PlanOptions, planFile } from '../context.ts';

export function check(file: string, options: PlanOptions): void {
  planFile(file, options);
}
