import fc from 'fast-check';
import { expect, test } from 'vitest';
import { locate, locateElements } from '../../src/json/locate.ts';
import { firstFault } from '../../src/json/scan.ts';

const at = (text: string, pointer: string): string => {
  const { start, end } = locate('a.json', text, pointer);
  return text.slice(start, end);
};

test.each([
  ['{"a": {"b": [1, "x,]}", true]}}', '/a/b/1', '"x,]}"'],
  ['{"a": {"b": [1, "x,]}", true]}}', '/a/b', '[1, "x,]}", true]'],
  [' [ {} , [ ] ] ', '/1', '[ ]'],
  ['{"a/b": 1, "c~d": 2}', '/c~0d', '2'],
  ['{"a/b": 1, "c~d": 2}', '/a~1b', '1'],
  ['{"a": 1, "a": 2}', '/a', '2'],
  ['{"\\u0061": 1}', '/a', '1'],
  ['{"a": {"b": 1}}', '/a/c', '{"b": 1}'],
  ['-1.5e3', '', '-1.5e3'],
])('%s at %s', (text, pointer, expected) => {
  expect(at(text, pointer)).toBe(expected);
});

test('every value of any JSON text is found at its pointer', () => {
  const pointers = function* (value: unknown, pointer: string): Generator<[string, unknown]> {
    yield [pointer, value];
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      yield* pointers(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      for (const [pointer, item] of pointers(JSON.parse(text), '')) {
        expect(JSON.parse(at(text, pointer))).toEqual(item);
      }
    }),
  );
});

test('the elements of an array have their places', () => {
  const text = '{"steps": [ {"id": 1}, 2 ,[3]]}';
  const found = locateElements('a.json', text, '/steps', 9).map(({ start, end }) =>
    text.slice(start, end),
  );
  expect(found).toEqual(['{"id": 1}', '2', '[3]']);
  expect(locateElements('a.json', text, '/steps', 2)).toHaveLength(2);
});

test.each([
  ['', '', 'a value'],
  ['{"a": }', '}', 'a value'],
  ['{"a" 1}', '1', 'a colon'],
  ['{"a": 1 "b": 2}', '"b"', "',' or '}'"],
  ['[1 2]', '2', "',' or ']'"],
  ['[1,]', ']', 'a value'],
  ['{"a": 1,}', '}', 'a key'],
  ['[1] x', 'x', 'the end'],
  ['[01]', '01', 'a value or ]'],
  ['[truer]', 'truer', 'a value or ]'],
  ["{'a': 1}", "'a'", 'a key or }'],
  ['["a', '"a', 'a value or ]'],
  ['["a\tb"]', '"a', 'a value or ]'],
  ['{"a": 1', '', "',' or '}'"],
])('%j is no JSON at %j: %s', (text, found, expected) => {
  expect(() => JSON.parse(text)).toThrow();
  const fault = firstFault(text);
  expect({ found: fault.token.content, expected: fault.expected }).toEqual({ found, expected });
});

test('a text has a fault exactly if JSON.parse refuses it', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      'null',
      ' ',
      '"',
      '.5',
      'e1',
      '\\',
      ...['"\\u0041"', '"\\u004"', '"\\x"', '"\\\\"', '"\n"'],
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }
      const { token, expected } = firstFault(text);
      expect(token.kind === 'end' && expected === 'the end', text).toBe(accepted);
    }),
    { numRuns: 2000 },
  );
});
