import { int, load, slot, value } from '../program/operands.ts';
import type { Operand, Place } from '../program/program.ts';
import type { Assembly } from './assembly.ts';
import { writeDigits } from './digits.ts';

/*
 * The kernel's lists of figures, such as /proc/meminfo and memory.stat: `NAME:   NUMBER kB` or `NAME NUMBER`, a line each.
 * A name is told by its hash, which takes one comparison.
 */

const [NEWLINE, BLANK, COLON, ZERO, NINE] = [10, 32, 58, 48, 57];

/** Of the names that the kernel has no two have the same (`test/lower/figures.test.ts`). */
export const nameHash = (name: string): bigint =>
  [...Buffer.from(name)].reduce((hash, byte) => BigInt.asIntN(64, hash * 31n + BigInt(byte)), 0n);

/** What is known of a line behind its number. */
export interface Line {
  readonly name: Operand;
  readonly number: Operand;
  /** The address of its first byte. */
  readonly start: Operand;
  /** Goes on with the line behind it. */
  readonly next: string;
}

/** Reads the lines from the address in `at` up to a zero byte. What `each` appends may go on at `next`. */
export function eachLine(out: Assembly, at: Operand, each: (line: Line) => void): void {
  const [line, name, named] = [out.fresh('line'), out.fresh('name'), out.fresh('named')];
  const [next, done] = [out.fresh('next_line'), out.fresh('lines_done')];
  out.store(out.slot('figure_reading'), at);
  out.label(line);
  out.store(out.slot('figure_line_start'), value('figure_reading'));
  out.store(out.slot('figure_name_hash'), int(0));
  out.label(name);
  take(out);
  out.branch(byte, '==', int(0), done);
  forward(out);
  for (const end of [COLON, BLANK]) out.branch(byte, '==', int(end), named);
  out.compute(out.slot('figure_ten'), value('figure_name_hash'), '<<', int(5));
  out.compute(slot('figure_name_hash'), value('figure_ten'), '-', value('figure_name_hash'));
  out.compute(slot('figure_name_hash'), value('figure_name_hash'), '+', byte);
  out.jump(name);
  out.label(named);
  skipBlanks(out);
  readNumber(out);
  each({
    name: value('figure_name_hash'),
    number: value('figure_number'),
    start: value('figure_line_start'),
    next,
  });
  out.label(next);
  take(out);
  out.branch(byte, '==', int(0), done);
  forward(out);
  out.branch(byte, '!=', int(NEWLINE), next);
  out.jump(line);
  out.label(done);
}

const byte = value('figure_byte');
const ten = value('figure_ten');

const take = (out: Assembly): void => out.peek(out.slot('figure_byte'), value('figure_reading'), 1);

const forward = (out: Assembly): void =>
  out.compute(out.slot('figure_reading'), value('figure_reading'), '+', int(1));

function skipBlanks(out: Assembly): void {
  const [again, done] = [out.fresh('blank'), out.fresh('no_blank')];
  out.label(again);
  take(out);
  out.branch(byte, '!=', int(BLANK), done);
  forward(out);
  out.jump(again);
  out.label(done);
}

/** What the digits say that the reading has come to; 0 if there are none. */
export function readNumber(out: Assembly): void {
  const [digit, done] = [out.fresh('digit'), out.fresh('number_done')];
  out.store(out.slot('figure_number'), int(0));
  out.label(digit);
  take(out);
  out.branch(byte, '<', int(ZERO), done);
  out.branch(byte, '>', int(NINE), done);
  out.compute(out.slot('figure_ten'), value('figure_number'), '<<', int(3));
  out.compute(slot('figure_number'), value('figure_number'), '<<', int(1));
  out.compute(slot('figure_number'), value('figure_number'), '+', ten);
  out.compute(slot('figure_byte'), byte, '-', int(ZERO));
  out.compute(slot('figure_number'), value('figure_number'), '+', byte);
  forward(out);
  out.jump(digit);
  out.label(done);
}

/** The number that a text begins with, such as that of a file of a group; of `max` the largest one. */
export function numberAt(out: Assembly, at: Operand, result: string): void {
  const known = out.fresh('number_known');
  out.store(out.slot('figure_reading'), at);
  readNumber(out);
  out.branch(byte, '<=', int(NINE), known);
  out.store(slot('figure_number'), int(0x7fffffffffffffffn));
  out.label(known);
  out.store(out.slot(result), value('figure_number'));
}

/** Does something at the line of this name. */
export function onName(out: Assembly, line: Line, name: string, then: () => void): void {
  const other = out.fresh('other_name');
  out.branch(line.name, '!=', int(nameHash(name), `hash of ${name}`), other);
  then();
  out.label(other);
}

/**
 * Writes a number of kB to the address in `writing` and behind it ` kB` and a newline, as the kernel writes one: in eight
 * columns, or as many as it has digits. `writing` moves behind that; three bytes more are overwritten.
 * @see fs/proc/meminfo.c, show_val_kb
 */
export function writeFigure(out: Assembly, writing: string, number: Operand): void {
  const from = out.slot('figure_from');
  const end = writeDigits(out, 'figure_digits', number, from);
  out.compute(out.slot('figure_last'), end, '-', int(8));
  atMost(out, from, value('figure_last'));
  const copy = (eight: Operand) => {
    out.peek(out.slot('figure_eight'), eight, 8);
    out.poke(value('figure_target'), value('figure_eight'), 8);
  };
  // The first eight columns, then the last eight, which may be in part the same.
  out.store(out.slot('figure_target'), value(writing));
  copy(load(from));
  out.compute(out.slot('figure_columns'), end, '-', load(from));
  out.compute(slot(writing), value(writing), '+', value('figure_columns'));
  out.compute(slot('figure_target'), value(writing), '-', int(8));
  copy(value('figure_last'));
  const unit = Buffer.from(' kB\n').readUInt32LE();
  out.poke(value(writing), int(unit, '" kB\\n"'), 8);
  out.compute(slot(writing), value(writing), '+', int(4));
}

/** Copies from one address to another, up to the end of the line or a zero byte; both move behind it. */
export function copyLine(out: Assembly, reading: string, writing: string): void {
  const [again, cut] = [out.fresh('copy'), out.fresh('cut')];
  out.label(again);
  out.peek(out.slot('figure_byte'), value(reading), 1);
  out.branch(value('figure_byte'), '==', int(0), cut);
  out.poke(value(writing), value('figure_byte'), 1);
  for (const each of [reading, writing]) out.compute(slot(each), value(each), '+', int(1));
  out.branch(value('figure_byte'), '!=', int(NEWLINE), again);
  out.label(cut);
}

/** `result` = `left` - `right`, or 0. */
export function less(out: Assembly, result: Place, left: Operand, right: Operand): void {
  const enough = out.fresh('not_below_zero');
  out.compute(result, left, '-', right);
  out.branch(load(result, true), '>=', int(0), enough);
  out.store(result, int(0));
  out.label(enough);
}

/** `result` = the lower one of it and `other`. */
export function atMost(out: Assembly, result: Place, other: Operand): void {
  const low = out.fresh('low_enough');
  out.branch(load(result), '<=', other, low);
  out.store(result, other);
  out.label(low);
}
