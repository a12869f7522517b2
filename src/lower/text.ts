import { address, int, load, slot, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed } from './assembly.ts';
import { measureDigits } from './digits.ts';
import { numberAt } from './figures.ts';

/*
 * Texts that are made while the program runs: they are written at the address in `writing`, which moves behind them.
 */

const writing = slot('writing');

/** Writes a text that is known. Up to seven bytes behind it are overwritten. */
export function put(out: Assembly, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 8) {
    const part = bytes.subarray(at, at + 8);
    const padded = Buffer.alloc(8);
    part.copy(padded);
    out.poke(value('writing'), int(padded.readBigInt64LE(), JSON.stringify(String(part))), 8);
    out.compute(writing, value('writing'), '+', int(part.length));
  }
}

/** Copies so many bytes. */
export function copyBytes(out: Assembly, from: Operand, count: Operand): void {
  const [next, done] = [out.fresh('copy_byte'), out.fresh('bytes_copied')];
  out.store(out.slot('copy_from'), from);
  out.compute(out.slot('copy_end'), from, '+', count);
  out.label(next);
  out.branch(value('copy_from'), '>=', value('copy_end'), done);
  out.peek(out.slot('copy_byte'), value('copy_from'), 1);
  out.poke(value('writing'), value('copy_byte'), 1);
  for (const each of [slot('copy_from'), writing]) out.compute(each, load(each), '+', int(1));
  out.jump(next);
  out.label(done);
}

/** Writes the decimal digits of a number. */
export function putNumber(out: Assembly, number: Operand): void {
  measureDigits(out, 'put_digits', number, out.slot('put_at'), out.slot('put_size'));
  copyBytes(out, value('put_at'), value('put_size'));
}

const ALL = 20;

/** Writes billionths as seconds with two digits behind the point. */
export function putSeconds(out: Assembly, billionths: Operand): void {
  const whole = ALL - 9;
  out.variable('put_seconds', ALL + 4);
  out.decimal(billionths, 'put_seconds', 0, ALL, '0');
  out.peek(out.slot('put_hundredths'), address('put_seconds', undefined, whole), 8);
  out.poke(address('put_seconds', undefined, whole), int(0), 1);
  numberAt(out, address('put_seconds'), 'put_whole');
  putNumber(out, value('put_whole'));
  put(out, '.');
  out.poke(value('writing'), value('put_hundredths'), 8);
  out.compute(writing, value('writing'), '+', int(2));
}

/** `result` = a number without its last digits: divided by a power of ten. */
export function dropDigits(out: Assembly, result: string, number: Operand, digits: number): void {
  out.variable('dropped_digits', ALL + 1);
  out.decimal(number, 'dropped_digits', 0, ALL, '0');
  out.poke(address('dropped_digits', undefined, ALL - digits), int(0), 1);
  numberAt(out, address('dropped_digits'), result);
}

/** `result` = seconds and billionths as billionths. */
export function joinSeconds(
  out: Assembly,
  result: string,
  seconds: Operand,
  billionths: Operand,
): void {
  out.variable('joined_digits', ALL + 1);
  out.decimal(seconds, 'joined_digits', 0, ALL - 9, '0');
  out.decimal(billionths, 'joined_digits', ALL - 9, 9, '0');
  out.poke(address('joined_digits', undefined, ALL), int(0), 1);
  numberAt(out, address('joined_digits'), result);
}

/**
 * Reads a file from its beginning to its end into a variable, with a zero byte behind it; what does not fit is cut. The kernel
 * gives some files in parts. Goes to `none` if it cannot be read.
 */
export function readWhole(
  out: Assembly,
  descriptor: string,
  variable: string,
  size: number,
  none: string,
): void {
  const [next, done] = [out.fresh('read_more'), out.fresh('read_all')];
  out.variable(variable, size + 1);
  out.store(out.slot('read_length'), int(0));
  out.label(next);
  out.compute(out.slot('read_at'), address(variable), '+', value('read_length'));
  out.compute(out.slot('read_room'), int(size), '-', value('read_length'));
  const where = [value('read_at'), value('read_room'), value('read_length')];
  out.call('pread64', [value(descriptor), ...where], { result: 'answer', onError: false });
  out.branch(signed('answer'), '<', int(0), none);
  out.branch(value('answer'), '==', int(0), done);
  out.compute(slot('read_length'), value('read_length'), '+', value('answer'));
  out.branch(value('read_length'), '<', int(size), next);
  out.label(done);
  out.compute(slot('read_at'), address(variable), '+', value('read_length'));
  out.poke(value('read_at'), int(0), 1);
}

/** `figure_reading` moves behind the line, or to the zero byte. */
export function skipLine(out: Assembly): void {
  const [next, done] = [out.fresh('skip_byte'), out.fresh('line_skipped')];
  out.label(next);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(value('figure_byte'), '==', int(0), done);
  out.compute(slot('figure_reading'), value('figure_reading'), '+', int(1));
  out.branch(value('figure_byte'), '!=', int(NEWLINE), next);
  out.label(done);
}

/** `figure_reading` moves to the first byte that is a digit; goes to `none` if the line or the text ends before. */
export function toDigit(out: Assembly, none: string): void {
  const [next, found] = [out.fresh('to_digit'), out.fresh('at_digit')];
  const byte = value('figure_byte');
  out.label(next);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(byte, '==', int(0), none);
  out.branch(byte, '==', int(NEWLINE), none);
  const other = out.fresh('no_digit');
  out.branch(byte, '<', int(ZERO), other);
  out.branch(byte, '<=', int(NINE), found);
  out.label(other);
  out.compute(slot('figure_reading'), value('figure_reading'), '+', int(1));
  out.jump(next);
  out.label(found);
}

const [NEWLINE, ZERO, NINE] = [10, 48, 57];
