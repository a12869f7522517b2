import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../exec/libc.ts';
import { errorCode } from '../linux/error-code.ts';
import { ifThere } from './error.ts';
import { lockFile } from './running.ts';

/** What became of a killed supervisor's leavings. */
export interface Cleaned {
  readonly removed: readonly string[];
  /** What could not be removed, and the kernel's name of the error. The journal stays. */
  readonly left: readonly { readonly path: string; readonly code: string }[];
}

/**
 * Undoes what a killed supervisor left of `name`: the lines of its journal (`rmdir PATH`),
 * then the lock file and its directories. Nothing if the container runs or left nothing.
 * @throws StateError
 */
export function cleanName(runtimeDirectory: string, name: string): Cleaned {
  const nothing = { removed: [], left: [] };
  const file = lockFile(runtimeDirectory, name);
  if (file === undefined) return nothing;
  const lock = ifThere(file, (path) => openSync(path, 'r+'));
  if (lock === undefined) return nothing;
  try {
    // So that no start of the name comes in between, and of no other file than the one that is there now.
    if (!takeLock(lock) || fstatSync(lock).nlink === 0) return nothing;
    const undone = readFileSync(lock, 'utf8').split('\n').flatMap(undo);
    const removed = undone.filter(({ code }) => code === undefined).map(({ path }) => path);
    const left = undone.flatMap(({ path, code }) => (code === undefined ? [] : [{ path, code }]));
    if (left.length > 0) return { removed, left };
    ftruncateSync(lock);
    unlinkSync(file);
    const directory = join(runtimeDirectory, name);
    rmdirSync(directory);
    removeIfEmpty(runtimeDirectory);
    return { removed: [...removed, directory], left };
  } finally {
    closeSync(lock);
  }
}

/**
 * The lines of the journal of `name`: of the container that runs, or of one whose supervisor was killed.
 * @throws StateError
 */
export function journalOf(runtimeDirectory: string, name: string): string[] {
  const file = lockFile(runtimeDirectory, name);
  const text = file === undefined ? undefined : ifThere(file, (path) => readFileSync(path, 'utf8'));
  return (text ?? '').split('\n').filter((line) => line !== '');
}

interface Undone {
  readonly path: string;
  /** The error, if it failed. */
  readonly code?: string;
}

function undo(line: string): Undone[] {
  const [, path] = /^rmdir (\/.+)$/.exec(line) ?? [];
  if (path === undefined) return [];
  try {
    rmdirSync(path);
    return [{ path }];
  } catch (cause) {
    const code = errorCode(cause);
    return code === 'ENOENT' ? [] : [{ path, code }];
  }
}

/** Another container may be there, or about to be. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {}
}
