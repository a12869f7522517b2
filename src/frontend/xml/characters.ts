const START =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}' +
  '\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}' +
  '\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const REST = `${START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}`;
const name = new RegExp(`[${START}][${REST}]*`, 'uy');
const asciiName = /[:A-Z_a-z][-:A-Z_a-z.0-9]*/y;

/**
 * The end of the Name at `start`; `start` itself if none is there.
 * @see https://www.w3.org/TR/xml/#NT-Name (fifth edition)
 */
export function endOfName(text: string, start: number): number {
  asciiName.lastIndex = start;
  const end = asciiName.test(text) ? asciiName.lastIndex : start;
  if (!(text.charCodeAt(end) > 0x7f)) return end;
  name.lastIndex = start;
  return name.test(text) ? name.lastIndex : start;
}

/**
 * Where the first character stands that no document may contain, or -1: control characters, U+FFFE, U+FFFF
 * and surrogates without their other half (with the flag `u` no others are found).
 * @see https://www.w3.org/TR/xml/#NT-Char
 */
export const firstForbidden = (text: string): number =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the forbidden ones.
  text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u);

/** Whether a character reference may name this code point. */
export const isCharacter = (code: number): boolean =>
  isSpace(code) ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff);

/** Space, tab, line feed or carriage return. */
export const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0xa || code === 0x9 || code === 0xd;
