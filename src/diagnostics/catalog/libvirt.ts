import { type Details, type Diagnostic, error } from '../diagnostic.ts';
import type { Code } from '../explanations.ts';
import type { Span } from '../origin.ts';

/**
 * libvirt's kinds of errors by the prefix that virsh prints.
 * @see libvirt 9.0, src/util/virerror.c, virErrorMsg
 */
const prefixes = {
  xml: 'XML error: ',
  config: 'unsupported configuration: ',
  internal: 'internal error: ',
  argument: 'invalid argument: ',
  overflow: 'numerical overflow: ',
  operation: 'operation failed: ',
  plain: '',
} as const;

export type Kind = keyof typeof prefixes;

/** For the catalogue only: an input that libvirt refuses too, in its words behind our code and place. */
export const refused = (
  code: Code,
  at: Span | undefined,
  kind: Kind,
  text: string,
  details: Details = {},
): Diagnostic => error(code, at, sentence(text), { ...details, libvirt: prefixes[kind] + text });

/** As our own messages are written: lower case at the start, no full stop, nothing long. */
function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, '');
  const cut = trimmed.length > 400 ? `${trimmed.slice(0, 400)}…` : trimmed;
  return /^[A-Z][a-z]/.test(cut) ? cut.charAt(0).toLowerCase() + cut.slice(1) : cut;
}
