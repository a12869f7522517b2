import { outsideStage } from './capture.ts';
import { eachOnce, idmap, unless } from './checks.ts';
import { assemble, capture, cloned, isolate, prepare } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { MapLine, Namespace, Path, Text } from './values.ts';

/** Where the container begins: the process that becomes init, in its namespaces. */
export interface NamespacesOps {
  'namespaces.create': {
    readonly namespaces: readonly Namespace[];
    /**
     * What the supervisor does until init has executed its program: it sleeps, or it goes on, and init waits for its word
     * (`init.release`).
     */
    readonly supervisor: 'sleeps' | 'goes-on';
    readonly cgroup?: Path;
  };
  'namespace.join': {
    readonly namespace: 'net' | 'ipc' | 'uts';
    /** Its file; or else the state of the container whose init has it. */
    readonly path?: Path;
    readonly directory?: Path;
  };
  'idmap.write': { readonly map: 'uid' | 'gid'; readonly lines: readonly MapLine[] };
  'idmap.hold': { readonly uid: readonly MapLine[]; readonly gid: readonly MapLine[] };
  'init.release': Nothing;
  'init.wait': Nothing;
  'namespaces.unshare': { readonly namespaces: readonly Namespace[] };
  'hostname.set': { readonly name: Text };
  'loopback.up': Nothing;
}

export const namespacesOps: Records<NamespacesOps> = {
  'namespaces.create': {
    place: isolate,
    what: 'Clones the process that becomes init into its new namespaces.',
    why: 'This is where the container begins.',
    object: ({ namespaces }) => namespaces.join(' '),
    opens: ({ cgroup }) => (cgroup === undefined ? [] : ['group']),
    times: 'once',
    before: { init: 'there is no init yet' },
    check: ({ namespaces, supervisor }) => [
      ...eachOnce(namespaces),
      ...unless(
        supervisor === 'goes-on' || !namespaces.includes('user'),
        'nobody writes the maps while the supervisor sleeps',
      ),
    ],
  },
  'namespace.join': {
    place: prepare,
    per: 'name',
    what: 'Joins a namespace of somebody else, which init then has, too.',
    why: 'The domain shares it. The supervisor has it from here on, and nothing else that this namespace is about.',
    object: ({ namespace, path, directory }) =>
      path === undefined
        ? `${namespace} of the container of ${directory}`
        : `${namespace} of ${path}`,
    key: ({ namespace }) => namespace,
    check: ({ path, directory }) =>
      unless(
        (path === undefined) !== (directory === undefined),
        'it has a path, or else a directory',
      ),
  },
  'idmap.write': {
    place: isolate,
    what: 'Writes the map of ids of the new user namespace.',
    why: 'Only then has init an identity.',
    object: ({ map, lines }) => `${map}: ${lines.join(', ')}`,
    key: ({ map }) => map,
    times: 'twice if staged',
    after: { 'namespaces.create': 'there is no init yet' },
    check: ({ lines }) => idmap(lines),
  },
  'idmap.hold': {
    place: capture,
    what: 'Makes a user namespace with the map of the container, and holds it by a descriptor.',
    why: 'By it a mount shows files of the host as those of the same ids inside. A process lives in it until it has its maps.',
    object: ({ uid, gid }) => `uid: ${uid.join(', ')}; gid: ${gid.join(', ')}`,
    opens: () => ['ids'],
    times: 'at most once',
    before: outsideStage,
    check: ({ uid, gid }) => [...idmap(uid), ...idmap(gid)],
  },
  'init.release': {
    place: isolate,
    what: 'Lets init go on.',
    why: 'Its maps and its links are there.',
    times: 'once if released',
    after: {
      'namespaces.create': 'there is no init yet',
      'idmap.write': 'init must not go on without its maps',
      'link.veth': 'init must not go on without its links',
      'link.isolate': 'init must not go on before its port is isolated',
      'link.macvlan': 'init must not go on without its links',
      'link.move': 'init must not go on without its links',
      'host.address': "init must not go on before the host's end is set up",
      'host.route': "init must not go on before the host's end is set up",
    },
  },
  'init.wait': {
    place: cloned,
    what: 'Waits until the supervisor says go.',
    why: 'Nothing may happen before the maps and the links are there.',
    times: 'once if released',
    after: { 'parent.watch': 'the supervisor may have died already' },
    before: { init: 'the supervisor has not said go' },
  },
  // The rule `isolation` knows the only one.
  'namespaces.unshare': {
    place: cloned,
    what: 'Takes further namespaces of its own.',
    why: "The cgroup namespace's root is the group joined just now.",
    object: ({ namespaces }) => namespaces.join(' '),
    times: 'once',
    after: { 'cgroup.join': 'the root of the cgroup namespace is the group joined by then' },
  },
  'hostname.set': {
    place: assemble,
    what: 'Sets the host name.',
    why: 'It is the name of the domain.',
    object: ({ name }) => name,
    times: 'at most once',
    check: ({ name }) => unless(/^[A-Za-z0-9-]{0,64}$/.test(name), `'${name}' is no host name`),
  },
  'loopback.up': {
    place: assemble,
    what: 'Brings the loopback interface up.',
    why: 'A new network namespace has it down.',
    times: 'at most once',
  },
};
