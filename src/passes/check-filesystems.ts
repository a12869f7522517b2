import {
  rootNotAMount,
  sourceMissing,
  sourceNotAbsolute,
  targetCovered,
  targetInKernel,
  targetNotAbsolute,
  targetNotPlain,
  targetTwice,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Filesystem } from '../ir/filesystem.ts';

/** Targets are plain absolute paths of the container, sources absolute paths that the host has. */
export function checkFilesystems(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const roots = domain.filesystems.filter(({ target }) => target.value === '/');
  const others = domain.filesystems.filter(({ target }) => target.value !== '/');
  return [
    ...domain.filesystems.flatMap((filesystem) => [
      ...checkTarget(filesystem, domain.idmap !== undefined),
      ...checkSource(filesystem, facts),
    ]),
    ...others.flatMap((filesystem, index) => {
      const cover = others.slice(index + 1).find(({ target }) => covers(target, filesystem.target));
      return cover === undefined
        ? []
        : [targetCovered(filesystem.target.value, filesystem.target.origin, cover.target)];
    }),
    ...roots
      .slice(1)
      .map(({ target }) => targetTwice(target.value, target.origin, roots[0]?.target.origin)),
    ...roots
      .filter(({ kind }) => kind !== 'mount')
      .map(({ kind, origin }) => rootNotAMount(kind, origin)),
  ];
}

/** Whether a mount on `upper` hides one on `lower`. */
const covers = (upper: Located<string>, lower: Located<string>): boolean =>
  `${lower.value}/`.startsWith(`${upper.value}/`);

function checkTarget({ target }: Filesystem, isMapped: boolean): readonly Diagnostic[] {
  if (!target.value.startsWith('/')) return [targetNotAbsolute(target.value, target.origin)];
  if (target.value.split('/').includes('..')) {
    return [targetNotPlain(target.value, target.origin)];
  }
  // The tree is assembled and locked before a mapped container has its own /proc and /sys.
  return isMapped && /^\/(proc|sys)\//.test(target.value)
    ? [targetInKernel(target.value, target.origin)]
    : [];
}

function checkSource(filesystem: Filesystem, facts: HostFacts): readonly Diagnostic[] {
  // The source of a bind is a path of the container, which only its start can look at.
  if (filesystem.kind !== 'mount' && filesystem.kind !== 'bind') return [];
  const { value, origin } = filesystem.source;
  if (!value.startsWith('/')) return [sourceNotAbsolute(value, origin)];
  if (filesystem.kind === 'bind') return [];
  return facts.paths[value]?.kind === 'missing' ? [sourceMissing(value, origin)] : [];
}
