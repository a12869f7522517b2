import { prepare, release } from './places.ts';
import type { Records } from './record.ts';
import type { Handle, Path } from './values.ts';

/** Files as block devices. The kernel lets go of one when nobody has it open any more. */
export interface LoopOps {
  'loop.attach': { readonly handle: Handle; readonly file: Path; readonly readOnly: boolean };
  'loop.detach': { readonly handle: Handle };
}

export const loopOps: Records<LoopOps> = {
  'loop.attach': {
    place: prepare,
    what: 'Makes a file a block device, by the first loop device that is free.',
    why: 'A file system in it can be mounted, or the container gets it as a disk. It goes with the last process that has it.',
    object: ({ file, readOnly }) => `${file}${readOnly ? ', read-only' : ''}`,
    key: ({ file }) => file,
    opens: ({ handle }) => [handle],
    undo: 'loop.detach',
  },
  'loop.detach': {
    place: release,
    what: 'Lets go of a loop device.',
    why: "The file is nobody's then, and the device free.",
    object: ({ handle }) => handle,
    key: ({ handle }) => handle,
    uses: ({ handle }) => [handle],
  },
};
