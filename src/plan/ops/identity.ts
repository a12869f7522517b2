import { limitNumber, readLimit } from '../../linux/process-limits.ts';
import { isVerdict, type SystemCallFilter, verdictText } from '../../linux/system-call-filter.ts';
import { isSystemCall } from '../../linux/system-calls.ts';
import { eachOnce, unless } from './checks.ts';
import { assemble, confine, prepare } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type {
  Capability,
  CapabilityMask,
  CapabilityNumber,
  HardLimit,
  Id,
  ProcessLimit,
} from './values.ts';

/** Who init is, and what it may do. */
export interface IdentityOps {
  'identity.root': Nothing;
  'capabilities.bound': {
    readonly drop: readonly Capability[];
    readonly unknown: readonly CapabilityNumber[];
  };
  'capabilities.set': { readonly keep: readonly Capability[]; readonly mask: CapabilityMask };
  'privileges.lock': Nothing;
  'identity.user': { readonly uid: Id; readonly gid: Id; readonly groups: readonly Id[] };
  'limits.raise': { readonly limits: readonly HardLimit[] };
  'limits.set': { readonly limits: readonly ProcessLimit[] };
  'syscalls.filter': SystemCallFilter;
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
  'identity.user': {
    place: confine,
    what: 'Becomes the user that the domain names, who gets the first console.',
    why: 'Everything before takes the rights of root; a user other than root keeps none of them.',
    object: ({ uid, gid, groups }) =>
      `uid ${uid}, gid ${gid}${groups.some((each) => each !== gid) ? `, groups ${groups.join(' ')}` : ''}`,
    times: 'at most once',
    after: {
      'session.start': 'the console is not there yet',
      'limits.set': 'the right to raise a limit is gone',
      'directory.change': 'the right to go there may be gone',
      'capabilities.bound': 'leaving the bounding set takes setpcap',
    },
    before: {
      'capabilities.set': 'a change of user takes setuid and setgid',
      'privileges.lock': 'rights go one by one',
    },
    check: ({ groups }) => eachOnce(groups.map(String)),
  },
  'privileges.lock': {
    place: confine,
    what: 'Lets no program that is executed from here on gain a right (no_new_privs).',
    why: 'The domain asked for it. Set-uid, set-gid and file capabilities have no effect inside.',
    times: 'at most once',
  },
  'limits.raise': {
    place: prepare,
    per: 'name',
    what: 'Raises the hard limits of the supervisor to those of init.',
    why: 'init inherits them; in its user namespace it has no right to raise them.',
    object: ({ limits }) => limits.map(({ name, hard }) => `${name} ${hard}`).join(', '),
    times: 'at most once',
    check: ({ limits }) => [
      ...eachOnce(limits.map(({ name }) => name)),
      ...limits.flatMap(({ name, hard }) =>
        unless(readLimit(hard) === hard, `${name} ${hard} is no limit`),
      ),
    ],
  },
  'limits.set': {
    place: confine,
    what: 'Limits what each process may use (setrlimit).',
    why: 'The domain asked for it. What init starts inherits it.',
    object: ({ limits }) =>
      limits
        .map(({ name, soft, hard }) => `${name} ${soft === hard ? soft : `${soft}:${hard}`}`)
        .join(', '),
    times: 'at most once',
    after: { 'descriptors.close': 'a start itself has more open than init may have' },
    check: ({ limits }) => [
      ...eachOnce(limits.map(({ name }) => name)),
      ...limits.flatMap(({ name, soft, hard }) =>
        unless(isLimit(soft, hard), `${name} ${soft}:${hard} is no limit`),
      ),
    ],
  },
  'syscalls.filter': {
    place: confine,
    what: 'Has the kernel look at each system call of init and of all that it starts (seccomp).',
    why: 'The domain asked for it. Nothing takes the filter away again.',
    object: filterText,
    times: 'at most once',
    after: {
      'limits.set': 'the filter may refuse it',
      'capabilities.bound': 'the filter may refuse it',
    },
    check: ({ rules, otherwise }) => [
      ...[otherwise, ...rules.map(({ verdict }) => verdict)].flatMap((verdict) =>
        unless(isVerdict(verdict), `the number of '${verdict}' is too large`),
      ),
      ...rules.flatMap(({ calls }) =>
        calls.flatMap((name) => unless(isSystemCall(name), `'${name}' is no system call`)),
      ),
      ...rules.flatMap(({ calls }) => eachOnce(calls)),
    ],
  },
};

const isLimit = (soft: string, hard: string): boolean =>
  readLimit(soft) === soft && readLimit(hard) === hard && limitNumber(soft) <= limitNumber(hard);

/** What becomes of how many calls: `438 allow, 31 EPERM, else ENOSYS; by arguments: clone ioctl`. */
function filterText({ otherwise, rules }: SystemCallFilter): string {
  const counts = new Map<string, number>();
  const examined = new Set<string>();
  for (const { verdict, calls, when } of rules) {
    const text = verdictText(verdict);
    if (when === undefined) counts.set(text, (counts.get(text) ?? 0) + calls.length);
    else for (const call of calls) examined.add(call);
  }
  const all = [...counts].map(([verdict, count]) => `${count} ${verdict}`);
  const last = verdictText(otherwise);
  return [
    all.length === 0 ? last : `${all.join(', ')}, else ${last}`,
    ...(examined.size === 0 ? [] : [`by arguments: ${[...examined].join(' ')}`]),
  ].join('; ');
}
