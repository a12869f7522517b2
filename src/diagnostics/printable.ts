/** What writes to a terminal instead of being shown there: control characters, line separators, directions of text. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escaped, so that no input can write to the terminal, or show itself as another text. */
export const printable = (text: string): string =>
  text.replace(HIDDEN, (c) => (c === '\t' ? ' ' : escaped(c)));

/** The same of a whole text, whose lines and tabs stay. */
export const printableText = (text: string): string =>
  text.replace(HIDDEN, (c) => (c === '\n' || c === '\t' ? c : escaped(c)));

function escaped(c: string): string {
  const code = c.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/**
 * A text of at most `most` characters and an ellipsis: what it begins with and what it ends with stay, as in a message
 * around a value that somebody has made long.
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  // No half of a surrogate pair at either side.
  const before = text.slice(0, most - end).replace(/[\ud800-\udbff]$/, '');
  return `${before}…${text.slice(-end).replace(/^[\udc00-\udfff]/, '')}`;
}
