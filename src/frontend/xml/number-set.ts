import { membersFor, NUMBERS, toNumberSet } from '../../ir/number-set.ts';
import type { NumberSet } from '../../ir/tuning.ts';

/** Blanks are everywhere but behind `^`; the second number is read by strtol(3), which takes a plus. */
const ITEM = /^[ \t\n\r]*(\^?)0*(\d{1,5})[ \t\n\r]*(?:-[ \t\n\r]*\+?0*(\d{1,5})[ \t\n\r]*)?$/;

/**
 * A set as `0-3,^2,7`, applied from left to right; undefined if it is malformed.
 * @see libvirt 9.0, src/util/virbitmap.c, virBitmapParse
 */
export function parseNumberSet(text: string): NumberSet | undefined {
  const members = membersFor(text); // not a set: every item may name all of them
  const items = text.split(',');
  if (items.length > 1 && items.at(-1)?.trim() === '') items.pop();
  for (const item of items) {
    const [, not, first, last] = ITEM.exec(item) ?? [];
    if (first === undefined) return undefined;
    const [from, to] = [Number(first), Number(last ?? first)];
    if (from > to || to >= NUMBERS || (not === '^' && last !== undefined)) return undefined;
    members.fill(not === '^' ? 0 : 1, from, to + 1);
  }
  return toNumberSet(members);
}
