import { realpathSync, type Stats, statSync } from 'node:fs';
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

/** The encoding of device numbers in stat(2). @see makedev(3) */
export function factOf(stats: Stats): PathFact {
  const { uid, gid } = stats;
  const owned = { uid, gid, mode: (stats.mode & 0o7777).toString(8).padStart(4, '0') };
  if (stats.isDirectory()) return { kind: 'directory', ...owned };
  if (stats.isSocket()) return { kind: 'socket', ...owned };
  if (stats.isFIFO()) return { kind: 'fifo', ...owned };
  if (!stats.isBlockDevice() && !stats.isCharacterDevice()) return { kind: 'file', ...owned };
  const device = BigInt(stats.rdev);
  return {
    kind: stats.isBlockDevice() ? 'block' : 'char',
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
    ...owned,
  };
}
