import { NUMBERS, toNumberSet } from '../../ir/number-set.ts';
import type { NumberSet } from '../../ir/tuning.ts';

/**
 * A set as `0-3,^2,7`, applied from left to right; undefined if it is malformed.
 * @see libvirt 9.0, src/util/virbitmap.c, virBitmapParse
 */
export function parseNumberSet(text: string): NumberSet | undefined {
  const members = new Uint8Array(NUMBERS); // not a set: every item may name all of them
  const items = text.split(',').map((item) => item.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ''));
  if (items.length > 1 && items.at(-1) === '') items.pop();
  for (const item of items) {
    const [, not, first, last] = /^(\^?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(item) ?? [];
    if (first === undefined) return undefined;
    const [from, to] = [Number(first), Number(last ?? first)];
    if (from > to || to >= NUMBERS || (not === '^' && last !== undefined)) return undefined;
    members.fill(not === '^' ? 0 : 1, from, to + 1);
  }
  return toNumberSet(members);
}
