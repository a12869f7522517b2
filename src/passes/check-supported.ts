import {
  consoleTypeUnsupported,
  filesystemTypeUnsupported,
  identityUnsupported,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';

const runnable: readonly string[] = ['mount', 'bind', 'ram'];

/** What the domain may say and this version cannot do yet is an error, never skipped. */
export function checkSupported(domain: Domain): readonly Diagnostic[] {
  return [
    ...domain.filesystems
      .filter(({ kind }) => !runnable.includes(kind))
      .map(({ kind, origin }) => filesystemTypeUnsupported(kind, origin)),
    ...domain.consoles
      .filter(({ type }) => type !== 'pty')
      .map(({ type, origin }) => consoleTypeUnsupported(type, origin)),
    ...[domain.os.initUser, domain.os.initGroup]
      .filter((identity) => identity !== undefined)
      .map(({ origin }) => identityUnsupported(origin)),
  ];
}
