import type { Located, Origin } from '../diagnostics/origin.ts';

interface FilesystemBase {
  /** Absolute path inside the container. */
  readonly target: Located<string>;
  readonly readOnly: boolean;
  /** The `<filesystem>` element. */
  readonly origin: Origin;
}

/** libvirt's `<filesystem>`; `kind` is its `type` attribute. */
export type Filesystem = FilesystemBase &
  (
    | { readonly kind: 'mount'; readonly source: Located<string> }
    | { readonly kind: 'bind'; readonly source: Located<string> }
    | { readonly kind: 'block'; readonly source: Located<string> }
    | { readonly kind: 'file'; readonly source: Located<string> }
    | { readonly kind: 'ram'; readonly usageKiB: number }
    | { readonly kind: 'template'; readonly source: Located<string> }
    | { readonly kind: 'volume'; readonly pool: string; readonly volume: string }
  );
