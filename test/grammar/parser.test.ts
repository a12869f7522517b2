import { Lexer } from 'chevrotain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, parseConfig } from '../../grammar/lines.ts';
import { ConfigParser, parseByGrammar } from '../../grammar/parser.ts';
import { configLexer, modes } from '../../grammar/tokens.ts';

/** The lines in short: `key=value`, `key!` without `=`, `#…`, and `?…` for what lxc passes over. */
const short = (line: Line): string => {
  switch (line.kind) {
    case 'setting':
      return `${line.key.text}=${line.value.text}`;
    case 'broken':
      return `${line.key.text}!`;
    case 'comment':
      return line.piece.text;
    case 'foreign':
      return `?${line.piece.text}`;
  }
};

const check = (text: string, ...expected: string[]) =>
  expect(parseConfig(text).map(short)).toEqual(expected);

test('chevrotain finds no fault in the grammar', () => {
  expect(new ConfigParser(false).errors).toEqual([]);
  expect(new Lexer(modes).lexerDefinitionErrors).toEqual([]);
});

test('lines as lxc reads them', () => {
  check('');
  check(' \t\n\r\n', ...[]);
  check('lxc.uts.name = box', 'lxc.uts.name=box');
  check('  lxc.uts.name=  box one \t\n', 'lxc.uts.name=box one');
  check('lxc.a = 1\r\nlxc.b = 2\rlxc.c = 3', 'lxc.a=1', 'lxc.b=2', 'lxc.c=3');
  check('lxc.hook.pre-start = /x', 'lxc.hook.pre-start=/x');
});

test('a comment is a line of its own: in a value, # is a character', () => {
  check('  # note\nlxc.a = b # c\nlxc.d = #', '# note', 'lxc.a=b # c', 'lxc.d=#');
});

test('a value ends with its line: no quotes, no backslash and no = continue or end it', () => {
  check('lxc.a = "x\nlxc.b = y\\\nlxc.c = d=e', 'lxc.a="x', 'lxc.b=y\\', 'lxc.c=d=e');
});

test('an empty value has a place', () => {
  const [, line] = parseConfig('lxc.a=1\nlxc.b =  \nlxc.c=3');
  expect(line).toMatchObject({
    key: { start: 8, end: 13 },
    value: { text: '', start: 17, end: 17 },
  });
});

test('a line without = is the only fault, and the next line is read', () => {
  check('lxc.a\nlxc.b  \nlxc.c x\nlxc.d = 1', 'lxc.a!', 'lxc.b!', 'lxc.c x!', 'lxc.d=1');
});

test('what does not start with lxc. is passed over', () => {
  check('foo = 1\n[x]\n\uFEFFlxc.a = 1\nlxcx', '?foo = 1', '?[x]', '?\uFEFFlxc.a = 1', '?lxcx');
});

const line = fc.stringMatching(/^[ \t]*(lxc\.[a-z. =#"']*|#.*|[a-z =]*)[ \t]*(\r\n|\n|\r)$/);

test('every text is read without a loss', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(line).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { tokens, errors } = configLexer().tokenize(text);
      expect(errors).toEqual([]);
      expect(tokens.map(({ image }) => image).join('')).toBe(text);
      for (const line of parseConfig(text)) {
        const pieces = line.kind === 'setting' ? [line.key, line.value] : [];
        for (const { start, end, text: image } of pieces)
          expect(text.slice(start, end)).toBe(image);
      }
    }),
    { numRuns: 1000 },
  );
});

test('what is read without the grammar is read as by the grammar', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'lxc.=# \t\n\r"a\0\u00a0') }),
    fc.array(line).map((all) => all.join('')),
    fc.array(line).map((all) => all.join('').replaceAll('\r', '')),
  );
  let settings = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const lines = parseConfig(text);
      expect(lines).toEqual(parseByGrammar(text));
      settings += lines.filter(({ kind }) => kind === 'setting').length;
    }),
    { numRuns: 3000 },
  );
  expect(settings).toBeGreaterThan(1000);
});

test('a line of 4 MiB of blanks is read in one pass', () => {
  const blanks = ' '.repeat(2 ** 22);
  check(`lxc.a${blanks}= b`, 'lxc.a=b');
  check(`lxc.a = b${blanks}c${blanks}`, `lxc.a=b${blanks}c`);
});
