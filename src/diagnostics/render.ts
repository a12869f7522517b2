import { type Diagnostic, type DiagnosticNote, inSourceOrder } from './diagnostic.ts';
import { linesOf, type Position } from './lines.ts';
import type { Span } from './origin.ts';
import { printable } from './printable.ts';

/** The texts of the inputs by file name, as spans name them. */
export type Sources = ReadonlyMap<string, string>;

/** The position of a UTF-16 offset in `text`. */
export const positionAt = (text: string, offset: number): Position =>
  linesOf(text).position(offset);

/** `file:line:column`, or the file alone when its text is not at hand. */
export function place(span: Span, sources: Sources): string {
  const text = sources.get(span.file);
  if (text === undefined) return printable(span.file);
  const { line, column } = positionAt(text, span.start);
  return `${printable(span.file)}:${line}:${column}`;
}

const EXCERPT_WIDTH = 160;

/** The line of the span with carets under it. Long lines are cut around the span. */
export function excerpt(span: Span, sources: Sources): string[] {
  const text = sources.get(span.file);
  if (text === undefined) return [];
  const lines = linesOf(text);
  const { line } = lines.position(span.start);
  const { start, end } = lines.range(line);
  const from = Math.max(start, span.start - EXCERPT_WIDTH / 2);
  const to = Math.min(end, from + EXCERPT_WIDTH);
  const shown = (begin: number, stop: number) => printable(text.slice(begin, Math.min(stop, to)));
  const before = shown(from, span.start).length;
  const marked = shown(span.start, Math.max(span.end, span.start)).length;
  const pad = ' '.repeat(String(line).length);
  return [
    ` ${line} | ${shown(from, to)}`,
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

/** More are more than anybody reads. */
const MOST = 200;

/** Diagnostics for people, the first two hundred; what is left out is counted. Each line ends. */
export function renderAll(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const lines = diagnostics.slice(0, MOST).map((each) => render(each, sources));
  const left = diagnostics.slice(MOST);
  if (left.length > 0) lines.push(`and ${count(left)} more`);
  return lines.map((line) => `${line}\n`).join('');
}

/** `2 errors and 1 warning` */
export function count(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const parts = [
    [errors, 'error'],
    [diagnostics.length - errors, 'warning'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}${number === 1 ? '' : 's'}`)
    .join(' and ');
}

/** As they stand in the inputs, each once. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const once = diagnostics.filter(({ code, message, span }) => {
    const key = `${code} ${span?.file}:${span?.start} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return inSourceOrder(once);
}
