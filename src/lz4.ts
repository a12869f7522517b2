/** Matches are at least so long. */
export const SHORTEST_MATCH = 4;
/** The last bytes of a block are literals, and no match starts so near to its end. */
const [LAST_LITERALS, LAST_START] = [5, 12];
const FARTHEST = 0xffff;

const HASH_BITS = 15;
/** As LZ4 itself has it: 2^32 by the golden ratio, so that alike bytes come to lie far from each other. */
const HASH_FACTOR = 2_654_435_761;

/**
 * Bytes as a block of LZ4: what a program says of itself takes a third of the room. Each match is the last one that begins
 * with the same four bytes, if no other four with the same hash came behind it.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function pack(bytes: Uint8Array): Uint8Array {
  const { length: size } = bytes;
  // What cannot be packed at all grows by a byte in 255.
  const out = new Uint8Array(size + Math.ceil(size / 255) + 16);
  let end = 0;
  /** What of a length does not fit into the four bits of the token. */
  const pushLength = (length: number) => {
    if (length < 15) return;
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) out[end++] = 255;
    out[end++] = rest;
  };
  const sequence = (from: number, to: number, offset: number, length: number) => {
    const literals = to - from;
    const more = length === 0 ? 0 : length - SHORTEST_MATCH;
    out[end++] = (Math.min(literals, 15) << 4) | Math.min(more, 15);
    pushLength(literals);
    for (let at = from; at < to; at++) out[end++] = bytes[at]!;
    if (length === 0) return;
    out[end++] = offset;
    out[end++] = offset >> 8;
    pushLength(more);
  };
  /** By hash: where four bytes were last, from 1. */
  const seen = new Uint32Array(1 << HASH_BITS);
  const fourAt = (at: number) =>
    bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  let from = 0;
  for (let at = 0; at < size - LAST_START; ) {
    const four = fourAt(at);
    const hash = Math.imul(four, HASH_FACTOR) >>> (32 - HASH_BITS);
    const before = seen[hash]! - 1;
    seen[hash] = at + 1;
    if (before < 0 || at - before > FARTHEST || fourAt(before) !== four) {
      at++;
      continue;
    }
    let length = SHORTEST_MATCH;
    while (at + length < size - LAST_LITERALS && bytes[before + length] === bytes[at + length])
      length++;
    sequence(from, at, at - before, length);
    at += length;
    from = at;
  }
  sequence(from, size, 0, 0);
  return out.slice(0, end);
}

/**
 * The bytes of a block, which are so many.
 * @returns undefined if it is no block of that size: anybody may have made it
 */
export function unpack(block: Uint8Array, size: number): Uint8Array | undefined {
  const bytes = new Uint8Array(size);
  let [at, end] = [0, 0];
  const next = (): number => block[at++] ?? Number.NaN;
  const lengthOf = (bits: number): number => {
    let length = bits;
    for (let more = bits === 15 ? 255 : 0; more === 255; length += more) more = next();
    return length;
  };
  for (;;) {
    const token = next();
    const literals = lengthOf(token >> 4);
    if (!(at + literals <= block.length && end + literals <= size)) return undefined;
    bytes.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at === block.length) return end === size ? bytes : undefined;
    const offset = next() + next() * 256;
    const length = lengthOf(token & 15) + SHORTEST_MATCH;
    if (!(offset > 0 && offset <= end && end + length <= size)) return undefined;
    for (let left = length; left > 0; left--, end++) bytes[end] = bytes[end - offset]!;
  }
}
