import { directoryOf } from '../linux/paths.ts';
import type { Plan } from './plan.ts';
import { stepsOf } from './steps-of.ts';

/** Something of a machine without which a step would fail. */
export interface Need {
  readonly step: number;
  readonly path: string;
  /** The path is looked for in the root of the container. */
  readonly isInRoot: boolean;
  /** What is to be said if there is nothing. */
  readonly missing: string;
}

/** What a plan needs that a program can look for by a path alone. */
export function needs(plan: Plan): { readonly root: string; readonly needs: readonly Need[] } {
  const created = new Set(stepsOf(plan.steps, 'cgroup.create').map(({ path }) => path));
  const trees = stepsOf(plan.steps, 'capture.tree').filter(({ source }) => !created.has(source));
  const sources = [
    ...trees.map(({ id, source }) => [id, source] as const),
    ...stepsOf(plan.steps, 'loop.attach').map(({ id, file }) => [id, file] as const),
  ];
  const root = trees.find(({ handle }) => handle === 'root')?.source;
  const targets = stepsOf(plan.steps, 'mount.attach').map(({ target }) => target);
  const isCovered = (path: string): boolean =>
    targets.some((target) => target !== '/' && path.startsWith(`${target}/`));
  return {
    root: root ?? '/',
    needs: [
      ...stepsOf(plan.steps, 'cgroup.create').map(({ id, path }) => {
        const above = directoryOf(path);
        return { step: id, path: above, isInRoot: false, missing: `there is no group ${above}` };
      }),
      ...sources.map(([step, path]) => ({
        step,
        path,
        isInRoot: false,
        missing: 'there is nothing of this name',
      })),
      ...stepsOf(plan.steps, 'exec')
        .filter(({ path }) => root !== undefined && !isCovered(path)) // an image shows what is in it only when it is mounted
        .map(({ id, path }) => ({
          step: id,
          path,
          isInRoot: true,
          missing: `${path} is missing in ${root}`,
        })),
    ],
  };
}
