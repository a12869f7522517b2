import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { takeLock } from '../exec/libc.ts';
import { errorCode } from '../linux/error-code.ts';
import { journalLines, readJournalLine } from '../plan/journal.ts';
import { StateError } from './error.ts';
import { type Ended, endGroup, isGroupPath } from './group.ts';
import { type Odd, openLock, stateDirectory } from './place.ts';

/** What became of a killed supervisor's leavings. */
export interface Cleaned {
  readonly removed: readonly string[];
  /** Processes that were still there. */
  readonly ended: readonly Ended[];
  /** What could not be removed, and the kernel's name of the error. The journal stays. */
  readonly left: readonly { readonly path: string; readonly code: string }[];
  /** What is not lxplain's, and stays. */
  readonly odd: readonly Odd[];
}

const nothing: Cleaned = { removed: [], ended: [], left: [], odd: [] };

/**
 * Undoes what a killed supervisor left of `name`: ends what still runs in the groups of its journal, removes them,
 * then the lock file and its directories. Nothing if the container runs or left nothing.
 * @throws StateError
 */
export function cleanName(
  runtimeDirectory: string,
  name: string,
  isGroup: (path: string) => boolean = isGroupPath,
): Cleaned {
  const directory = stateDirectory(runtimeDirectory, name);
  if (directory === undefined) return nothing;
  const lock = openLock(directory);
  if (lock === undefined) return cleanDirectory(runtimeDirectory, directory, nothing);
  if (typeof lock !== 'number') return { ...nothing, odd: [lock] };
  try {
    // So that no start of the name comes in between, and of no other file than the one that is there now.
    if (!takeLock(lock) || fstatSync(lock).nlink === 0) return nothing;
    const file = join(directory, 'lock');
    const { groups, odd } = readJournal(file, readFileSync(lock, 'utf8'), name, isGroup);
    const undone = groups.map((path) => ({ path, ...endGroup(path) }));
    const removed = undone.filter(({ code }) => code === undefined).map(({ path }) => path);
    const left = undone.flatMap(({ path, code }) => (code === undefined ? [] : [{ path, code }]));
    const ended = undone.flatMap((each) => each.ended);
    const cleaned = { removed, ended, left, odd };
    if (left.length > 0 || odd.length > 0) return cleaned;
    ftruncateSync(lock);
    removeIfThere(join(directory, 'life'));
    unlinkSync(file);
    return cleanDirectory(runtimeDirectory, directory, cleaned);
  } finally {
    closeSync(lock);
  }
}

/** The directory has no lock any more, and nothing else if it is ours. */
function cleanDirectory(runtimeDirectory: string, directory: string, cleaned: Cleaned): Cleaned {
  try {
    rmdirSync(directory);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ENOENT') return cleaned;
    if (code === 'ENOTDIR') return { ...cleaned, odd: [{ path: directory, what: 'no directory' }] };
    return { ...cleaned, left: [{ path: directory, code }] };
  }
  removeIfEmpty(runtimeDirectory);
  return { ...cleaned, removed: [...cleaned.removed, directory] };
}

interface Journal {
  /** The groups to remove that are there. */
  readonly groups: readonly string[];
  readonly odd: readonly Odd[];
}

/**
 * The groups of a journal. Anybody could have written it, so a line counts only if it names a group that a start of
 * `name` makes.
 */
function readJournal(
  file: string,
  text: string,
  name: string,
  isGroup: (path: string) => boolean,
): Journal {
  const groups: string[] = [];
  const odd: Odd[] = [];
  for (const line of journalLines(text)) {
    const path = readJournalLine(line)?.path ?? '';
    const isOurs = basename(path) === `lxplain-${name}` && !/\/\.{0,2}\//.test(path);
    if (isOurs && !existsSync(path)) continue;
    if (!isOurs || !isGroup(path))
      odd.push({ path: file, what: 'a journal with a foreign line', line });
    else groups.push(path);
  }
  return { groups, odd };
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw new StateError(file, errorCode(cause));
  }
}

/** Another container may be there, or about to be. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {}
}
