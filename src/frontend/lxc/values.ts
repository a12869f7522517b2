import type { ValueKind } from './keys.ts';

/** A number as strtoul(3) with base 0 reads it: octal after `0`, hexadecimal after `0x`. */
export function parseCount(text: string): number | undefined {
  const match = /^\+?(0[xX][0-9a-fA-F]{1,8}|0[0-7]{0,11}|[1-9]\d{0,9})$/.exec(text);
  if (match === null) return undefined;
  const digits = match[1]!;
  const value = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return value <= 0xffff_ffff ? value : undefined;
}

const SIGNAL = /^(\d{1,2}|(SIG)?[A-Z][A-Z0-9]{1,9}([+-]\d{1,2})?)$/i;
const LEVEL = /^(\d{1,2}|TRACE|DEBUG|INFO|NOTICE|WARN|ERROR|CRIT|ALERT|FATAL)$/i;

export function isValid(kind: ValueKind, value: string): boolean {
  switch (kind) {
    case 'text':
      return true;
    case 'flag':
      return value === '0' || value === '1';
    case 'count':
      return parseCount(value) !== undefined;
    case 'integer':
      return /^[+-]?\d{1,9}$/.test(value);
    case 'signal':
      return SIGNAL.test(value);
    case 'level':
      return LEVEL.test(value);
  }
}

const EXPECTED: Readonly<Record<ValueKind, string>> = {
  text: 'a text',
  flag: '0 or 1',
  count: 'a number from 0 to 4294967295',
  integer: 'an integer',
  signal: 'the name or the number of a signal',
  level: 'a level such as INFO, or its number',
};

export const expectedOf = (kind: ValueKind): string => EXPECTED[kind];

/** Words between spaces and tabs. */
export const words = (text: string): string[] => text.split(/[ \t]+/).filter((word) => word !== '');

/** `\040`, `\011`, `\012` and `\134` of fstab(5), as getmntent(3) decodes them. */
export const unescapeMount = (text: string): string =>
  text.replace(/\\(040|011|012|134)/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
