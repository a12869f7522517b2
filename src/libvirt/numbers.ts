import { membersFor, NUMBERS, toNumberSet } from '../ir/number-set.ts';
import type { NumberSet } from '../ir/tuning.ts';

const U64 = 2n ** 64n;
const NUMBER = /^[ \t\n\v\f\r]*([+-]?)(\d+)/;

/** A number at the start of `text` as strtoull(3) reads it, and what follows; undefined on overflow. */
function leading(text: string): { negative: boolean; magnitude: bigint; rest: string } | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const digits = match[2]!;
  if (digits.length > 40 && digits.replace(/^0+/, '').length > 20) return undefined;
  const rest = text.slice(match[0].length);
  return { negative: match[1] === '-', magnitude: BigInt(digits), rest };
}

/** @see libvirt 9.0, src/util/virstring.c, virStrToLong_ull: a minus sign wraps. */
export function parseU64(text: string): bigint | undefined {
  const number = leading(text);
  if (number === undefined || number.rest !== '' || number.magnitude >= U64) return undefined;
  return number.negative ? (U64 - number.magnitude) % U64 : number.magnitude;
}

/** @see libvirt 9.0, src/util/virstring.c, virStrToLong_ui: a minus sign wraps. */
export function parseU32(text: string): number | undefined {
  const number = leading(text);
  if (number === undefined || number.rest !== '' || number.magnitude > 0xffff_ffffn) {
    return undefined;
  }
  const magnitude = Number(number.magnitude);
  return number.negative && magnitude !== 0 ? 2 ** 32 - magnitude : magnitude;
}

function parseSigned(text: string, bits: bigint): bigint | undefined {
  const number = leading(text);
  if (number === undefined || number.rest !== '') return undefined;
  const value = number.negative ? -number.magnitude : number.magnitude;
  return BigInt.asIntN(Number(bits), value) === value ? value : undefined;
}

/** @see libvirt 9.0, src/util/virstring.c, virStrToLong_ll */
export const parseI64 = (text: string): bigint | undefined => parseSigned(text, 64n);

/** @see libvirt 9.0, src/util/virstring.c, virStrToLong_i */
export function parseI32(text: string): number | undefined {
  const value = parseSigned(text, 32n);
  return value === undefined ? undefined : Number(value);
}

export type Size =
  | { readonly kind: 'bytes'; readonly bytes: bigint }
  | { readonly kind: 'relative' }
  | { readonly kind: 'invalid' };

/**
 * A size with a unit: `k` and `KiB` are 1024, `KB` is 1000.
 * @see libvirt 9.0, src/lxc/lxc_native.c, lxcConvertSize; src/util/virutil.c, virScaleInteger
 */
export function parseSize(text: string): Size {
  const number = leading(text);
  if (number === undefined || number.magnitude >= U64) return { kind: 'invalid' };
  if (number.rest === '%') return { kind: 'relative' };
  const unit = unitBytes(number.rest.toLowerCase());
  if (unit === undefined) return { kind: 'invalid' };
  const value = number.negative ? (U64 - number.magnitude) % U64 : number.magnitude;
  const bytes = value * unit;
  return bytes < U64 ? { kind: 'bytes', bytes } : { kind: 'invalid' };
}

/** The factor of a unit in lower case. */
export function unitBytes(unit: string): bigint | undefined {
  if (unit === '' || unit === 'b' || unit === 'byte' || unit === 'bytes') return 1n;
  const power = 'kmgtpe'.indexOf(unit[0]!) + 1;
  if (power === 0) return undefined;
  const tail = unit.slice(1);
  if (tail === '' || tail === 'ib') return 1024n ** BigInt(power);
  return tail === 'b' ? 1000n ** BigInt(power) : undefined;
}

const skipSpaces = (text: string, from: number): number => {
  let at = from;
  while (' \t\n\f\r'.includes(text[at] ?? 'x')) at++;
  return at;
};

/**
 * A list of processors such as `0-3,^2`, at most 16383.
 * @see libvirt 9.0, src/util/virbitmap.c, virBitmapParse
 */
export function parseCpuset(text: string): NumberSet | undefined {
  const bits = membersFor(text);
  let at = skipSpaces(text, 0);
  if (at === text.length) return undefined;
  while (at < text.length) {
    const negated = text[at] === '^';
    if (negated) at++;
    const first = /^\d+/.exec(text.slice(at, at + 24))?.[0];
    if (first === undefined || Number(first) >= NUMBERS) return undefined;
    const start = Number(first);
    let last = start;
    at = skipSpaces(text, at + first.length);
    if (text[at] === '-') {
      if (negated) return undefined;
      at = skipSpaces(text, at + 1);
      const match = /^[ \t\n\v\f\r]*[+-]?\d+/.exec(text.slice(at, at + 64))?.[0];
      if (match === undefined) return undefined;
      last = Number(match);
      if (last < start || last >= NUMBERS) return undefined;
      at = skipSpaces(text, at + match.length);
    } else if (at < text.length && text[at] !== ',') {
      return undefined;
    }
    bits.fill(negated ? 0 : 1, start, last + 1);
    if (at < text.length && text[at] !== ',') return undefined;
    at = skipSpaces(text, at + 1);
  }
  return toNumberSet(bits);
}
