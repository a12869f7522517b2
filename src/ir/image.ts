import type { Filesystem } from './filesystem.ts';

/** A file system that lies in a file or on a block device. */
export type ImageFilesystem = Extract<Filesystem, { readonly kind: 'file' | 'block' }>;

export const isImage = (filesystem: Filesystem): filesystem is ImageFilesystem =>
  filesystem.kind === 'file' || filesystem.kind === 'block';
