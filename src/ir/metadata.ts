import type { Origin } from '../diagnostics/origin.ts';

/** Other programs' notes in `<metadata>`: XML of their own, kept to the letter. */
export interface Metadata {
  /** Of `<metadata>` itself, with the namespace declarations that stood outside and that the content uses. */
  readonly attributes: readonly MetadataAttribute[];
  readonly children: readonly MetadataNode[];
  readonly origin: Origin;
}

export interface MetadataAttribute {
  readonly name: string;
  readonly value: string;
}

export type MetadataNode =
  | {
      readonly kind: 'element';
      /** With its prefix. */
      readonly name: string;
      /** Namespace declarations come first. */
      readonly attributes: readonly MetadataAttribute[];
      readonly children: readonly MetadataNode[];
      /** Where it stands, if that is in a text. */
      readonly origin?: Origin;
    }
  | { readonly kind: 'text' | 'cdata' | 'comment'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly text: string };
