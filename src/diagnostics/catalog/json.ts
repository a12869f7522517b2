import { error } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

export const jsonInvalid = (found: string, expected: string, span: Span) =>
  error(
    'json/invalid',
    span,
    `${found === '' ? 'the end of the text' : `'${cut(found)}'`} is no JSON here: expected ${expected}`,
  );

export const jsonTooDeep = (levels: number, span: Span) =>
  error('json/too-deep', span, `values are nested more than ${levels} deep`);

export const jsonTooManyValues = (values: number, span: Span) =>
  error('json/too-many-values', span, `the text has more than ${values} values`);

/** `pointer` is the JSON pointer to the value, empty for the whole text. */
export const jsonShape = (what: string, pointer: string, problem: string, span: Span) =>
  error(
    'json/shape',
    span,
    `this is not ${what}: ${pointer === '' ? 'the whole' : pointer} ${problem}`,
  );

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
