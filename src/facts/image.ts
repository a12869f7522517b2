import type { LookedUp } from './facts.ts';

/** The types of file systems whose marks an image or a block device has; undefined if that is not known. */
export function filesystemsOf(path: string, { paths }: LookedUp): readonly string[] | undefined {
  const fact = paths[path];
  return fact !== undefined && 'filesystems' in fact ? fact.filesystems : undefined;
}
