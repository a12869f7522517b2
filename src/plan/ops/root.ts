import { isStage } from './checks.ts';
import { assemble } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Path } from './values.ts';

/** The container's tree becomes the root. */
export interface RootOps {
  'propagation.stop': Nothing;
  'root.adopt': { readonly at: Path };
  'root.attach': Nothing;
  'root.pivot': Nothing;
  'root.detach-old': Nothing;
}

const visible = { 'mount.create': 'it takes a visible procfs or sysfs' };
const cut = { 'propagation.stop': 'mounts would reach the host' };
const own = { 'mask.open': 'it opens /dev/null of the host' };
const last = 'a path of the host is resolved after root.pivot';

export const rootOps: Records<RootOps> = {
  'propagation.stop': {
    place: assemble,
    what: 'Cuts the propagation of mounts to the host.',
    why: 'No mount of the container may reach the host.',
    times: 'once if not staged',
  },
  'root.adopt': {
    place: assemble,
    what: 'Clones the assembled tree over itself.',
    why: 'pivot_root refuses a locked mount; the clone is not locked.',
    object: ({ at }) => at,
    opens: () => ['adopted'],
    leadsNowhere: () => ['adopted'],
    times: 'once if staged',
    after: visible,
    check: ({ at }, { directory }) => isStage(at, directory),
  },
  'root.attach': {
    place: assemble,
    what: "Attaches the root tree over the host's root.",
    why: 'pivot_root needs it to be a mount of this namespace.',
    uses: () => ['root'],
    times: 'once if not staged',
    after: { ...visible, ...cut, ...own },
  },
  'root.pivot': {
    place: assemble,
    what: "Makes the container's tree the root.",
    why: 'From here on no name leads to the host.',
    times: 'once',
    after: { ...visible, ...cut, ...own, 'root.adopt': last, 'root.attach': last },
  },
  'root.detach-old': {
    place: assemble,
    what: "Detaches the host's root.",
    why: 'Nothing of the host stays reachable.',
    times: 'once',
    after: { 'root.pivot': 'it would detach the new root' },
  },
};
