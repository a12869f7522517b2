import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { exposedPaths } from '../linux/exposed-paths.ts';
import type { Masked } from './container.ts';

/**
 * What is hidden or protected of the kernel, of what there is. With an id map root of the container is nobody on the host, and
 * has no right to any of it.
 */
export function masked({ idmap }: Domain, { exposed = [] }: HostFacts): Masked | undefined {
  if (idmap !== undefined) return undefined;
  const there = (paths: readonly string[]) => paths.filter((path) => exposed.includes(path));
  const files = there(exposedPaths.files);
  const directories = there(exposedPaths.directories);
  const settings = there(exposedPaths.settings);
  const isAny = files.length + directories.length + settings.length > 0;
  return isAny ? { files, directories, settings, origin: madeBy('masked') } : undefined;
}
