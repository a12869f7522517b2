/**
 * A number as the files of cgroups read it: decimal, `0x` or octal. Undefined if the kernel would refuse the text.
 * @see Linux, lib/kstrtox.c, kstrtoull with base 0
 */
export function parseKernelNumber(text: string): bigint | undefined {
  const match = /^\+?(0[xX][0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9]\d{0,19})$/.exec(text.trim());
  if (match === null) return undefined;
  const digits = match[1]!;
  const number = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return number < 1n << 64n ? number : undefined;
}

/** The same with a sign. */
export function parseKernelInteger(text: string): bigint | undefined {
  const isNegative = text.trim().startsWith('-');
  const number = parseKernelNumber(isNegative ? text.trim().slice(1) : text);
  if (number === undefined || number > (1n << 63n) - 1n) return undefined;
  return isNegative ? -number : number;
}

/**
 * Bytes: a number with one letter at its end. Undefined if the kernel would refuse the text: `256MB` is no size.
 * @see Linux, lib/cmdline.c, memparse
 */
export function parseKernelSize(text: string): bigint | undefined {
  const match = /^(.*?)([kmgtpe]?)$/is.exec(text.trim());
  const [, digits = '', letter = ''] = match ?? [];
  // A hexadecimal number may end with the letter e.
  const isHex = /^0x/i.test(digits) && letter.toLowerCase() === 'e';
  const number = digits.startsWith('+')
    ? undefined
    : parseKernelNumber(isHex ? `${digits}${letter}` : digits);
  if (number === undefined) return undefined;
  const power = isHex ? 0 : ' kmgtpe'.indexOf(letter.toLowerCase() || ' ');
  const bytes = number << BigInt(10 * power);
  return bytes < 1n << 64n ? bytes : undefined;
}
