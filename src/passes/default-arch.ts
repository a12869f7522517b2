import { located, madeBy } from '../diagnostics/origin.ts';
import type { MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Gives a domain without `<type arch='…'>` the architecture of the host.
 * @see libvirt 9.0, src/conf/domain_postparse.c, virDomainDefPostParse
 */
export function defaultArch(domain: Domain, facts: MachineFacts): Domain {
  if (domain.os.arch !== undefined) return domain;
  return { ...domain, os: { ...domain.os, arch: located(facts.arch, madeBy('default-arch')) } };
}
