import type { Span } from '../diagnostics/origin.ts';
import type { Sources } from '../diagnostics/render.ts';
import type { StepOrigin } from './plan.ts';

/** The place of a step in its source, from the line and the column that the plan keeps. */
export function lineSpan(origin: StepOrigin, sources: Sources): Span | undefined {
  if ('rule' in origin) return undefined;
  const { file, line, column } = origin;
  const lines = (sources.get(file) ?? '').split(/(?<=\r\n|\n|\r(?!\n))/);
  const before = lines.slice(0, line - 1).join('').length;
  const text = lines[line - 1] ?? '';
  const start = before + [...text].slice(0, column - 1).join('').length;
  return { file, start, end: before + text.trimEnd().length };
}
