import { sha1 } from '@noble/hashes/legacy';
import { located, madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Gives a domain without `<uuid>` one made of the machine's id and the name, so that the plan that was
 * looked at is the plan that runs. libvirt takes a random one.
 * @see RFC 9562, section 5.5 (version 5: SHA-1 of a name space and a name)
 */
export function defaultUuid(domain: Domain, facts: HostFacts): Domain {
  if (domain.uuid !== undefined) return domain;
  const space = Buffer.from((facts.machineId ?? '').padStart(32, '0').slice(0, 32), 'hex');
  const hash = Buffer.from(sha1(Buffer.concat([space, Buffer.from(domain.name.value)])));
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ];
  return { ...domain, uuid: located(parts.join('-'), madeBy('default-uuid')) };
}
