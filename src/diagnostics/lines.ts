/** A place as people count: lines and columns from 1, columns in characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The lines of a text. LF, CR LF and CR end lines. */
export class Lines {
  readonly #text: string;
  /** Where each line begins. */
  readonly #starts: readonly number[];
  /** Where the characters stand that take two UTF-16 code units. */
  readonly #wide: readonly number[];

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
    this.#starts = starts;
    this.#wide = Array.from(
      text.matchAll(/[\ud800-\udbff](?=[\udc00-\udfff])/g),
      ({ index }) => index,
    );
  }

  /** The position of a UTF-16 offset; that of the end for one behind it. */
  position(offset: number): Position {
    const at = Math.min(offset, this.#text.length);
    const line = countUpTo(this.#starts, at);
    const start = this.#starts[line - 1] ?? 0;
    const wide = countUpTo(this.#wide, at - 2) - countUpTo(this.#wide, start - 1);
    return { line, column: at - start - Math.max(0, wide) + 1 };
  }

  /** Where a line begins, and where its end mark, if it has one. */
  range(line: number): { readonly start: number; readonly end: number } {
    const start = this.#starts[line - 1] ?? this.#text.length;
    const next = this.#starts[line] ?? this.#text.length;
    const end = this.#text.slice(Math.max(start, next - 2), next).search(/\r?\n|\r/);
    return { start, end: end < 0 ? next : Math.max(start, next - 2) + end };
  }
}

/** How many of the sorted numbers are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

let last: { readonly text: string; readonly lines: Lines } | undefined;

/** The lines of a text. Those of the text asked for last are kept: most come from one file. */
export function linesOf(text: string): Lines {
  if (last?.text !== text) last = { text, lines: new Lines(text) };
  return last.lines;
}
