import { realpathSync, type Stats, statSync } from 'node:fs';
import { deviceOf } from '../../linux/device-number.ts';
import { errorCode } from '../../linux/error-code.ts';
import type { PathFact } from '../facts.ts';

/** What is at a path of the host, symlinks followed; undefined if that cannot be seen. */
export function onHost(path: string): PathFact | undefined {
  try {
    const fact = factOf(statSync(path));
    const real = fact.kind === 'directory' ? realpathSync(path) : path;
    return fact.kind === 'directory' && real !== path ? { ...fact, real } : fact;
  } catch (cause) {
    const code = errorCode(cause);
    const isMissing = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code);
    return isMissing ? { kind: 'missing' } : undefined;
  }
}

export function factOf(stats: Stats): PathFact {
  const { uid, gid } = stats;
  const owned = { uid, gid, mode: (stats.mode & 0o7777).toString(8).padStart(4, '0') };
  if (stats.isDirectory()) return { kind: 'directory', ...owned };
  if (stats.isSocket()) return { kind: 'socket', ...owned };
  if (stats.isFIFO()) return { kind: 'fifo', ...owned };
  if (!stats.isBlockDevice() && !stats.isCharacterDevice()) return { kind: 'file', ...owned };
  return {
    kind: stats.isBlockDevice() ? 'block' : 'char',
    ...deviceOf(stats.rdev),
    ...owned,
  };
}
