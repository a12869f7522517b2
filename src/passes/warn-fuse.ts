import { noFuse } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { MEMINFO } from '../linux/memory-figures.ts';

/** Warns that the container will see the memory of the host, unless the domain mounts something else there. */
export const warnFuse = ({ filesystems }: Domain, { fuse }: HostFacts): readonly Diagnostic[] =>
  fuse !== false || filesystems.some(({ target }) => target.value === MEMINFO) ? [] : [noFuse()];
