/** A place as people count: lines and columns from 1, columns in characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const [LF, CR] = [10, 13];

/** The lines of a text. LF, CR LF and CR end lines. */
export class Lines {
  readonly #text: string;
  /** Where each line begins. */
  readonly #starts: Uint32Array;
  /** Where the characters stand that take two UTF-16 code units. */
  readonly #wide: Uint32Array;

  constructor(text: string) {
    const starts = new Offsets();
    const wide = new Offsets();
    starts.add(0);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) starts.add(at + 1);
      else if (code >= 0xd800 && code < 0xdc00) wide.add(at);
    }
    this.#text = text;
    this.#starts = starts.all();
    this.#wide = wide.all();
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

/** A list of numbers in four bytes each: a hostile text has millions of lines. */
class Offsets {
  #list = new Uint32Array(256);
  #length = 0;

  add(offset: number): void {
    if (this.#length === this.#list.length) {
      const larger = new Uint32Array(2 * this.#length);
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#list[this.#length++] = offset;
  }

  all(): Uint32Array {
    return this.#list.subarray(0, this.#length);
  }
}

/** How many of the sorted numbers are at most `limit`. */
export function countUpTo(sorted: ArrayLike<number>, limit: number): number {
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
