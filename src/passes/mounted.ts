import type { HostFacts, LookedUp, MountFact } from '../facts/facts.ts';

/** Where a directory is if links lead there. */
export function realPath(path: string, { paths }: LookedUp): string {
  const fact = paths[path];
  return (fact?.kind === 'directory' ? fact.real : undefined) ?? path;
}

/** The mount of the host in which a path lies. */
export function mountOf(path: string, facts: HostFacts): MountFact | undefined {
  const { mounts } = facts;
  const real = realPath(path, facts);
  let best: MountFact | undefined;
  for (const mount of mounts) {
    const { point } = mount;
    const holds = point === '/' || real === point || real.startsWith(`${point}/`);
    // The last one of a point covers those before it.
    if (holds && point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}
