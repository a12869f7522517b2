import { closeSync, ftruncateSync, openSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../exec/libc.ts';

/**
 * Undoes what a killed supervisor left of `name`: the lines of its journal (`rmdir PATH`),
 * then the lock file and its directory. Nothing if the container runs or left nothing.
 * @returns what was removed
 */
export function cleanName(runtimeDirectory: string, name: string): string[] {
  const directory = join(runtimeDirectory, name);
  const file = join(directory, 'lock');
  let lock: number;
  try {
    lock = openSync(file, 'r+');
  } catch {
    return [];
  }
  try {
    if (!takeLock(lock)) return []; // so that no start of the name comes in between
    const lines = readFileSync(lock, 'utf8').split('\n');
    const removed = lines.flatMap((line) => undo(line));
    ftruncateSync(lock);
    unlinkSync(file);
    rmdirSync(directory);
    return [...removed, directory];
  } finally {
    closeSync(lock);
  }
}

function undo(line: string): string[] {
  const [, path] = /^rmdir (\/.+)$/.exec(line) ?? [];
  if (path === undefined) return [];
  try {
    rmdirSync(path);
    return [path];
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}
