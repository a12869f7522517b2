import { archOfOtherMachine, kernelTooOld, noCgroups } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/** mount_setattr(2), the youngest call that every start makes, came with Linux 5.12. */
const [MAJOR, MINOR] = [5, 12];

/** Reports a machine on which no container can start. */
export function checkHost(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const { kernel, cgroups } = facts;
  const old = kernel.major < MAJOR || (kernel.major === MAJOR && kernel.minor < MINOR);
  const has = (controller: string) =>
    cgroups.v2 !== undefined ||
    cgroups.v1.some(({ controllers }) => controllers.includes(controller));
  const arch = domain.os.arch;
  const runs =
    arch === undefined ||
    arch.value === facts.arch ||
    (arch.value === 'i686' && facts.arch === 'x86_64') ||
    (arch.value === 'armv7l' && facts.arch === 'aarch64');
  return [
    ...(old ? [kernelTooOld(kernel.release)] : []),
    ...(['memory', 'devices'] as const).filter((name) => !has(name)).map(noCgroups),
    ...(runs ? [] : [archOfOtherMachine(arch.value, facts.arch, arch.origin)]),
  ];
}
