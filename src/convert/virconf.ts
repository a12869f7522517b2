/** One `name = value` of a file, in file order. */
export interface VirConfEntry {
  readonly key: string;
  readonly value: string;
}

export type VirConf =
  | { readonly kind: 'parsed'; readonly entries: readonly VirConfEntry[] }
  | { readonly kind: 'refused'; readonly line: number; readonly expected: string };

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const HASH = 35;
const QUOTE = 39;
const DOUBLE_QUOTE = 34;

const isBlank = (c: number) => c === SPACE || c === TAB;
const isEnd = (c: number) => c === NEWLINE || c === RETURN;
const isLetter = (c: number) => (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
const isNamePart = (c: number) => isLetter(c) || (c >= 48 && c <= 57) || c === 95 || c === 46;

/**
 * Reads `bytes` (one character per byte) as libvirt reads an lxc config: with the reader of its daemon
 * settings in "LXC mode", which is not lxc's reader. The text ends at the first NUL.
 * @see libvirt 9.0, src/util/virconf.c, virConfParse
 */
export function parseVirConf(bytes: string): VirConf {
  const nul = bytes.indexOf('\0');
  const text = nul < 0 ? bytes : bytes.slice(0, nul);
  const end = text.length;
  const entries: VirConfEntry[] = [];
  let at = 0;
  let line = 1;
  const skipBlanks = () => {
    while (isBlank(text.charCodeAt(at))) at++;
  };
  const skipBlanksAndEnds = () => {
    for (; at < end; at++) {
      const c = text.charCodeAt(at);
      if (c === NEWLINE) line++;
      else if (c !== RETURN && !isBlank(c)) return;
    }
  };
  const skipLine = () => {
    while (at < end && !isEnd(text.charCodeAt(at))) at++;
  };
  const refused = (expected: string): VirConf => ({ kind: 'refused', line, expected });

  while (at < end) {
    skipBlanksAndEnds();
    if (text.charCodeAt(at) === HASH) {
      skipLine();
    } else {
      if (!isLetter(text.charCodeAt(at))) return refused('expecting a name');
      const nameStart = at;
      while (isNamePart(text.charCodeAt(at))) at++;
      const key = text.slice(nameStart, at);
      skipBlanks();
      if (text[at] !== '=') return refused('expecting an assignment');
      at++;
      skipBlanks();
      if (at >= end) return refused('expecting a value');
      const value = readValue();
      if (value === undefined) return refused('unterminated string');
      entries.push({ key, value });
      skipBlanks();
      if (text.charCodeAt(at) === HASH) skipLine();
    }
    skipBlanks();
    if (at >= end) break;
    if (text[at] === ';') at++;
    else if (!isEnd(text.charCodeAt(at))) return refused('expecting a separator');
    skipBlanksAndEnds();
  }
  return { kind: 'parsed', entries };

  function readValue(): string | undefined {
    const first = text.charCodeAt(at);
    if (first === QUOTE) return readQuoted(QUOTE);
    // The reader wants a byte more than two triple quotes, so `""""""` at the end is not an empty string.
    if (first === DOUBLE_QUOTE && text.startsWith('"""', at) && at + 6 < end) return readTriple();
    if (first === DOUBLE_QUOTE) return readQuoted(DOUBLE_QUOTE);
    const start = at;
    skipLine();
    return text.slice(start, at);
  }

  function readQuoted(quote: number): string | undefined {
    const start = ++at;
    while (at < end && text.charCodeAt(at) !== quote && !isEnd(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== quote) return undefined;
    return text.slice(start, at++);
  }

  function readTriple(): string | undefined {
    at += 3;
    const start = at;
    for (; at + 2 < end && !text.startsWith('"""', at); at++) {
      if (text.charCodeAt(at) === NEWLINE) line++;
    }
    if (!text.startsWith('"""', at)) return undefined;
    at += 3;
    return text.slice(start, at - 3);
  }
}
