import { isStage, unless } from './checks.ts';
import { capture, isolate } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Id, Path } from './values.ts';

/** Where the supervisor assembles the tree of a container in a user namespace: a mount namespace of its own. */
export interface StageOps {
  'stage.enter': Nothing;
  'stage.root': { readonly at: Path };
  'stage.identity': { readonly uid: Id; readonly gid: Id };
  'stage.leave': Nothing;
}

export const stageOps: Records<StageOps> = {
  'stage.enter': {
    place: capture,
    what: 'Takes a mount namespace for the assembly.',
    why: 'Mounts made outside the user namespace are locked: container root cannot undo their flags.',
    opens: () => ['host_mounts'],
    closedBy: 'stage.leave',
    times: 'once if staged',
  },
  'stage.root': {
    place: capture,
    what: 'Attaches the root tree at a private place of that namespace.',
    why: 'The tree needs a place while it is assembled.',
    object: ({ at }) => at,
    uses: () => ['root'],
    times: 'once if staged',
    after: { 'stage.enter': 'the host must not see the tree' },
    check: ({ at }, { directory }) => isStage(at, directory),
  },
  'stage.identity': {
    place: capture,
    what: "Takes the file system identity of the container's root, or gives it back.",
    why: "What is created then belongs to it, and the kernel checks its rights, not the host's.",
    object: ({ uid, gid }) => `uid ${uid} gid ${gid}`,
    times: 'twice if staged',
    after: { 'stage.root': 'the tree has no place yet' },
    check: ({ uid, gid }, { root }) =>
      unless(
        (uid === 0 && gid === 0) || (uid === root.uid && gid === root.gid),
        `uid ${uid} gid ${gid} is not the root of the container`,
      ),
  },
  'stage.leave': {
    place: isolate,
    what: "Goes back to the host's mount namespace.",
    why: 'init has its copy by now.',
    uses: () => ['host_mounts'],
    times: 'once if staged',
    after: { 'namespaces.create': 'there is no init yet' },
  },
};
