import { capabilityNotPermitted } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { capabilities } from '../linux/capabilities.ts';

/**
 * Warns where the domain wants a capability that the host itself does not have to give. In a user namespace
 * there are all of them.
 */
export function checkCapabilities(
  { features, idmap }: Domain,
  facts: HostFacts,
): readonly Diagnostic[] {
  const permitted = facts.permittedCapabilities;
  if (permitted === undefined || idmap !== undefined) return [];
  const has = (name: (typeof capabilities)[number]): boolean =>
    ((BigInt(permitted) >> BigInt(capabilities.indexOf(name))) & 1n) === 1n;
  return (features.capabilities?.states ?? [])
    .filter(({ name, state }) => state === 'on' && !has(name))
    .map(({ name, origin }) => capabilityNotPermitted(name, origin));
}
