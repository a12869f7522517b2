import { madeBy } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Every container has at least one console: init's standard input and output.
 * @see libvirt 9.0, src/lxc/lxc_domain.c, virLXCDomainDefPostParse
 */
export function defaultConsole(domain: Domain): Domain {
  if (domain.consoles.length > 0) return domain;
  return { ...domain, consoles: [{ type: 'pty', origin: madeBy('default-console') }] };
}
