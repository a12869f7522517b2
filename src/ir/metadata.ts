import type { Origin } from '../diagnostics/origin.ts';

/** Other programs' notes in `<metadata>`: XML of their own, kept to the letter. */
export interface Metadata {
  /** Namespace declarations that its content uses and that stood outside of it: prefix (`''` for none) and URI. */
  readonly namespaces: readonly { readonly prefix: string; readonly uri: string }[];
  readonly children: readonly MetadataNode[];
  readonly origin: Origin;
}

export type MetadataNode =
  | {
      readonly kind: 'element';
      /** With its prefix. */
      readonly name: string;
      /** Namespace declarations come first. */
      readonly attributes: readonly { readonly name: string; readonly value: string }[];
      readonly children: readonly MetadataNode[];
    }
  | { readonly kind: 'text' | 'cdata' | 'comment'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly text: string };
