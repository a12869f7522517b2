import { stateDirectory } from './checks.ts';
import { prepare, release } from './places.ts';
import type { Records } from './record.ts';
import type { Path, Text } from './values.ts';

/** The state of a running container: a directory with a lock in it. */
export interface StateOps {
  'state.lock': { readonly directory: Path };
  'state.journal': { readonly lines: readonly Text[] };
  'state.remove': { readonly directory: Path };
}

export const stateOps: Records<StateOps> = {
  'state.lock': {
    place: prepare,
    per: 'name',
    what: 'Takes the lock on the name. Whoever holds it is the running container of that name.',
    why: 'Two containers of one name must not start; the kernel drops the lock with the process.',
    object: ({ directory }) => directory,
    opens: () => ['lock'],
    undo: 'state.remove',
    times: 'once',
    after: { 'signals.block': 'a signal would leave the lock' },
    check: ({ directory }, { name }) => stateDirectory(directory, name),
  },
  // The rule `journal` compares its lines with what the release does.
  'state.journal': {
    place: prepare,
    per: 'name',
    what: 'Writes into the lock file what there will be to undo, before the first effect, and removes what a killed supervisor has left in the same groups.',
    why: 'If the supervisor is killed, `lxplain clean` reads it.',
    object: ({ lines }) => `${lines.length} effects to undo`,
    uses: () => ['lock'],
    undo: 'state.remove',
    times: 'once',
    after: { 'state.lock': 'the lock file is the journal' },
  },
  'state.remove': {
    place: release,
    per: 'name',
    what: 'Removes the lock file and its directory.',
    why: 'Nothing is left behind; the name is free.',
    object: ({ directory }) => directory,
    times: 'once',
    check: ({ directory }, { name }) => stateDirectory(directory, name),
  },
};
