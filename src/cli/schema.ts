import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { schemaMissing, schemaToolMissing, schemaViolation } from '../diagnostics/catalog/cli.ts';
import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/origin.ts';

/** Where libvirt keeps its RELAX NG schema. */
const SCHEMA = '/usr/share/libvirt/schemas/domain.rng';

const hasTool = (): boolean => spawnSync('xmllint', ['--version']).error === undefined;

/** Why nothing can be validated on this machine; undefined if it can. */
export const cannotValidate: string | undefined = !existsSync(SCHEMA)
  ? `no ${SCHEMA}`
  : hasTool()
    ? undefined
    : 'no xmllint';

/**
 * What libvirt's own schema says against a document, by xmllint(1), which is libxml2 as libvirt itself uses it.
 * Nothing of a document that is not well-formed or whose root is something else: the `read` diagnostics say that.
 */
export function schemaFaults(
  file: string,
  text: string,
  read: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (read.some(({ code, severity }) => severity === 'error' && code.startsWith('xml/'))) return [];
  if (!existsSync(SCHEMA)) return [schemaMissing(SCHEMA)];
  const args = ['--noout', '--nonet', '--relaxng', SCHEMA, '-'];
  const { error, status, stderr } = spawnSync('xmllint', args, { input: text, encoding: 'utf8' });
  if (error !== undefined) return [schemaToolMissing()];
  if (status === 0) return [];
  const faults = messages(stderr);
  const all = faults.map(({ message }) => `${message}\n`).join('');
  const diagnostics = faults.map(({ message, line }) =>
    schemaViolation(SCHEMA, message, all, lineSpan(file, text, line)),
  );
  return hasErrors(diagnostics)
    ? diagnostics
    : [schemaViolation(SCHEMA, stderr, stderr, undefined)];
}

interface Message {
  readonly message: string;
  readonly line: number;
}

/** `-:12: element frobnicate: Relax-NG validity error : Element domain has extra content: frobnicate` */
const messages = (stderr: string): readonly Message[] =>
  [...stderr.matchAll(/^[^\n:]*:(\d+): .*?Relax-NG validity error : (.*)$/gm)].map(
    ([, line = '1', message = '']) => ({ message, line: Number(line) }),
  );

/** The text of a line, counted from 1, without the blanks around it. */
function lineSpan(file: string, text: string, line: number): Span {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const content = text.slice(start, end < 0 ? text.length : end);
  const from = start + content.length - content.trimStart().length;
  return { file, start: from, end: Math.max(from, start + content.trimEnd().length) };
}
