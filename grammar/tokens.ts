import {
  type CustomPatternMatcherReturn,
  createToken,
  type IMultiModeLexerDefinition,
  Lexer,
} from 'chevrotain';

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const EQUALS = 61;

const isBlank = (c: number): boolean => c === SPACE || c === TAB;
/** lxc ends a line at either, so that CR LF is an end and an empty line. */
const isEnd = (c: number): boolean => c === LINE_FEED || c === RETURN;

/**
 * The longest text from `offset` up to the end of the line or to a `stop`, without the blanks at its end.
 * By hand: a regular expression that gives blanks back takes quadratic time on a line of blanks.
 */
function trimmed(text: string, offset: number, stop?: number): CustomPatternMatcherReturn | null {
  let end = offset;
  for (let at = offset; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (isEnd(c) || c === stop) break;
    if (!isBlank(c)) end = at + 1;
  }
  return end === offset ? null : [text.slice(offset, end)];
}

// The labels are the definitions in docs/lxc-grammar.md.
export const LineEnd = createToken({
  name: 'LineEnd',
  pattern: Lexer.NA,
  label: 'LF, CR LF or CR',
});
const lineEnd = { pattern: /\r\n|\n|\r/, line_breaks: true, categories: LineEnd };
const PlainEnd = createToken({ name: 'PlainEnd', ...lineEnd });
const SettingEnd = createToken({ name: 'SettingEnd', ...lineEnd, pop_mode: true });

export const Blank = createToken({
  name: 'Blank',
  pattern: /[ \t]+/,
  label: 'spaces and tabs',
});
export const Comment = createToken({
  name: 'Comment',
  pattern: /#[^\r\n]*/,
  label: "'#' at the start of a line, and the rest of the line",
});
export const Key = createToken({
  name: 'Key',
  label: "'lxc.' and all up to '=' or the end of the line, without the blanks at its end",
  pattern: (text, offset) =>
    text.startsWith('lxc.', offset) ? trimmed(text, offset, EQUALS) : null,
  start_chars_hint: ['l'],
  line_breaks: false,
  push_mode: 'setting',
});
export const Foreign = createToken({
  name: 'Foreign',
  pattern: /[^\r\n]+/,
  label: 'a line that starts otherwise: lxc passes over it',
});
export const Equals = createToken({
  name: 'Equals',
  label: "'='",
  pattern: '=',
  pop_mode: true,
  push_mode: 'value',
});
export const Value = createToken({
  name: 'Value',
  label: 'the rest of the line, without the blanks at its end',
  pattern: (text, offset) => trimmed(text, offset),
  line_breaks: false,
});

export const modes: IMultiModeLexerDefinition = {
  defaultMode: 'line',
  modes: {
    line: [LineEnd, PlainEnd, Blank, Comment, Key, Foreign],
    setting: [SettingEnd, Blank, Equals],
    value: [SettingEnd, Blank, Value],
  },
};

let lexer: Lexer | undefined;

/** Every character of every text belongs to a token. The tests let chevrotain check the modes. */
export function configLexer(): Lexer {
  lexer ??= new Lexer(modes, { positionTracking: 'onlyOffset', skipValidations: true });
  return lexer;
}

export const vocabulary = [
  LineEnd,
  PlainEnd,
  SettingEnd,
  Blank,
  Comment,
  Key,
  Foreign,
  Equals,
  Value,
];
