import { located, madeBy } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * A container without a memory limit gets 64 MiB, as libvirt's conversion of lxc configs gives it.
 * @see libvirt 9.0, src/lxc/lxc_native.c, lxcParseConfigString
 */
const DEFAULT_KIB = 64 * 1024;

export function defaultMemory(domain: Domain): Domain {
  if (domain.memoryKiB !== undefined) return domain;
  return { ...domain, memoryKiB: located(DEFAULT_KIB, madeBy('default-memory')) };
}
