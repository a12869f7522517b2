/**
 * Numbers as strtoul(3) and strtoull(3) read them: white space and a sign in front, nothing behind.
 * @see libvirt 9.0, src/util/virstring.c, virStrToLong_ui and its like
 */
const DECIMAL = /^[ \t\n\v\f\r]*([+-]?)0*(\d{1,20})$/;

const BITS_32 = 1n << 32n;
const BITS_64 = 1n << 64n;

/** What becomes of a minus: libvirt has readers that take -1 for the largest number. */
export type Minus = 'wraps' | 'refused';

export function uint32(text: string, minus: Minus = 'refused'): number | undefined {
  const value = unsigned(DECIMAL.exec(text), 10, BITS_32, minus);
  return value === undefined ? undefined : Number(value);
}

export const uint64 = (text: string, minus: Minus = 'refused'): bigint | undefined =>
  unsigned(DECIMAL.exec(text), 10, BITS_64, minus);

/** In the bases of C: `0x1f`, `017`, `17`. */
export function uint32AnyBase(text: string, minus: Minus = 'refused'): number | undefined {
  const match =
    /^[ \t\n\v\f\r]*([+-]?)(0[xX](?=[0-9a-fA-F])|0(?=[0-7]))?0*([0-9a-fA-F]{1,22})$/.exec(text);
  if (match === null) return undefined;
  const [, sign, mark, digits] = match;
  const base = mark === undefined ? 10 : mark === '0' ? 8 : 16;
  const allowed = base === 10 ? /^\d+$/ : base === 8 ? /^[0-7]+$/ : /./;
  if (digits === undefined || !allowed.test(digits)) return undefined;
  const value = unsigned(['', sign ?? '', digits], base, BITS_32, minus);
  return value === undefined ? undefined : Number(value);
}

/** In octal, with or without a leading zero. */
export function uint32Octal(text: string): number | undefined {
  const value = unsigned(
    /^[ \t\n\v\f\r]*([+-]?)0*([0-7]{1,11})$/.exec(text),
    8,
    BITS_32,
    'refused',
  );
  return value === undefined ? undefined : Number(value);
}

export function int32(text: string): number | undefined {
  const value = int64(text);
  return value !== undefined && BigInt.asIntN(32, value) === value ? Number(value) : undefined;
}

export function int64(text: string): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const value = BigInt(match[2] ?? '') * (match[1] === '-' ? -1n : 1n);
  return value >= -(BITS_64 / 2n) && value < BITS_64 / 2n ? value : undefined;
}

function unsigned(
  match: readonly string[] | null,
  base: 8 | 10 | 16,
  limit: bigint,
  minus: Minus,
): bigint | undefined {
  if (match === null) return undefined;
  const [, sign = '', digits = ''] = match;
  if (sign === '-' && minus === 'refused') return undefined;
  const value = BigInt(base === 16 ? `0x${digits}` : base === 8 ? `0o${digits}` : digits);
  if (value >= limit) return undefined;
  return sign === '-' && value !== 0n ? limit - value : value;
}
