import { address, field, int, load } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, quads } from './assembly.ts';

/**
 * The text of this number as an element of `report`, the vector that is written: its address and its length. The texts
 * follow each other closely; a table says where each begins. Texts of one name are the same each time.
 */
export function pick(
  out: Assembly,
  name: string,
  texts: readonly string[],
  number: Operand,
  at: number,
): void {
  const table = `${name}_starts`;
  if (!out.has(name)) {
    out.define({ kind: 'constant', name, bytes: Buffer.from(texts.join('')) });
    out.define({ kind: 'constant', name: table, bytes: quads(startsOf(texts)) });
  }
  const [start, length] = [field('report', at, 8), field('report', at + 8, 8)];
  out.lookup(start, table, number);
  out.compute(length, number, '+', int(1));
  out.lookup(length, table, load(length));
  out.compute(length, load(length), '-', load(start));
  out.compute(start, address(name), '+', load(start));
}

/** Where each begins behind the one before, and where the last one ends. */
function startsOf(texts: readonly string[]): number[] {
  let end = 0;
  const ends = texts.map((text) => {
    end += Buffer.byteLength(text);
    return end;
  });
  return [0, ...ends];
}
