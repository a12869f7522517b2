import { readdirSync, type Stats, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { lookInside } from '../facts/probe/inside.ts';
import { onHost } from '../facts/probe/path.ts';
import type { Included, IncludedFile, LxcHost } from '../frontend/lxc/host.ts';
import { errorCode } from '../linux/error-code.ts';
import { Failure } from './failure.ts';
import { readText } from './text-file.ts';

export interface LxcHostOptions {
  /** Where absolute paths of included files start. */
  readonly root?: string;
  readonly memoryKiB?: number;
  /** Whether the config is run on this machine, not only converted. */
  readonly runs?: boolean;
}

/** This machine, as the front end of lxc configs asks for it. */
export function lxcHost({ root, memoryKiB, runs = false }: LxcHostOptions = {}): LxcHost {
  const under = (path: string): string =>
    root !== undefined && path.startsWith('/') ? join(root, path) : path;
  return {
    include: (path) => include(under(path)),
    fstab: (path) => {
      const read = readTrusted(under(path));
      return typeof read === 'string'
        ? { kind: 'refused', reason: read }
        : { kind: 'file', ...read };
    },
    kind: (path) => onHost(path)?.kind,
    fileInRoot,
    runs,
    absolute: (path) => resolve(path),
    memoryKiB: memoryKiB ?? Math.floor(totalmem() / 1024),
  };
}

function fileInRoot(root: string, paths: readonly string[]): string | undefined {
  const facts = lookInside({ root, mounts: [], points: [], paths, programs: [] });
  return paths.find((path) => facts[path]?.kind === 'file');
}

/** The same for two names of one file. */
export const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

/** Each is opened, looked at and read: more take longer than any answer may. */
const MOST_FILES = 500;

/** A folder that is missing is an empty one; its files are read in the order of their names. */
function include(path: string): Included {
  let paths: readonly string[];
  try {
    paths = statSync(path).isDirectory() ? configsIn(path) : [path];
  } catch (cause) {
    const code = errorCode(cause);
    if (code !== 'ENOENT') return { kind: 'refused', reason: code };
    return path.endsWith('/') ? { kind: 'files', files: [] } : { kind: 'missing' };
  }
  if (paths.length > MOST_FILES)
    return { kind: 'refused', reason: `it has more than ${MOST_FILES} configs` };
  const files: IncludedFile[] = [];
  for (const file of paths) {
    const read = readTrusted(file);
    if (typeof read === 'string') return { kind: 'refused', reason: read };
    files.push({ file, ...read });
  }
  return { kind: 'files', files };
}

const configsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.length > 5 && name.endsWith('.conf'))
    .sort()
    .map((name) => join(folder, name));

/** Who can write an included file decides what root will run: only root and the caller may. */
function readTrusted(path: string): { text: string; identity: string } | string {
  try {
    const text = readText(path);
    const stats = statSync(path);
    if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) return 'it belongs to another user';
    if ((stats.mode & 0o022) !== 0) return 'others can write it';
    return { text, identity: identityOf(stats) };
  } catch (cause) {
    if (cause instanceof Failure) return cause.diagnostics[0]?.message ?? cause.message;
    throw cause;
  }
}
