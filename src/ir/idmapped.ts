import type { Domain } from './domain.ts';
import type { Filesystem } from './filesystem.ts';
import { isImage } from './image.ts';

/** Whether the files of a file system are to have the ids inside that they have on the host: only a map makes a difference. */
export const isIdmapped = (filesystem: Filesystem, { idmap }: Pick<Domain, 'idmap'>): boolean =>
  idmap !== undefined &&
  filesystem.accessMode === 'mapped' &&
  (filesystem.kind === 'mount' || isImage(filesystem));
