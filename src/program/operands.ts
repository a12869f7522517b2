import type { Operand, Place } from './program.ts';

export const int = (value: number | bigint, text?: string): Operand => ({
  kind: 'int',
  value: BigInt(value),
  ...(text === undefined ? {} : { text }),
});

export const NULL = int(0, 'NULL');
export const AT_FDCWD = int(-100, 'AT_FDCWD');

export const string = (value: string): Operand => ({ kind: 'string', value });

/** The address of data; `text` is what strace shows of the memory there. */
export const address = (of: string, text?: string, offset = 0): Operand => ({
  kind: 'address',
  of,
  offset,
  ...(text === undefined ? {} : { text }),
});

/** The sum of named flags, printed with their names. */
export function flags<T extends Readonly<Record<string, number>>>(
  table: T,
  ...names: (keyof T & string)[]
): Operand {
  const value = names.reduce((sum, name) => sum | BigInt(table[name] as number), 0n);
  return int(value, names.length === 0 ? '0' : names.join('|'));
}

/** An 8-byte variable of its own. */
export const slot = (variable: string): Place => ({ variable, offset: 0, size: 8 });

export const field = (variable: string, offset: number, size: 1 | 2 | 4 | 8): Place => ({
  variable,
  offset,
  size,
});

export const load = (place: Place, signed = false): Operand => ({ kind: 'load', place, signed });

/** The value of an 8-byte variable, such as a descriptor. */
export const value = (variable: string): Operand => load(slot(variable));
