/** Whether `path` is `above` or lies below it. */
export const isWithin = (path: string, above: string): boolean =>
  path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`);

/** What a path lies in; of one below `/` nothing. */
export const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

export const isBelow = (path: string, above: string): boolean =>
  path !== above && isWithin(path, above);

/**
 * Absolute paths, asked for those among them in which a path lies. A plan may come from anybody: to list all directories
 * above each of a thousand paths of two thousand names would take minutes.
 */
export class Paths {
  /** In an order in which what lies in a directory comes right behind it: as keys, and as they were given. */
  readonly #sorted: readonly string[];
  readonly #given: ReadonlyMap<string, string>;
  /** The index of the nearest one above each; -1 for none. */
  readonly #above: readonly number[];
  /** Behind the last one that lies in each. */
  readonly #ends: number[] = [];

  constructor(paths: Iterable<string>) {
    // Who looks up what is found here does not hash it again.
    this.#given = new Map([...new Set(paths)].map((path) => [asDirectory(path), path]));
    this.#sorted = [...this.#given.keys()].sort();
    const open: number[] = [];
    this.#above = this.#sorted.map((each, index) => {
      while (open.length > 0 && !each.startsWith(this.#sorted[open.at(-1)!]!))
        this.#ends[open.pop()!] = index;
      const nearest = open.at(-1) ?? -1;
      open.push(index);
      return nearest;
    });
    for (const index of open) this.#ends[index] = this.#sorted.length;
  }

  get size(): number {
    return this.#sorted.length;
  }

  /** The places of one of the paths and of all that lie in it, in their order. */
  range(path: string): { readonly start: number; readonly end: number } {
    const start = this.#lastUpTo(asDirectory(path));
    return { start, end: this.#ends[start]! };
  }

  /** Those that are `path` or lie above it, the nearest first. */
  *within(path: string): Generator<string> {
    const wanted = asDirectory(path);
    let index = this.#lastUpTo(wanted);
    const common = commonLength(this.#sorted[index] ?? '', wanted);
    for (; index >= 0; index = this.#above[index]!) {
      const each = this.#sorted[index]!;
      // What is longer than the common beginning lies elsewhere.
      if (each.length <= common) yield this.#given.get(each)!;
    }
  }

  /** Those that lie above `path`, the nearest first. */
  *above(path: string): Generator<string> {
    for (const each of this.within(path)) if (each !== path) yield each;
  }

  #lastUpTo(wanted: string): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! <= wanted) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Then what lies in a directory begins as it does, and sorts right behind it. */
const asDirectory = (path: string): string => (path === '/' ? path : `${path}/`);

function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}

/** Marks paths, the nearest first: above one that is marked already, all are. */
export function mark(marked: Set<string>, paths: Iterable<string>): void {
  for (const path of paths) {
    if (marked.has(path)) return;
    marked.add(path);
  }
}

/** The path and every directory above it but the root: `/a/b` gives `/a`, `/a/b`. */
export function withAncestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
