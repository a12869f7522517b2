import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { checkCapabilities } from './check-capabilities.ts';
import { checkFilesystems } from './check-filesystems.ts';
import { checkHost } from './check-host.ts';
import { checkIdmap } from './check-idmap.ts';
import { checkInit } from './check-init.ts';
import { checkName } from './check-name.ts';
import { checkSupported } from './check-supported.ts';
import { defaultArch } from './default-arch.ts';
import { defaultConsole } from './default-console.ts';
import { defaultMemory } from './default-memory.ts';
import { defaultRoot } from './default-root.ts';
import { defaultUuid } from './default-uuid.ts';
import type { Pass } from './pass.ts';

/** The passes, in order. Where a place matters, the line says why. */
export const pipeline: readonly Pass[] = [
  { kind: 'transform', name: 'default-arch', run: defaultArch },
  { kind: 'transform', name: 'default-uuid', run: defaultUuid },
  { kind: 'transform', name: 'default-memory', run: defaultMemory },
  { kind: 'transform', name: 'default-root', run: defaultRoot },
  { kind: 'transform', name: 'default-console', run: defaultConsole },
  { kind: 'check', name: 'check-name', run: checkName }, // checks see the defaults
  { kind: 'check', name: 'check-supported', run: checkSupported },
  { kind: 'check', name: 'check-idmap', run: checkIdmap },
  { kind: 'check', name: 'check-capabilities', run: checkCapabilities },
  { kind: 'check', name: 'check-filesystems', run: checkFilesystems },
  { kind: 'check', name: 'check-init', run: checkInit }, // looks into the root that default-root gave
  { kind: 'check', name: 'check-host', run: checkHost },
];

/** Completes a domain for a machine and reports all that is wrong with it there. */
export function runPasses(
  domain: Domain,
  facts: HostFacts,
  passes: readonly Pass[] = pipeline,
): { readonly domain: Domain; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let current = domain;
  for (const pass of passes) {
    if (pass.kind === 'transform') current = pass.run(current, facts);
    else diagnostics.push(...pass.run(current, facts));
  }
  return { domain: current, diagnostics };
}
