import type { Plan } from './plan.ts';

/** The most that can be passed. */
export const MOST_PASSED = 64;

/** How many descriptors of who starts the container its init gets. */
export function passedBy({ steps }: Plan): number {
  const close = steps.find((step) => step.op === 'descriptors.close');
  return close?.op === 'descriptors.close' ? (close.passed ?? 0) : 0;
}

/**
 * The plan with descriptors that init gets as 3 and up, and is told of: init is process 1 of the container, whatever it is
 * on the host. `names` are what `LISTEN_FDNAMES` has of them.
 * @see sd_listen_fds(3)
 */
export function passDescriptors(plan: Plan, count: number, names: string | undefined): Plan {
  if (count === 0) return plan;
  const told = [
    `LISTEN_FDS=${count}`,
    'LISTEN_PID=1',
    ...(names === undefined ? [] : [`LISTEN_FDNAMES=${names}`]),
  ];
  const steps = plan.steps.map((step) => {
    if (step.op === 'descriptors.close') return { ...step, from: 3 + count, passed: count };
    if (step.op !== 'exec') return step;
    const kept = step.environment.filter((each) => !/^LISTEN_(?:FDS|PID|FDNAMES)=/.test(each));
    return { ...step, environment: [...kept, ...told] };
  });
  return { ...plan, steps };
}
