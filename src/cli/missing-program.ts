import type { WantedInside } from '../facts/facts.ts';
import { lookInside } from '../facts/probe/inside.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';

/**
 * Which file it is that the kernel did not find when it was to execute init: it says ENOENT of an interpreter as of
 * init itself. undefined if all are there now, or nobody can tell.
 */
export function missingProgram(plan: Plan, step: PlanStep, errno: string): string | undefined {
  if (step.op !== 'exec' || errno !== 'ENOENT') return undefined;
  const inside = insideOf(plan, step.path);
  const found = inside === undefined ? [] : Object.entries(lookInside(inside));
  const [path] = found.find(([, { kind }]) => kind === 'missing') ?? [];
  if (path === undefined || inside === undefined) return undefined;
  const root = `the root file system '${inside.root}' does not have`;
  return path === step.path ? `${root} it` : `${root} '${path}', which init needs to be executed`;
}

/** Where the plan puts which directory of the host. What lies in another mount cannot be seen from here. */
function insideOf({ steps }: Plan, program: string): WantedInside | undefined {
  const sources = new Map(
    steps.flatMap((step) => (step.op === 'capture.tree' ? [[step.handle, step.source]] : [])),
  );
  const root = sources.get('root');
  if (root === undefined) return undefined;
  const mounts = steps.flatMap((step) => {
    switch (step.op) {
      case 'mount.attach': {
        const source = sources.get(step.handle);
        return { target: step.target, ...(source === undefined ? {} : { source }) };
      }
      case 'mount.bind':
        return { target: step.target };
      default:
        return [];
    }
  });
  return { root, mounts, paths: [], points: [], programs: [program] };
}
