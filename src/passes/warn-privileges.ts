import {
  capabilityOpensHost,
  everyCapability,
  hostNetwork,
  hostRoot,
  noIdmap,
} from '../diagnostics/catalog/advice.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { rootOf } from '../ir/root.ts';
import type { CapabilityName } from '../linux/capabilities.ts';
import type { Doubts } from './pass.ts';

/**
 * Capabilities with which root of a container reaches the host, unless it is somebody else there.
 * @see capabilities(7)
 */
const opens: Readonly<Partial<Record<CapabilityName, string>>> = {
  dac_read_search: 'open_by_handle_at(2) opens any file of it',
  mac_admin: 'it changes the rules that confine the container',
  mknod: 'it makes the node of any device',
  sys_admin: 'it mounts and sets what it likes',
  sys_module: 'it loads code into the kernel',
  sys_ptrace: 'it reads and writes the memory of processes that it can see',
  sys_rawio: 'it reads and writes ports and memory of the machine',
  sys_time: 'it sets the clock of the host',
};

/** Tells what of the host a container can reach. With an id map it is nobody there. */
export function warnPrivileges(
  domain: Domain,
  _facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  const { idmap, features, interfaces, hostdevs, origin, namespace } = domain;
  const root = rootOf(domain);
  const ownNetwork =
    interfaces.length > 0 ||
    features.privnet !== undefined ||
    namespace?.sharenet !== undefined ||
    hostdevs.some(({ kind }) => kind === 'net');
  return [
    ...(idmap === undefined && !doubts.has('idmap') ? [noIdmap(origin), ...openings(domain)] : []),
    ...(ownNetwork || doubts.has('devices') || doubts.has('features') || doubts.has('namespace')
      ? []
      : [hostNetwork(origin)]),
    ...(doubts.has('devices') || (root !== undefined && root.origin.kind !== 'pass')
      ? []
      : [hostRoot(origin)]),
  ];
}

function openings({ features: { capabilities } }: Domain): readonly Diagnostic[] {
  if (capabilities === undefined) return [];
  const { policy, states, origin } = capabilities;
  return [
    ...(policy === 'allow' ? [everyCapability(origin)] : []),
    ...states.flatMap(({ name, state, origin: at }) => {
      const what = opens[name];
      return state === 'off' || what === undefined ? [] : [capabilityOpensHost(name, what, at)];
    }),
  ];
}

/**
 * Joins what the reader and the passes found. A host's root that a misspelt `<filesystem>` exposes is not
 * what was wanted, so that it is told to whoever starts the container too. What the reader has refused, a pass need
 * not refuse again in other words.
 */
export function joinDiagnostics(
  read: readonly Diagnostic[],
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const refused = new Set(read.map(errorPlace));
  const more = found.filter((each) => errorPlace(each) === '' || !refused.has(errorPlace(each)));
  const misspelt = read.find(({ suggestion }) => suggestion === 'filesystem');
  if (misspelt === undefined) return [...read, ...more];
  const told = more.map((each) =>
    each.code === 'privilege/host-root' && each.span !== undefined
      ? hostRoot({ kind: 'source', span: each.span }, misspelt)
      : each,
  );
  return [...read, ...told];
}

/** Empty for what is no error, or has no place. */
const errorPlace = ({ severity, span }: Diagnostic): string =>
  severity === 'error' && span !== undefined ? `${span.start} ${span.end} ${span.file}` : '';
