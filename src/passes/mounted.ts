import type { HostFacts, MountFact } from '../facts/facts.ts';

/** The mount of the host in which a path lies. */
export function mountOf(path: string, { mounts, paths }: HostFacts): MountFact | undefined {
  const fact = paths[path];
  const real = (fact?.kind === 'directory' ? fact.real : undefined) ?? path;
  let best: MountFact | undefined;
  for (const mount of mounts) {
    const { point } = mount;
    const holds = point === '/' || real === point || real.startsWith(`${point}/`);
    // The last one of a point covers those before it.
    if (holds && point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}
