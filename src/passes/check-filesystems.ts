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
    ...checkCovered(others),
    ...roots
      .slice(1)
      .map(({ target }) => targetTwice(target.value, target.origin, roots[0]?.target.origin)),
    ...roots
      .filter(({ kind }) => kind !== 'mount')
      .map(({ kind, origin }) => rootNotAMount(kind, origin)),
  ];
}

/** Reports what a later mount hides: one on the same target, or above it. */
function checkCovered(filesystems: readonly Filesystem[]): readonly Diagnostic[] {
  const later = new Map<string, number>();
  const found: Diagnostic[] = [];
  for (let index = filesystems.length - 1; index >= 0; index--) {
    const target = filesystems[index]!.target;
    const covers = withParents(target.value).flatMap((path) => later.get(path) ?? []);
    later.set(target.value, index);
    if (covers.length === 0) continue;
    const first = filesystems[Math.min(...covers)]!;
    found.push(targetCovered(target.value, target.origin, first.target));
  }
  return found.reverse();
}

/** The longest path that the kernel takes. */
const PATH_MAX = 4096;

/** A path and the folders that it lies in, but for `/`. */
function withParents(path: string): readonly string[] {
  if (path.length > PATH_MAX) return [];
  const ends = [...path.matchAll(/\/(?=.)/g)].slice(1).map(({ index }) => index);
  return [...ends, path.length].map((end) => path.slice(0, end));
}

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
