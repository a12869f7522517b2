import { parseByGrammar } from './parser.ts';

/** A piece of the text: `[start, end)` in UTF-16 code units. */
export interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A line of a config, without the blanks around it and without its end. What lies between two lines is
 * blanks and line ends, so that the text can be made again from the offsets.
 */
export type Line =
  | { readonly kind: 'comment'; readonly piece: Piece }
  /** lxc reads only lines that start with `lxc.`, and passes over this one. */
  | { readonly kind: 'foreign'; readonly piece: Piece }
  /** A key without `=`: the one fault that a line can have. */
  | { readonly kind: 'broken'; readonly key: Piece }
  /** `value` is empty, with a place after `=`, if nothing follows. Its quotes are still there. */
  | { readonly kind: 'setting'; readonly key: Piece; readonly value: Piece };

const TAB = 9;
const SPACE = 32;
const HASH = 35;

/**
 * The lines of a config. Those that nearly all lines are like, settings and comments that end at LF, are read
 * here, five times as fast as by the grammar; for any other one the grammar is asked. The tests hold both to the
 * same answer.
 */
export function parseConfig(text: string): readonly Line[] {
  if (text.includes('\r')) return parseByGrammar(text);
  const lines: Line[] = [];
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    const start = skipBlanks(text, at, end);
    if (start < end) {
      if (text.charCodeAt(start) === HASH) {
        lines.push({ kind: 'comment', piece: { text: text.slice(start, end), start, end } });
      } else {
        const setting = readSetting(text, start, end);
        if (setting === undefined) lines.push(...linesAt(text, start, end));
        else lines.push(setting);
      }
    }
    at = end + 1;
  }
  return lines;
}

function readSetting(text: string, start: number, end: number): Line | undefined {
  if (!text.startsWith('lxc.', start)) return undefined;
  // Of the line alone: many lines without one would each be looked for in all the others.
  const offset = text.slice(start, end).indexOf('=');
  if (offset < 0) return undefined;
  const equals = start + offset;
  const keyEnd = trimBlanks(text, start, equals);
  const valueStart = skipBlanks(text, equals + 1, end);
  const valueEnd = trimBlanks(text, valueStart, end);
  return {
    kind: 'setting',
    key: { text: text.slice(start, keyEnd), start, end: keyEnd },
    value: { text: text.slice(valueStart, valueEnd), start: valueStart, end: valueEnd },
  };
}

const isBlank = (c: number): boolean => c === SPACE || c === TAB;

function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimBlanks(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

/** By the grammar, which counts from the start of the line. */
function linesAt(text: string, start: number, end: number): readonly Line[] {
  const moved = (piece: Piece): Piece => ({
    text: piece.text,
    start: piece.start + start,
    end: piece.end + start,
  });
  const movedLine = (line: Line): Line => {
    switch (line.kind) {
      case 'comment':
      case 'foreign':
        return { kind: line.kind, piece: moved(line.piece) };
      case 'broken':
        return { kind: 'broken', key: moved(line.key) };
      case 'setting':
        return { kind: 'setting', key: moved(line.key), value: moved(line.value) };
    }
  };
  return parseByGrammar(text.slice(start, end)).map(movedLine);
}
