import { archOfOtherMachine, kernelTooOld, noCgroups } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { hierarchyOf, hierarchyOfDevices } from '../libvirt/group-files.ts';
import { isTooOld } from '../linux/oldest-kernel.ts';

/** Reports a machine on which no container can start. */
export function checkHost(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const { kernel, cgroups } = facts;
  const missing = [
    ...(hierarchyOf('memory', cgroups) === undefined ? ['memory'] : []),
    ...(hierarchyOfDevices(cgroups) === undefined ? ['devices'] : []),
    // Each group of v2 counts processor time.
    ...(cgroups.v2 === undefined && hierarchyOf('cpuacct', cgroups) === undefined
      ? ['cpuacct']
      : []),
  ];
  const arch = domain.os.arch;
  const runs =
    arch === undefined ||
    arch.value === facts.arch ||
    (arch.value === 'i686' && facts.arch === 'x86_64') ||
    (arch.value === 'armv7l' && facts.arch === 'aarch64');
  return [
    ...(isTooOld(kernel) ? [kernelTooOld(kernel.release)] : []),
    ...missing.map(noCgroups),
    ...(runs ? [] : [archOfOtherMachine(arch.value, facts.arch, arch.origin)]),
  ];
}
