/** A half-open range `[start, end)` of UTF-16 code units in `file`. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Where a node comes from: a place in an input, or the pass that made it. Every stage copies it into what it makes. */
export type Origin =
  | { readonly kind: 'source'; readonly span: Span }
  | { readonly kind: 'pass'; readonly pass: string };

/** A scalar of the input together with the place that gave it. */
export interface Located<T> {
  readonly value: T;
  readonly origin: Origin;
}

export const source = (span: Span): Origin => ({ kind: 'source', span });
export const madeBy = (pass: string): Origin => ({ kind: 'pass', pass });
export const located = <T>(value: T, origin: Origin): Located<T> => ({ value, origin });

/** The span of an origin, if it has one: what a pass made has no place in the input. */
export const spanOf = (origin: Origin): Span | undefined =>
  origin.kind === 'source' ? origin.span : undefined;
