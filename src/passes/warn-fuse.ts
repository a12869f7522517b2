import { noFuse } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { extensionOf } from '../ir/extension.ts';
import { MEMINFO } from '../linux/memory-figures.ts';

/** Warns that the container will see the memory of the host, unless the domain mounts something else there. */
export function warnFuse(
  { filesystems, metadata }: Domain,
  { fuse }: HostFacts,
): readonly Diagnostic[] {
  const asked = extensionOf(metadata)?.proc;
  const files = asked === undefined || asked.ofLxcfs ? [] : asked.files;
  const isCovered = filesystems.some(({ target }) => target.value === MEMINFO);
  if (fuse !== false || (isCovered && files.length === 0)) return [];
  return [noFuse(files.map((file) => `/proc/${file}`))];
}
