import { sha1 } from '@noble/hashes/legacy';
import { located, madeBy } from '../diagnostics/origin.ts';
import type { MachineFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Interface, Virtualport } from '../ir/interface.ts';

/** Where the ids that a domain leaves open come from. */
export interface IdSource {
  /** `what` tells apart the ids of one domain. */
  readonly uuid: (domain: Domain, facts: MachineFacts, what: string) => string;
  readonly mac: (domain: Domain, facts: MachineFacts, what: string) => string;
}

const origin = madeBy('default-ids');

/**
 * Gives a domain without `<uuid>`, interfaces without a MAC address and ports without an id one each.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetGenerateMAC, and src/conf/netdev_vport_profile_conf.c
 */
export const defaultIds =
  (ids: IdSource) =>
  (given: Domain, facts: MachineFacts): Domain => {
    const uuid = given.uuid ?? located(ids.uuid(given, facts, ''), origin);
    const domain = { ...given, uuid };
    const make = (what: string): string => ids.uuid(domain, facts, what);
    const genid = domain.kept?.find(({ name, text }) => name === 'genid' && text === undefined);
    const kept = domain.kept?.map((each) =>
      each === genid ? { ...each, text: make('genid') } : each,
    );
    const interfaces = domain.interfaces.map((each, index): Interface => {
      const what = `interface ${index}`;
      const mac = each.mac ?? located(ids.mac(domain, facts, what), origin);
      if (each.virtualport === undefined) return { ...each, mac };
      return {
        ...each,
        mac,
        virtualport: withIds(each.virtualport, (id) => make(`${what} ${id}`)),
      };
    });
    return { ...domain, interfaces, ...(kept === undefined ? {} : { kept }) };
  };

function withIds(port: Virtualport, make: (what: string) => string): Virtualport {
  const { type, instanceId, interfaceId } = port;
  const wantsInstance = type === undefined || type === '802.1Qbg';
  const wantsInterface = type === undefined || type === 'openvswitch';
  return {
    ...port,
    ...(wantsInstance && instanceId === undefined ? { instanceId: make('instanceid') } : {}),
    ...(wantsInterface && interfaceId === undefined ? { interfaceId: make('interfaceid') } : {}),
  };
}

/**
 * Ids made of the machine's id and the names, so that the plan that was looked at is the plan that runs. libvirt takes
 * random ones.
 * @see RFC 9562, section 5.5 (version 5: SHA-1 of a name space and a name)
 */
export const idsOfMachine: IdSource = {
  uuid: (domain, facts, what) => {
    const hash = digest(domain, facts, what);
    hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
    hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = hash.toString('hex', 0, 16);
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  },
  mac: (domain, facts, what) => {
    const hex = digest(domain, facts, `${domain.uuid?.value} ${what}`).toString('hex', 0, 3);
    return `52:54:00:${hex.replace(/^(..)(..)/, '$1:$2:')}`;
  },
};

function digest(domain: Domain, facts: MachineFacts, what: string): Buffer {
  const space = Buffer.from((facts.machineId ?? '').padStart(32, '0').slice(0, 32), 'hex');
  return Buffer.from(sha1(Buffer.concat([space, Buffer.from(domain.name.value + what)])));
}

/** The same for every domain and machine, for texts that are compared. */
export const zeroIds: IdSource = {
  uuid: () => '00000000-0000-0000-0000-000000000000',
  mac: () => '52:54:00:00:00:00',
};
