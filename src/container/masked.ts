import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { exposedPaths } from '../linux/exposed-paths.ts';
import type { Masked, Mount } from './container.ts';

const origin = madeBy('masked');

/** With an id map root of the container is nobody on the host, and has no right to any of it. */
const isExposed =
  ({ idmap }: Domain, { exposed = [] }: HostFacts) =>
  (path: string): boolean =>
    idmap === undefined && exposed.includes(path);

/** What is hidden of the kernel, unless an id map does that already. */
export function masked(domain: Domain, facts: HostFacts): Masked | undefined {
  const there = isExposed(domain, facts);
  const [files, directories] = [exposedPaths.files, exposedPaths.directories].map((paths) =>
    paths.filter(there),
  ) as [string[], string[]];
  return files.length + directories.length === 0 ? undefined : { files, directories, origin };
}

/** What of the kernel is shown, and cannot be changed. */
export const readOnlySettings = (domain: Domain, facts: HostFacts): readonly Mount[] =>
  exposedPaths.settings
    .filter(isExposed(domain, facts))
    .map((path) => ({ kind: 'inside', source: path, target: path, readOnly: true, origin }));
