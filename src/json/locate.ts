import type { Span } from '../diagnostics/origin.ts';
import { endOfValue, type Token, tokenAt } from './scan.ts';

/**
 * The place of the value that a JSON pointer names, in a text that JSON.parse accepts; of the last one where a
 * key occurs twice, as JSON.parse takes that. A pointer to nothing gives the value above it.
 * @see RFC 6901
 */
export function locate(file: string, text: string, pointer: string): Span {
  const value = find(text, pointer);
  return { file, start: value.start, end: endOfValue(text, value) };
}

/** The places of the first elements of the array that a JSON pointer names. */
export function locateElements(file: string, text: string, pointer: string, most: number): Span[] {
  const places: Span[] = [];
  for (const { value, end } of members(text, find(text, pointer))) {
    if (places.length === most) break;
    places.push({ file, start: value.start, end });
  }
  return places;
}

/** The first token of the value. */
function find(text: string, pointer: string): Token {
  let value = tokenAt(text, 0);
  for (const key of pointer.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    let found: Token | undefined;
    for (const member of members(text, value)) if (member.name === name) found = member.value;
    if (found === undefined) break;
    value = found;
  }
  return value;
}

interface Member {
  readonly name: string;
  readonly value: Token;
  readonly end: number;
}

/** The members of the object or array that begins with `first`; a scalar has none. */
function* members(text: string, first: Token): Generator<Member> {
  const isArray = first.content === '[';
  if (!isArray && first.content !== '{') return;
  let token = tokenAt(text, first.end);
  for (let count = 0; token.content !== ']' && token.content !== '}'; count++) {
    const name: unknown = isArray ? String(count) : JSON.parse(token.content);
    const value = isArray ? token : tokenAt(text, tokenAt(text, token.end).end);
    const end = endOfValue(text, value);
    yield { name: String(name), value, end };
    token = tokenAt(text, end);
    if (token.content === ',') token = tokenAt(text, token.end);
  }
}
