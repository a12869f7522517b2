import { located, madeBy } from '../diagnostics/origin.ts';
import type { MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Gives a domain without `<emulator>` the one of the host's libvirt. Only printed: here nothing runs it.
 * @see libvirt 9.0, src/lxc/lxc_domain.c, virLXCDomainDefPostParse
 */
export function defaultEmulator(domain: Domain, { libvirt }: MachineFacts): Domain {
  if (domain.emulator !== undefined) return domain;
  return { ...domain, emulator: located(libvirt.emulator, madeBy('default-emulator')) };
}
