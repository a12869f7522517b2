/** A token of JSON text; `text[start, end)`. */
export interface Token {
  readonly kind: 'punctuation' | 'string' | 'scalar' | 'bad' | 'end';
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

const [QUOTE, BACKSLASH, COMMA] = ['"', '\\', ','].map((c) => c.charCodeAt(0));
/** `{` and `}` are `[` and `]` with one more bit. */
const [OPEN, CLOSE, BRACE] = [0x5b, 0x5d, 0x20];

/** All tokens but strings, which may be longer than a regular expression has room for. @see RFC 8259 */
const grammar =
  /([{}[\],:])|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w))|([^\s{}[\],:]+|.)|$/y;
const blanks = /[ \t\r\n]*/y;

/** The token at or after `from`. */
export function tokenAt(text: string, from: number): Token {
  blanks.lastIndex = from;
  blanks.test(text);
  const start = blanks.lastIndex;
  const token = (kind: Token['kind'], end: number): Token => ({
    kind,
    content: text.slice(start, end),
    start,
    end,
  });
  if (text.charCodeAt(start) === QUOTE) {
    const end = endOfString(text, start);
    if (isString(text, start, end)) return token('string', end);
  }
  grammar.lastIndex = start;
  const [, punctuation, scalar, bad] = grammar.exec(text) ?? [];
  const end = grammar.lastIndex;
  if (punctuation !== undefined) return token('punctuation', end);
  if (scalar !== undefined) return token('scalar', end);
  return token(bad === undefined ? 'end' : 'bad', end);
}

const hex = /[\da-fA-F]{4}/y;

/** Whether what begins with a quote is a string. */
function isString(text: string, start: number, end: number): boolean {
  let at = start + 1;
  for (; at < end - 1; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20) return false;
    if (code !== BACKSLASH) continue;
    const letter = text.charAt(++at);
    hex.lastIndex = at + 1;
    if (letter === 'u' ? !hex.test(text) : !'"\\/bfnrt'.includes(letter)) return false;
  }
  return at === end - 1 && text.charCodeAt(at) === QUOTE;
}

/** Where the string ends whose opening quote is at `at`; the end of the text if it does not end. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === QUOTE) return end + 1;
    if (code === BACKSLASH) end++;
  }
  return text.length;
}

/** The end of the value that begins with `first`, in a text that JSON.parse accepts. */
export function endOfValue(text: string, first: Token): number {
  if (first.content !== '{' && first.content !== '[') return first.end;
  let depth = 1;
  let at = first.end;
  while (depth > 0 && at < text.length) {
    const code = text.charCodeAt(at);
    at = code === QUOTE ? endOfString(text, at) : at + 1;
    if ((code & ~BRACE) === OPEN) depth++;
    if ((code & ~BRACE) === CLOSE) depth--;
  }
  return at;
}

/**
 * The first place at which a text has more levels or values than is read, if there is one. The text need not be JSON:
 * this comes before all that takes memory for what it finds.
 */
export function excess(
  text: string,
  levels: number,
  values: number,
): { readonly of: 'levels' | 'values'; readonly at: number } | undefined {
  let [depth, count] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === COMMA) count++;
    else if ((code & ~BRACE) === OPEN) {
      depth++;
      count++;
    } else if ((code & ~BRACE) === CLOSE) depth--;
    if (depth > levels) return { of: 'levels', at };
    if (count >= values) return { of: 'values', at };
  }
  return undefined;
}

/** The first token at which a text stops to be JSON, and what may stand there. */
export function firstFault(text: string): { readonly token: Token; readonly expected: string } {
  const open: string[] = [];
  let expected: Expected = 'a value';
  let at = 0;
  for (;;) {
    const token = tokenAt(text, at);
    const next = step(expected, token, open);
    if (next === undefined) return { token, expected: spelled(expected, open) };
    expected = next;
    at = token.end;
  }
}

type Expected =
  | 'a value'
  | 'a value or ]'
  | 'a key'
  | 'a key or }'
  | 'a colon'
  | 'more'
  | 'the end';

/** What may follow `token`; undefined if it may not stand where `expected` is. */
function step(expected: Expected, token: Token, open: string[]): Expected | undefined {
  const { kind, content } = token;
  const after = (): Expected => (open.length === 0 ? 'the end' : 'more');
  switch (expected) {
    case 'a value':
    case 'a value or ]':
      if (kind === 'string' || kind === 'scalar') return after();
      if (content === '{' || content === '[') {
        open.push(content);
        return content === '{' ? 'a key or }' : 'a value or ]';
      }
      return expected === 'a value or ]' && content === ']' ? close(open, after) : undefined;
    case 'a key':
    case 'a key or }':
      if (kind === 'string') return 'a colon';
      return expected === 'a key or }' && content === '}' ? close(open, after) : undefined;
    case 'a colon':
      return content === ':' ? 'a value' : undefined;
    case 'more':
      if (content === ',') return open.at(-1) === '{' ? 'a key' : 'a value';
      return content === (open.at(-1) === '{' ? '}' : ']') ? close(open, after) : undefined;
    case 'the end':
      return undefined;
  }
}

function close(open: string[], after: () => Expected): Expected {
  open.pop();
  return after();
}

function spelled(expected: Expected, open: readonly string[]): string {
  if (expected === 'more') return open.at(-1) === '{' ? "',' or '}'" : "',' or ']'";
  return expected;
}
