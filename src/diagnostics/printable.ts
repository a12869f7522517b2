/** What writes to a terminal instead of being shown there: control characters, line separators, directions of text. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escaped, so that no input can write to the terminal, or show itself as another text. */
export const printable = (text: string): string =>
  text.replace(HIDDEN, (c) => {
    const code = c.charCodeAt(0).toString(16);
    return c === '\t'
      ? ' '
      : code.length <= 2
        ? `\\x${code.padStart(2, '0')}`
        : `\\u${code.padStart(4, '0')}`;
  });
