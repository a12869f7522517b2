import type { Diagnostic, DiagnosticNote } from './diagnostic.ts';
import type { Span } from './origin.ts';

/** The texts of the inputs by file name, as spans name them. */
export type Sources = ReadonlyMap<string, string>;

/** A place as people count: lines and columns from 1, columns in characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The position of a UTF-16 offset in `text`. LF, CR LF and CR end lines. */
export function positionAt(text: string, offset: number): Position {
  const lineStart = startOfLine(text, offset);
  let line = 1;
  for (let i = 0; i < lineStart; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) line++;
  }
  return { line, column: [...text.slice(lineStart, offset)].length + 1 };
}

function startOfLine(text: string, offset: number): number {
  let i = Math.min(offset, text.length);
  while (i > 0) {
    const c = text.charCodeAt(i - 1);
    if (c === 10 || (c === 13 && (text.charCodeAt(i) !== 10 || i - 1 + 1 > offset))) break;
    i--;
  }
  return i;
}

/** `file:line:column`, or the file alone when its text is not at hand. */
export function place(span: Span, sources: Sources): string {
  const text = sources.get(span.file);
  if (text === undefined) return printable(span.file);
  const { line, column } = positionAt(text, span.start);
  return `${printable(span.file)}:${line}:${column}`;
}

const EXCERPT_WIDTH = 160;

/** Control characters escaped, so that no input can write to the terminal. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) =>
    c === '\t' ? ' ' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

/** The line of the span with carets under it. Long lines are cut around the span. */
export function excerpt(span: Span, sources: Sources): string[] {
  const text = sources.get(span.file);
  if (text === undefined) return [];
  const start = startOfLine(text, span.start);
  const rest = text.slice(start, start + 100_000);
  const end = rest.search(/[\r\n]/);
  const line = end < 0 ? rest : rest.slice(0, end);
  const from = Math.max(0, span.start - start - EXCERPT_WIDTH / 2);
  const shown = line.slice(from, from + EXCERPT_WIDTH);
  const { line: number } = positionAt(text, span.start);
  const gutter = String(number);
  const before = printable(shown.slice(0, span.start - start - from)).length;
  const marked = printable(
    shown.slice(span.start - start - from, Math.max(span.end - start - from, 0)),
  ).length;
  const pad = ' '.repeat(gutter.length);
  return [
    ` ${gutter} | ${printable(shown)}`,
    ` ${pad} | ${' '.repeat(before)}${'^'.repeat(Math.max(1, marked))}`,
  ];
}

/**
 * A diagnostic for people: place, severity, message, code, the source line with carets, notes, help.
 * Ends without a line feed.
 */
export function render(diagnostic: Diagnostic, sources: Sources): string {
  const { span, severity, message, code, help } = diagnostic;
  const where = span === undefined ? '' : `${place(span, sources)}: `;
  const lines = [`${where}${severity}: ${printable(message)} [${code}]`];
  if (span !== undefined) lines.push(...excerpt(span, sources));
  for (const note of diagnostic.notes) lines.push(renderNote(note, sources));
  if (help !== undefined) lines.push(`  help: ${printable(help)}`);
  return lines.join('\n');
}

function renderNote({ message, span }: DiagnosticNote, sources: Sources): string {
  const where = span === undefined ? '' : `${place(span, sources)}: `;
  return `  ${where}note: ${printable(message)}`;
}
