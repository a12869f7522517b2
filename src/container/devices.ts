import { invariant } from '../diagnostics/invariant.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { grantedDevices } from '../libvirt/granted-devices.ts';
import type { DeviceRule, Node } from './container.ts';

/** The nodes of the devices of the host that a domain asks for. The checks have found each of them. */
export const grantedNodes = (domain: Domain, facts: HostFacts): readonly Node[] =>
  grantedDevices(domain, facts.usb).granted.map(
    ({ name, source, type, access, mode, origin }): Node => {
      if (type === 'file') {
        const loop = { file: source, readOnly: access === 'rm', origin };
        return { name, loop, mode: mode ?? '0700', access, origin };
      }
      const fact = facts.paths[source];
      invariant(
        fact?.kind === 'block' || fact?.kind === 'char',
        'the checks have found the device',
      );
      const { major, minor, kind } = fact;
      return {
        name,
        type: kind === 'block' ? 'b' : 'c',
        major,
        minor,
        mode: mode ?? fact.mode ?? '0600',
        source,
        access,
        origin,
      };
    },
  );

/** What the container may do with them, in the spelling of cgroup v1. */
export const rulesOf = (nodes: readonly Node[]): readonly DeviceRule[] =>
  nodes.flatMap((node): readonly DeviceRule[] => {
    const { access } = node;
    if (access === undefined) return [];
    if ('loop' in node) return [{ loop: node.loop, access }];
    const { type, major, minor } = node;
    return [{ type, major, minor, access }];
  });
