import type { Domain } from './domain.ts';
import type { Filesystem } from './filesystem.ts';

/** Whether the files of a file system are to have the ids inside that they have on the host: only a map makes a difference. */
export const isIdmapped = (
  { accessMode, kind }: Filesystem,
  { idmap }: Pick<Domain, 'idmap'>,
): boolean =>
  idmap !== undefined &&
  accessMode === 'mapped' &&
  (kind === 'mount' || kind === 'file' || kind === 'block');
