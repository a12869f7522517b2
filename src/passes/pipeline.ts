import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { checkCapabilities } from './check-capabilities.ts';
import { checkDescriptors } from './check-descriptors.ts';
import { checkDevices } from './check-devices.ts';
import { checkFilesystems } from './check-filesystems.ts';
import { checkGroups } from './check-groups.ts';
import { checkHost } from './check-host.ts';
import { checkIdentity } from './check-identity.ts';
import { checkIdmap } from './check-idmap.ts';
import { checkIdmapped } from './check-idmapped.ts';
import { checkInit } from './check-init.ts';
import { checkInterfaces } from './check-interfaces.ts';
import { checkLifecycle } from './check-lifecycle.ts';
import { checkMemory } from './check-memory.ts';
import { checkName } from './check-name.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { checkNodes } from './check-nodes.ts';
import { checkOwnership } from './check-ownership.ts';
import { checkPaths } from './check-paths.ts';
import { checkResource } from './check-resource.ts';
import { checkSecurity } from './check-security.ts';
import { checkSize } from './check-size.ts';
import { checkSupported } from './check-supported.ts';
import { defaultArch } from './default-arch.ts';
import { defaultConsole } from './default-console.ts';
import { defaultEmulator } from './default-emulator.ts';
import { defaultIds, type IdSource, idsOfMachine } from './default-ids.ts';
import { defaultMemory } from './default-memory.ts';
import { defaultRoot } from './default-root.ts';
import { defaultSecurityModel } from './default-security-model.ts';
import type { Doubts, Pass } from './pass.ts';
import { plainTargets } from './plain-targets.ts';
import { procOfLxcfs } from './proc-of-lxcfs.ts';
import { warnFuse } from './warn-fuse.ts';
import { warnIgnored } from './warn-ignored.ts';
import { warnMissing } from './warn-missing.ts';
import { warnPrivileges } from './warn-privileges.ts';
import { warnSecuretty } from './warn-securetty.ts';

/** What a domain has once it is defined, as libvirt completes it. */
export const defining = (ids: IdSource): readonly Pass[] => [
  { kind: 'transform', name: 'default-arch', run: defaultArch },
  { kind: 'transform', name: 'default-ids', run: defaultIds(ids) },
  { kind: 'transform', name: 'default-emulator', run: defaultEmulator },
  { kind: 'transform', name: 'default-security-model', run: defaultSecurityModel },
];

/** The passes, in order. Where a place matters, the line says why. */
export const pipeline: readonly Pass[] = [
  ...defining(idsOfMachine),
  { kind: 'transform', name: 'plain-targets', run: plainTargets },
  { kind: 'transform', name: 'default-memory', run: defaultMemory },
  { kind: 'transform', name: 'default-root', run: defaultRoot },
  { kind: 'transform', name: 'default-console', run: defaultConsole },
  { kind: 'transform', name: 'proc-of-lxcfs', run: procOfLxcfs },
  { kind: 'check', name: 'check-name', run: checkName }, // checks see the defaults
  { kind: 'check', name: 'check-paths', run: checkPaths },
  { kind: 'check', name: 'check-size', run: checkSize },
  { kind: 'check', name: 'check-descriptors', run: checkDescriptors },
  { kind: 'check', name: 'check-supported', run: checkSupported },
  { kind: 'check', name: 'check-idmap', run: checkIdmap },
  { kind: 'check', name: 'check-memory', run: checkMemory },
  { kind: 'check', name: 'check-groups', run: checkGroups },
  { kind: 'check', name: 'check-nodes', run: checkNodes },
  { kind: 'check', name: 'check-resource', run: checkResource },
  { kind: 'check', name: 'check-capabilities', run: checkCapabilities },
  { kind: 'check', name: 'check-security', run: checkSecurity },
  { kind: 'check', name: 'check-filesystems', run: checkFilesystems },
  { kind: 'check', name: 'check-init', run: checkInit }, // looks into the root that default-root gave
  { kind: 'check', name: 'check-identity', run: checkIdentity },
  { kind: 'check', name: 'check-devices', run: checkDevices },
  { kind: 'check', name: 'check-namespaces', run: checkNamespaces },
  { kind: 'check', name: 'check-interfaces', run: checkInterfaces },
  { kind: 'check', name: 'check-ownership', run: checkOwnership },
  { kind: 'check', name: 'check-idmapped', run: checkIdmapped },
  { kind: 'check', name: 'check-lifecycle', run: checkLifecycle },
  { kind: 'check', name: 'check-host', run: checkHost },
  { kind: 'check', name: 'warn-fuse', run: warnFuse },
  { kind: 'check', name: 'warn-missing', run: warnMissing },
  { kind: 'check', name: 'warn-ignored', run: warnIgnored },
  { kind: 'check', name: 'warn-privileges', run: warnPrivileges },
  { kind: 'check', name: 'warn-securetty', run: warnSecuretty },
];

/** Completes a domain for a machine. */
export const runTransforms = (
  domain: Domain,
  machine: MachineFacts,
  passes: readonly Pass[] = pipeline,
): Domain =>
  passes.reduce(
    (current, pass) => (pass.kind === 'transform' ? pass.run(current, machine) : current),
    domain,
  );

/** Completes a domain for a machine and reports all that is wrong with it there. */
export function runPasses(
  domain: Domain,
  facts: HostFacts,
  passes: readonly Pass[] = pipeline,
  doubts: Doubts = new Set(),
): { readonly domain: Domain; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let current = domain;
  for (const pass of passes) {
    if (pass.kind === 'transform') current = pass.run(current, facts);
    else diagnostics.push(...pass.run(current, facts, doubts));
  }
  return { domain: current, diagnostics };
}
