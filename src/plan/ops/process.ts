import { eachOnce, unless } from './checks.ts';
import { cloned, confine, prepare, release } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Handle, NodeNumber, Octal, OwnDescriptor, Text } from './values.ts';

/** What a process does to itself, and the guard on the supervisor. */
export interface ProcessOps {
  'process.harden': Nothing;
  'signals.block': Nothing;
  'guard.create': Nothing;
  'parent.watch': Nothing;
  'keyring.new': Nothing;
  'descriptors.drop': { readonly handles: readonly (Handle | OwnDescriptor)[] };
  'descriptors.close': {
    /**
     * @minimum 3
     * @maximum 1048576
     */
    readonly from: number;
    /**
     * How many descriptors of who starts the container init gets, as 3 and up.
     * @minimum 1
     * @maximum 64
     */
    readonly passed?: number;
  };
  'signals.reset': Nothing;
  'umask.set': { readonly mask: Octal };
  'memory.policy': {
    readonly mode: 'preferred' | 'interleave';
    readonly nodes: readonly NodeNumber[];
  };
  'directory.change': { readonly path: Text };
  'guard.end': Nothing;
}

export const processOps: Records<ProcessOps> = {
  'process.harden': {
    place: prepare,
    per: 'name',
    what: 'Makes the supervisor undumpable, resets its umask and closes descriptors that it was not meant to have. A program that runs as the init of its own container only waits for its end.',
    why: 'Nothing of the caller may leak into a container, and nobody may trace the supervisor.',
    times: 'once',
  },
  'signals.block': {
    place: prepare,
    per: 'name',
    what: 'Turns the signals that end or resize the supervisor into a descriptor to read.',
    why: 'A signal must not interrupt a step half-way.',
    opens: () => ['signals'],
    times: 'once',
    after: { 'process.harden': 'it closes all descriptors that it finds' },
  },
  'guard.create': {
    place: prepare,
    per: 'name',
    what: 'Starts a second process on the memory of the supervisor, which sleeps until that ends.',
    why: 'If the supervisor is killed, the guard ends the container and does the release in its place.',
    opens: () => ['supervisor', 'guard'],
    leadsNowhere: () => ['supervisor'],
    undo: 'guard.end',
    times: 'once',
    after: { 'state.journal': 'the intent is journalled before the effect' },
  },
  'parent.watch': {
    place: cloned,
    what: 'Asks the kernel to kill init when the supervisor dies, and looks whether it has died already.',
    why: 'A container does not outlive its supervisor, even if the guard is killed with it.',
    uses: () => ['supervisor'],
    times: 'once',
    before: { init: 'the supervisor may have died already' },
  },
  'keyring.new': {
    place: cloned,
    what: 'Takes a new, empty session keyring.',
    why: "Keys of the caller's session are not the container's.",
    tolerates: ['ENOSYS'], // a kernel without keyrings has none to give away
    times: 'once',
  },
  'descriptors.drop': {
    place: cloned,
    what: 'Closes what the supervisor has open for itself, and what is attached already.',
    why: 'From the pivot on no descriptor of init leads out, so that a link of /proc to one has nowhere to lead.',
    object: ({ handles }) => handles.join(' '),
    uses: ({ handles }) => handles,
    times: 'once',
    after: {
      'keyring.new': 'init is not ready to let go',
      'cgroup.join': 'init is not ready to let go',
      'namespaces.unshare': 'init is not ready to let go',
    },
    check: ({ handles }) => eachOnce(handles),
  },
  // The rule `closes` knows the only number.
  'descriptors.close': {
    place: confine,
    what: 'Closes every other descriptor; those that are passed to init come first, as 3 and up.',
    why: "None of the host's may be left open, but what is passed on purpose.",
    object: ({ from, passed }) =>
      `${from} and above${passed === undefined ? '' : `, ${passed} passed to init`}`,
    times: 'once',
    after: { 'session.start': 'it takes the terminal of init' },
  },
  'signals.reset': {
    place: confine,
    what: 'Gives all signals their default action.',
    why: 'Ignored signals would be inherited by init.',
    times: 'once',
  },
  'umask.set': {
    place: confine,
    what: 'Sets the umask of init.',
    why: "init must not depend on the caller's.",
    object: ({ mask }) => mask,
    times: 'once',
    check: ({ mask }) => unless(Number.parseInt(mask, 8) <= 0o777, `${mask} has more than rights`),
  },
  'memory.policy': {
    place: confine,
    what: 'Says from which nodes init gets its memory first (set_mempolicy).',
    why: '<numatune> asks for it. What init starts inherits it.',
    object: ({ mode, nodes }) => `${mode} ${nodes.join(' ')}`,
    times: 'at most once',
    before: { 'syscalls.filter': 'the filter may refuse it' },
    check: ({ mode, nodes }) => [
      ...eachOnce(nodes.map(String)),
      ...unless(nodes.length > 0, 'no node is named'),
      ...unless(mode !== 'preferred' || nodes.length === 1, 'one node is preferred, not several'),
    ],
  },
  'directory.change': {
    place: confine,
    what: "Changes to init's working directory.",
    why: '<initdir> asks for it.',
    object: ({ path }) => path,
    times: 'at most once',
    after: { 'descriptors.close': 'a link could lead through an open descriptor' },
    check: ({ path }) => unless(path !== '', 'there is no directory without a name'),
  },
  'guard.end': {
    place: release,
    per: 'name',
    what: 'Ends the guard.',
    why: 'Nothing is left to guard but the name.',
    uses: () => ['guard'],
    times: 'once',
  },
};
