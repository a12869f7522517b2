import type { Domain } from './domain.ts';
import type { Filesystem } from './filesystem.ts';

/** The file system that is the root of the container. Once `default-root` has run there is one. */
export const rootOf = ({ filesystems }: Pick<Domain, 'filesystems'>): Filesystem | undefined =>
  filesystems.find(isRoot);

export const isRoot = ({ target }: Filesystem): boolean => target.value === '/';
