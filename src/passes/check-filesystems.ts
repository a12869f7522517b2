import {
  bindSourceMissing,
  imageAmbiguous,
  imageNotReadable,
  imageOfOtherKind,
  imageUnknown,
  kindsDiffer,
  rootNotAMount,
  sourceMissing,
  sourceNotAbsolute,
  targetBelowFile,
  targetCovered,
  targetInKernel,
  targetNotPlain,
  targetTwice,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, PathFact } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Filesystem } from '../ir/filesystem.ts';
import { type ImageFilesystem, isImage } from '../ir/image.ts';
import { isRoot, rootOf } from '../ir/root.ts';
import { MOUNTED_IN_EVERY } from '../libvirt/basic-mounts.ts';
import { isWithin, Paths } from '../linux/paths.ts';
import type { Doubts } from './pass.ts';

/** Targets are plain absolute paths of the container, sources absolute paths that the host has. */
export function checkFilesystems(
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  const roots = domain.filesystems.filter(isRoot);
  const others = domain.filesystems.filter((each) => !isRoot(each));
  return [
    ...domain.filesystems.flatMap((filesystem) => [
      ...checkTarget(filesystem, domain.idmap !== undefined),
      ...checkSource(filesystem, facts),
    ]),
    ...checkCovered(others),
    ...(doubts.has('devices') ? [] : checkPlaces(domain, others, facts)),
    ...roots
      .slice(1)
      .map(({ target }) => targetTwice(target.value, target.origin, roots[0]?.target.origin)),
    ...roots
      .filter((root) => root.kind !== 'mount' && !isImage(root))
      .map(({ kind, origin }) => rootNotAMount(kind, origin)),
  ];
}

/** Reports what a later mount hides: one on the same target, or above it. */
function checkCovered(filesystems: readonly Filesystem[]): readonly Diagnostic[] {
  const targets = new Paths(filesystems.map(({ target }) => target.value));
  const later = new Map<string, number>();
  const found: Diagnostic[] = [];
  for (let index = filesystems.length - 1; index >= 0; index--) {
    const target = filesystems[index]!.target;
    const covers = [...targets.within(target.value)].flatMap((path) => later.get(path) ?? []);
    later.set(target.value, index);
    if (covers.length === 0) continue;
    const first = filesystems[Math.min(...covers)]!;
    found.push(targetCovered(target.value, target.origin, first.target));
  }
  return found.reverse();
}

function checkTarget({ target }: Filesystem, isMapped: boolean): readonly Diagnostic[] {
  // What plain-targets has left as it is.
  if (!target.value.startsWith('/') || /\/\.{1,2}(\/|$)/.test(target.value)) {
    return [targetNotPlain(target.value, target.origin)];
  }
  // The tree is assembled and locked before a mapped container has its own /proc and /sys.
  return isMapped && /^\/(proc|sys)\//.test(target.value)
    ? [targetInKernel(target.value, target.origin)]
    : [];
}

function checkSource(filesystem: Filesystem, facts: HostFacts): readonly Diagnostic[] {
  // The source of a bind is a path of the container, which only its start can look at.
  const { kind } = filesystem;
  if (kind !== 'mount' && kind !== 'bind' && !isImage(filesystem)) return [];
  const { value, origin } = filesystem.source;
  if (!value.startsWith('/')) return [sourceNotAbsolute(value, origin)];
  if (kind === 'bind') return [];
  const fact = facts.paths[value];
  if (fact?.kind === 'missing') return [sourceMissing(value, origin)];
  return isImage(filesystem) ? checkImage(filesystem, fact) : [];
}

/** What is in an image is known before a start: of the planner's facts, never guessed there. */
function checkImage(
  { kind, source: { value, origin } }: ImageFilesystem,
  fact: PathFact | undefined,
): readonly Diagnostic[] {
  if (fact === undefined) return [imageNotReadable(value, origin)];
  if (fact.kind !== kind) return [imageOfOtherKind(value, kind, fact.kind, origin)];
  const { filesystems } = fact;
  if (filesystems === undefined) return [imageNotReadable(value, origin)];
  if (filesystems.length === 0) return [imageUnknown(value, origin)];
  return filesystems.length > 1 ? [imageAmbiguous(value, filesystems, origin)] : [];
}

/** What is mounted has to fit to what is there, and what is bound has to be in the container. */
function checkPlaces(
  domain: Domain,
  others: readonly Filesystem[],
  facts: HostFacts,
): readonly Diagnostic[] {
  const root = rootOf(domain);
  if (root?.kind !== 'mount') return [];
  const found = facts.rootPaths[root.source.value] ?? {};
  const made = [...MOUNTED_IN_EVERY, ...others.map(({ target }) => target.value)];
  return others.flatMap((filesystem) => {
    const { target } = filesystem;
    const there = found[target.value];
    if (there?.kind === 'missing' && there.below !== undefined)
      return [targetBelowFile(target.value, there.below, target.origin)];
    if (filesystem.kind === 'bind') {
      const { value, origin } = filesystem.source;
      // A place that is made for another mount, or what that brings, is there in time.
      const isMade = made.some((path) => isWithin(path, value) || isWithin(value, path));
      return found[value]?.kind === 'missing' && !isMade
        ? [bindSourceMissing(value, root.source.value, origin)]
        : [];
    }
    const source =
      filesystem.kind === 'ram' || isImage(filesystem)
        ? 'directory'
        : filesystem.kind === 'mount'
          ? kindOf(facts.paths[filesystem.source.value])
          : undefined;
    const covered = kindOf(there);
    if (source === undefined || covered === undefined || source === covered) return [];
    return [kindsDiffer(source, covered, target.value, target.origin)];
  });
}

/** As mounts tell things apart. */
function kindOf(fact: PathFact | undefined): 'directory' | 'file' | undefined {
  if (fact === undefined || fact.kind === 'missing') return undefined;
  return fact.kind === 'directory' ? 'directory' : 'file';
}
