import { outsideStage } from './capture.ts';
import { unless } from './checks.ts';
import { capture, supervise } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Id, Path } from './values.ts';

/** /proc/meminfo of the container: a file that the supervisor answers for. */
export interface MeminfoOps {
  'meminfo.open': {
    /** Whose figures are shown. */
    readonly group: Path;
    /** Of control groups: what their files are called. */
    readonly version: 1 | 2;
    /** Whether the group has a limit of swap. */
    readonly swap: boolean;
  };
  'meminfo.create': Nothing;
  'meminfo.serve': { readonly uid: Id; readonly gid: Id };
}

/** The descriptors of what is read for an answer, in the order in which they are opened. */
export const meminfoFiles = (swap: boolean): readonly string[] => [
  'meminfo_host',
  'meminfo_limit',
  'meminfo_usage',
  'meminfo_stat',
  ...(swap ? ['meminfo_swap_limit', 'meminfo_swap_usage'] : []),
];

export const meminfoOps: Records<MeminfoOps> = {
  'meminfo.open': {
    place: capture,
    what: "Opens the host's /proc/meminfo, the figures of the container's group, and a connection of FUSE.",
    why: 'The supervisor reads the figures when somebody inside asks for them.',
    object: ({ group, swap }) => `memory${swap ? ' and swap' : ''} of ${group}`,
    opens: ({ swap }) => ['fuse', ...meminfoFiles(swap)],
    closedBy: 'init.reap',
    times: 'at most once',
    before: outsideStage,
    check: ({ group }, { groups }) => unless(groups.has(group), `${group} is no group of the plan`),
  },
  'meminfo.create': {
    place: capture,
    what: 'Makes a file system of FUSE that is one file, attached nowhere yet.',
    why: 'It becomes /proc/meminfo of the container.',
    opens: () => ['meminfo'],
    leadsNowhere: () => ['meminfo'],
    uses: () => ['fuse'],
    times: 'at most once',
    before: outsideStage,
  },
  'meminfo.serve': {
    place: supervise,
    what: "Answers for /proc/meminfo while the consoles are relayed: the host's file, with the limit and the use of the group.",
    why: 'Programs inside ask there how much memory they have.',
    object: () => '/proc/meminfo',
    uses: () => ['fuse'],
    times: 'at most once',
    after: { 'init.started': 'nobody knows yet that init runs' },
    before: { 'console.relay': 'nobody would ask any more' },
  },
};
