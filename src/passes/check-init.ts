import {
  initIsDirectory,
  initMissing,
  initMissingInRoot,
  initNotAbsolute,
  variableName,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/** init must be named, and be there: in the root file system, unless a further mount could bring it. */
export const checkInit = (domain: Domain, facts: HostFacts): readonly Diagnostic[] => [
  ...checkProgram(domain, facts),
  ...domain.os.initEnv
    .filter(({ name }) => name === '' || name.includes('='))
    .map(({ name, origin }) => variableName(name, origin)),
];

function checkProgram(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const { init, origin } = domain.os;
  if (init === undefined) return [initMissing(origin)];
  if (!init.value.startsWith('/')) return [initNotAbsolute(init.value, init.origin)];
  const root = domain.filesystems.find(({ target }) => target.value === '/');
  // A root that is not there is reported as such.
  if (root?.kind !== 'mount' || facts.paths[root.source.value]?.kind === 'missing') return [];
  const covered = domain.filesystems.some(
    ({ target }) => target.value !== '/' && init.value.startsWith(`${target.value}/`),
  );
  const fact = facts.rootPaths[root.source.value]?.[init.value];
  if (covered || fact === undefined) return [];
  if (fact.kind === 'missing') {
    return [initMissingInRoot(init.value, root.source.value, init.origin)];
  }
  return fact.kind === 'directory' ? [initIsDirectory(init.value, init.origin)] : [];
}
