import type { Diagnostic } from './diagnostic.ts';
import { explanations } from './explanations.ts';
import type { Span } from './origin.ts';
import { positionAt, type Sources } from './render.ts';

/** Nobody reads more, and no program should have to. */
const MOST = 10_000;

/** A place for machines: lines and columns from 1, columns in characters, the end exclusive. */
export interface Range {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

function rangeOf({ file, start, end }: Span, sources: Sources): Range {
  const text = sources.get(file);
  if (text === undefined) return { file };
  const [from, to] = [positionAt(text, start), positionAt(text, end)];
  return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

/** The diagnostics as JSON. A field that says nothing is left out. */
export function toJson(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const records = diagnostics.slice(0, MOST).map((diagnostic) => ({
    code: diagnostic.code,
    severity: diagnostic.severity,
    ...(diagnostic.span === undefined ? {} : rangeOf(diagnostic.span, sources)),
    message: diagnostic.message,
    ...(diagnostic.help === undefined ? {} : { help: diagnostic.help }),
    ...(diagnostic.suggestion === undefined ? {} : { suggestion: diagnostic.suggestion }),
    notes: diagnostic.notes.map(({ message, span }) => ({
      ...(span === undefined ? {} : rangeOf(span, sources)),
      message,
    })),
    ...(diagnostic.libvirt === undefined ? {} : { libvirt: diagnostic.libvirt }),
  }));
  const omitted = diagnostics.length - records.length;
  const all = { version: 1, diagnostics: records, ...(omitted > 0 ? { omitted } : {}) };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/**
 * The diagnostics as a log of the Static Analysis Results Interchange Format, which CI systems show.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  version: string,
): string {
  const shown = diagnostics.slice(0, MOST);
  const codes = [...new Set(shown.map(({ code }) => code))].sort();
  const location = (span: Span) => {
    const { file, line, column, endLine, endColumn } = rangeOf(span, sources);
    const region =
      line === undefined
        ? {}
        : { region: { startLine: line, startColumn: column, endLine, endColumn } };
    return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } };
  };
  const results = shown.map(({ code, severity, message, help, span, notes }) => ({
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: help === undefined ? message : `${message} (${help})` },
    ...(span === undefined ? {} : { locations: [location(span)] }),
    ...(notes.length === 0
      ? {}
      : {
          relatedLocations: notes.map((note) => ({
            ...(note.span === undefined ? {} : location(note.span)),
            message: { text: note.message },
          })),
        }),
  }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lxplain', version, rules: codes.map(rule) } },
        columnKind: 'unicodeCodePoints',
        results,
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A path as a reference to a URI: no character of a file name is taken for anything else. */
const uriOf = (file: string): string => file.split('/').map(encodeURIComponent).join('/');

function rule(id: string) {
  const explanation = explanations.get(id);
  if (explanation === undefined) return { id };
  return {
    id,
    shortDescription: { text: explanation.summary },
    help: { text: explanation.remedy },
  };
}
