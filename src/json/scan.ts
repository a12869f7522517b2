/** A token of JSON text; `text[start, end)`. */
export interface Token {
  readonly kind: 'punctuation' | 'string' | 'scalar' | 'bad' | 'end';
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

/** @see RFC 8259 */
const grammar =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a string must not contain them.
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w))|([^\s{}[\],:]+|.)|$)/y;

/** The token at or after `from`. */
export function tokenAt(text: string, from: number): Token {
  grammar.lastIndex = from;
  const match = grammar.exec(text);
  const end = grammar.lastIndex;
  const [, punctuation, string, scalar, bad] = match ?? [];
  const content = punctuation ?? string ?? scalar ?? bad ?? '';
  const kind =
    punctuation !== undefined
      ? 'punctuation'
      : string !== undefined
        ? 'string'
        : scalar !== undefined
          ? 'scalar'
          : bad !== undefined
            ? 'bad'
            : 'end';
  return { kind, content, start: end - content.length, end };
}

/** The end of the value that begins with `first`, in a text that JSON.parse accepts. */
export function endOfValue(text: string, first: Token): number {
  let [token, depth] = [first, 0];
  for (;;) {
    if (token.content === '{' || token.content === '[') depth++;
    if (token.content === '}' || token.content === ']') depth--;
    if (depth === 0 || token.kind === 'end') return token.end;
    token = tokenAt(text, token.end);
  }
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
