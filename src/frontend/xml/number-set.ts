import type { NumberSet } from '../../ir/tuning.ts';

const BITS = 16384;

/**
 * A set as `0-3,^2,7`, applied from left to right; undefined if it is malformed.
 * @see libvirt 9.0, src/util/virbitmap.c, virBitmapParse
 */
export function parseNumberSet(text: string): NumberSet | undefined {
  const members = new Set<number>();
  const items = text.split(',').map((item) => item.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ''));
  if (items.length > 1 && items.at(-1) === '') items.pop();
  for (const item of items) {
    const [, not, first, last] = /^(\^?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(item) ?? [];
    if (first === undefined) return undefined;
    const [from, to] = [Number(first), Number(last ?? first)];
    if (from > to || to >= BITS || (not === '^' && last !== undefined)) return undefined;
    if (not === '^') members.delete(from);
    else for (let member = from; member <= to; member++) members.add(member);
  }
  return ranges([...members].sort((a, b) => a - b));
}

function ranges(sorted: readonly number[]): NumberSet {
  const result: [number, number][] = [];
  for (const member of sorted) {
    const last = result.at(-1);
    if (last !== undefined && last[1] === member - 1) last[1] = member;
    else result.push([member, member]);
  }
  return result;
}

/** All that libvirt can number: as good as no set. */
export const isFull = (set: NumberSet): boolean => set[0]?.[0] === 0 && set[0][1] === BITS - 1;
