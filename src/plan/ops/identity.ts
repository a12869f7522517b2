import { eachOnce } from './checks.ts';
import { assemble, confine } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Capability, CapabilityMask, CapabilityNumber } from './values.ts';

/** Who init is, and what it may do. */
export interface IdentityOps {
  'identity.root': Nothing;
  'capabilities.bound': {
    readonly drop: readonly Capability[];
    readonly unknown: readonly CapabilityNumber[];
  };
  'capabilities.set': { readonly keep: readonly Capability[]; readonly mask: CapabilityMask };
  'privileges.lock': Nothing;
}

export const identityOps: Records<IdentityOps> = {
  'identity.root': {
    place: assemble,
    what: 'Becomes root of the user namespace.',
    why: 'Until now init had no identity there.',
    uses: () => ['supervisor'],
    times: 'once if staged',
    after: { 'root.detach-old': 'the host is still there' },
  },
  'capabilities.bound': {
    place: confine,
    what: 'Removes capabilities from the bounding set.',
    why: 'No process of the container can get them back.',
    object: ({ drop, unknown }) => {
      const names = [...drop, ...unknown.map(String)];
      if (names.length === 0) return 'nothing dropped';
      return `without ${names.length > 6 ? `${names.length}: ` : ''}${names.join(' ')}`;
    },
    times: 'once',
    check: ({ drop, unknown }) => [...eachOnce(drop), ...eachOnce(unknown.map(String))],
  },
  'capabilities.set': {
    place: confine,
    what: "Sets init's effective and permitted capabilities; the inheritable ones are empty.",
    why: 'init has what the policy gives and no more.',
    object: ({ mask }) => mask,
    times: 'once',
    after: {
      'capabilities.bound': 'leaving the bounding set takes setpcap',
      'directory.change': 'the right to go there may be gone',
    },
    check: ({ keep }) => eachOnce(keep),
  },
  'privileges.lock': {
    place: confine,
    what: 'Lets no program that is executed from here on gain a right (no_new_privs).',
    why: 'The domain asked for it. Set-uid, set-gid and file capabilities have no effect inside.',
    times: 'at most once',
  },
};
