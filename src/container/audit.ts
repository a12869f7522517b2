import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { auditResources } from '../libvirt/audit.ts';
import type { Audit } from './container.ts';

/** Told where the kernel has an audit system, be it on or off. */
export const audit = (domain: Domain, facts: HostFacts): Audit | undefined =>
  facts.audit === true
    ? { resources: auditResources(domain, facts.usb), origin: madeBy('audit') }
    : undefined;
