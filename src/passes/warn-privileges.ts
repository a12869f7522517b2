import {
  capabilityOpensHost,
  everyCapability,
  hostNetwork,
  hostRoot,
  noIdmap,
} from '../diagnostics/catalog/advice.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';
import type { CapabilityName } from '../linux/capabilities.ts';

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
export function warnPrivileges(domain: Domain): readonly Diagnostic[] {
  const { idmap, features, interfaces, hostdevs, origin, namespace } = domain;
  const root = domain.filesystems.find(({ target }) => target.value === '/');
  const ownNetwork =
    interfaces.length > 0 ||
    features.privnet !== undefined ||
    namespace?.sharenet !== undefined ||
    hostdevs.some(({ kind }) => kind === 'net');
  return [
    ...(idmap === undefined ? [noIdmap(origin), ...openings(domain)] : []),
    ...(ownNetwork ? [] : [hostNetwork(origin)]),
    ...(root === undefined || root.origin.kind === 'pass' ? [hostRoot(origin)] : []),
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
 * what was wanted, so that it is told to whoever starts the container too.
 */
export function joinDiagnostics(
  read: readonly Diagnostic[],
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const misspelt = read.find(({ suggestion }) => suggestion === 'filesystem');
  if (misspelt === undefined) return [...read, ...found];
  const told = found.map((each) =>
    each.code === 'privilege/host-root' && each.span !== undefined
      ? hostRoot({ kind: 'source', span: each.span }, misspelt)
      : each,
  );
  return [...read, ...told];
}
