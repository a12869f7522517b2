import { address, field, int, load, slot, value } from '../program/operands.ts';
import type { Operand, Place } from '../program/program.ts';
import type { Assembly } from './assembly.ts';

/** Of any number of 64 bits. */
const DIGITS = 20;
const BLANK = 32;

/**
 * Writes the digits of a number into a variable, and their address to `at`. They end where the variable does; `room`: how
 * many bytes of it are free before the first that they could have.
 */
export function writeDigits(
  out: Assembly,
  variable: string,
  of: Operand,
  at: Place,
  room = 0,
): Operand {
  const [blank, first] = [out.fresh('blank'), out.fresh('digit')];
  // Behind the digits a zero byte.
  out.variable(variable, room + DIGITS + 1);
  out.decimal(of, variable, room, DIGITS, ' ');
  out.store(at, address(variable, undefined, room));
  out.label(blank);
  out.peek(out.slot('digit'), load(at), 1);
  out.branch(value('digit'), '!=', int(BLANK), first);
  out.compute(at, load(at), '+', int(1));
  out.jump(blank);
  out.label(first);
  return address(variable, undefined, room + DIGITS);
}

/** A number as text with a zero byte behind it. */
export function numberText(out: Assembly, name: string, of: Operand): Operand {
  writeDigits(out, `${name}_digits`, of, out.slot(name));
  return load(field(name, 0, 8));
}

/** The same, and how long it is: to `size`. */
export function measureDigits(
  out: Assembly,
  variable: string,
  of: Operand,
  at: Place,
  size: Place,
): void {
  const end = writeDigits(out, variable, of, at);
  out.compute(out.slot('digits_length'), end, '-', load(at));
  out.store(size, load(slot('digits_length')));
}
