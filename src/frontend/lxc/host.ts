/** What the front end asks of a machine. It reads nothing itself, so that every conversion can be repeated. */
export interface LxcHost {
  /** The file of `lxc.include`, or the `*.conf` files of a folder in the order of their names. */
  readonly include: (path: string) => Included;
  /** The file of `lxc.mount.fstab`. */
  readonly fstab: (path: string) => Fstab;
  /** What is at a path of the host, links followed; `undefined` if nobody can say. */
  readonly kind: (path: string) => PathKind | undefined;
  /** The first of the paths that is a file in a root, where links lead nowhere out of it. */
  readonly fileInRoot?: (root: string, paths: readonly string[]) => string | undefined;
  /** Whether the config is run on this machine: then what is missing here is missing for the container. */
  readonly runs?: boolean;
  /** The path of a file from the root of the host; without it, paths count as they are given. */
  readonly absolute?: (path: string) => string;
  /** For sizes that are a part of the memory, and for containers without a limit. */
  readonly memoryKiB?: number;
}

export type PathKind = 'missing' | 'directory' | 'file' | 'block' | 'char' | 'socket' | 'fifo';

export type Included =
  | { readonly kind: 'files'; readonly files: readonly IncludedFile[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface IncludedFile {
  readonly file: string;
  readonly text: string;
  /** The same for two names of one file: device and inode number. */
  readonly identity: string;
}

export type Fstab =
  | { readonly kind: 'file'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** A machine of which nothing is known. */
export const noHost: LxcHost = {
  include: () => ({ kind: 'refused', reason: 'no files can be read here' }),
  fstab: () => ({ kind: 'refused', reason: 'no files can be read here' }),
  kind: () => undefined,
};
