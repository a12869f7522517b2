import type { Located, Origin } from '../diagnostics/origin.ts';
import type { Kept } from './kept.ts';

interface FilesystemBase {
  /** Path inside the container. */
  readonly target: Located<string>;
  readonly readOnly: boolean;
  /** Of a file system daemon for virtual machines. libvirt then prints no access mode that is not given. */
  readonly socket?: Located<string>;
  /** `passthrough` if not given. `mapped`: with an id map, files have the ids inside that they have on the host. */
  readonly accessMode?: 'passthrough' | 'mapped' | 'squash';
  readonly driver?: FilesystemDriver;
  readonly spaceHardLimitBytes?: bigint;
  readonly spaceSoftLimitBytes?: bigint;
  /** Attributes of `<filesystem>` without effect: `model`, `multidevs`, `fmode`, `dmode`. */
  readonly keptAttributes?: readonly { readonly name: string; readonly value: string }[];
  /** `<binary>`, `<address>` and the like. */
  readonly kept?: readonly Kept[];
  /** The `<filesystem>` element. */
  readonly origin: Origin;
}

/**
 * libvirt's `<filesystem>`; `kind` is its `type` attribute, but for one whose source is a socket: libvirt takes
 * it for a source of any type, and no container can have it.
 */
export type Filesystem = FilesystemBase & FilesystemSource;

export type FilesystemSource =
  | { readonly kind: 'mount'; readonly source: Located<string> }
  | { readonly kind: 'bind'; readonly source: Located<string> }
  | { readonly kind: 'block'; readonly source: Located<string> }
  | { readonly kind: 'file'; readonly source: Located<string> }
  | { readonly kind: 'ram'; readonly usageKiB: number }
  | { readonly kind: 'template'; readonly source: Located<string> }
  | { readonly kind: 'socket'; readonly type: SocketType; readonly socket: Located<string> }
  | { readonly kind: 'volume'; readonly pool: string; readonly volume: string };

export type SocketType = 'mount' | 'bind' | 'block' | 'file' | 'template';

export interface FilesystemDriver {
  readonly type: 'path' | 'handle' | 'loop' | 'nbd' | 'ploop' | 'virtiofs';
  readonly format?: string;
  /** Attributes without effect: `wrpolicy`, `queue` … */
  readonly keptAttributes?: readonly { readonly name: string; readonly value: string }[];
  readonly origin: Origin;
}
