import { advice, type Diagnostic, warning } from '../diagnostic.ts';
import { type Origin, spanOf } from '../origin.ts';

/** Groups of what libvirt keeps, or drops, and never applies to a container. */
export type IgnoredArea =
  | 'clock'
  | 'console'
  | 'cputune'
  | 'current-memory'
  | 'device'
  | 'disk'
  | 'event'
  | 'feature'
  | 'filesystem'
  | 'hostdev'
  | 'interface'
  | 'memory-backing'
  | 'memtune'
  | 'numatune'
  | 'os'
  | 'pin'
  | 'timer'
  | 'vcpu-count';

/** `what` in the words of domain XML; `instead` names what would have the effect that was hoped for. */
export const ignored = (area: IgnoredArea, what: string, at: Origin, instead?: string) =>
  advice(
    `ignored/${area}`,
    at,
    `${what} has no effect on a container`,
    instead === undefined ? {} : { help: instead },
  );

export const hardLimitCounts = (at: Origin) =>
  advice('memtune/hard-limit-counts', at, '<hard_limit> counts in place of <memory>');

export const linkStaysDown = (at: Origin) =>
  advice('interface/stays-down', at, 'this interface will be there, but not up', {
    help: "give it an address (<ip>) or <link state='up'/>",
  });

export const noIdmap = (at: Origin) =>
  advice('privilege/no-idmap', at, 'without <idmap>, root of the container is root of the host', {
    help: "map its ids: <idmap><uid start='0' target='100000' count='65536'/><gid …/></idmap>",
  });

/** `names` are those of the consoles, as they lack in the list. */
export const consoleNotSecure = (names: readonly string[], at: Origin) =>
  advice(
    'console/securetty',
    at,
    `/etc/securetty of this root has no ${names.map((name) => `'${name}'`).join(', ')}: root may not log in there`,
    { help: 'add it, one name a line, if the PAM of the image uses pam_securetty' },
  );

export const hostNetwork = (at: Origin) =>
  advice(
    'privilege/host-network',
    at,
    'the container has the network of the host, with all that listens on its loopback',
    { help: 'give it an <interface>, or <features><privnet/></features>' },
  );

/** `what` it opens. */
export const capabilityOpensHost = (name: string, what: string, at: Origin) =>
  warning('privilege/capability', at, `without <idmap>, '${name}' opens the host: ${what}`, {
    help: 'map the ids of the container, or do without it',
  });

export const everyCapability = (at: Origin) =>
  warning(
    'privilege/capability',
    at,
    "without <idmap>, policy 'allow' opens the host: with all capabilities nothing holds root back",
    { help: "map the ids of the container, or use policy 'default'" },
  );

/** `misspelt` is the element that was perhaps to be the root of the container. */
export const hostRoot = (at: Origin, misspelt?: Diagnostic) => {
  const message = "no <filesystem> has the target '/': the container gets the root of the host";
  if (misspelt === undefined) return advice('privilege/host-root', at, message);
  const { span } = misspelt;
  return warning('privilege/host-root', spanOf(at), message, {
    notes: [{ message: 'was this to be its root?', ...(span === undefined ? {} : { span }) }],
  });
};
