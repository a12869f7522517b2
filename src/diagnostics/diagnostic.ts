import type { Code } from './explanations.ts';
import type { Origin, Span } from './origin.ts';
import { spanOf } from './origin.ts';
import { shortened } from './printable.ts';

export type Severity = 'error' | 'warning';

/** A second place that matters for a diagnostic, such as "first defined here". */
export interface DiagnosticNote {
  readonly message: string;
  readonly span?: Span;
}

/** A fault of the input (or of the host it is meant for). Never a fault of this program. */
export interface Diagnostic {
  /** `area/problem`: stable and searchable. */
  readonly code: Code;
  readonly severity: Severity;
  /** Starts in lower case, has no full stop, names the offending value and what was expected. */
  readonly message: string;
  readonly span?: Span;
  readonly notes: readonly DiagnosticNote[];
  /** What to do about it, if that is not obvious. */
  readonly help?: string;
  /** The word of the input that was meant, most likely. */
  readonly suggestion?: string;
  /** Of interest to whoever writes the domain, not to whoever starts it: only `check` prints it. */
  readonly advisory?: true;
  /** The text after `error: ` that virsh prints for the same fault, where it is known. */
  readonly libvirt?: string;
}

/** The optional parts of a diagnostic. */
export interface Details {
  readonly notes?: readonly DiagnosticNote[];
  readonly help?: string;
  readonly suggestion?: string;
  readonly libvirt?: string;
}

type Place = Span | Origin | undefined;

const toSpan = (place: Place): Span | undefined =>
  place === undefined ? undefined : 'kind' in place ? spanOf(place) : place;

/** About three lines of a terminal; and what libvirt itself says at most. @see libvirt 9.0, src/util/virerror.c */
const [LONGEST, LONGEST_OF_LIBVIRT] = [400, 1024];

/** Here every message is bounded, whatever the input has in it that is named. */
function make(
  severity: Severity,
  code: Code,
  place: Place,
  message: string,
  details: Details,
): Diagnostic {
  const span = toSpan(place);
  return {
    code,
    severity,
    message: shortened(message, LONGEST),
    ...(span === undefined ? {} : { span }),
    notes: (details.notes ?? []).map((note) => ({
      ...note,
      message: shortened(note.message, LONGEST),
    })),
    ...(details.help === undefined ? {} : { help: shortened(details.help, LONGEST) }),
    ...(details.suggestion === undefined
      ? {}
      : { suggestion: shortened(details.suggestion, LONGEST) }),
    ...(details.libvirt === undefined
      ? {}
      : { libvirt: shortened(details.libvirt, LONGEST_OF_LIBVIRT) }),
  };
}

/** For the catalogue only: call sites use its named constructors. */
export const error = (code: Code, place: Place, message: string, details: Details = {}) =>
  make('error', code, place, message, details);

/** For the catalogue only: call sites use its named constructors. */
export const warning = (code: Code, place: Place, message: string, details: Details = {}) =>
  make('warning', code, place, message, details);

/** A warning that changes nothing for a start. For the catalogue only. */
export const advice = (code: Code, place: Place, message: string, details: Details = {}) => ({
  ...warning(code, place, message, details),
  advisory: true as const,
});

/** By their places; what has none comes last. Those of one place stay in the order in which they were found. */
export const inSourceOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted(({ span: a }, { span: b }) => {
    if (a === undefined || b === undefined) {
      return Number(a === undefined) - Number(b === undefined);
    }
    if (a.file !== b.file) return a.file < b.file ? -1 : 1;
    return a.start - b.start;
  });

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');
