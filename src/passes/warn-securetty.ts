import { consoleNotSecure } from '../diagnostics/catalog/advice.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { rootOf } from '../ir/root.ts';
import type { Doubts } from './pass.ts';

/** Terminals on which root may log in, by their names below /dev; without the file, on all. @see securetty(5) */
export const SECURETTY = '/etc/securetty';

/**
 * `login` knows a console of a container by the name of its pty, which lists of real machines do not have. Only a
 * root that is no host's is looked at: on the host's own `login` is not what a container is for.
 */
export function warnSecuretty(
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  const root = rootOf(domain);
  if (root?.kind !== 'mount' || root.source.value === '/' || doubts.has('devices')) return [];
  const list = facts.rootPaths[root.source.value]?.[SECURETTY];
  if (list?.kind !== 'file' || list.lines === undefined) return [];
  const missing = domain.consoles
    .map((_, index) => `pts/${index}`)
    .filter((name) => list.lines?.includes(name) === false);
  return missing.length === 0 ? [] : [consoleNotSecure(missing, root.source.origin)];
}
