import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { exposedPaths } from '../linux/exposed-paths.ts';
import type { Masked } from './container.ts';

/** With an id map root of the container is nobody on the host, and has no right to any of it. */
const isExposed =
  ({ idmap }: Domain, { exposed = [] }: HostFacts) =>
  (path: string): boolean =>
    idmap === undefined && exposed.includes(path);

/** What is hidden or protected of the kernel, unless an id map does that already. */
export function masked(domain: Domain, facts: HostFacts): Masked | undefined {
  const there = isExposed(domain, facts);
  const files = exposedPaths.files.filter(there);
  const directories = exposedPaths.directories.filter(there);
  const settings = exposedPaths.settings.filter(there);
  const isAny = files.length + directories.length + settings.length > 0;
  return isAny ? { files, directories, settings, origin: madeBy('masked') } : undefined;
}
