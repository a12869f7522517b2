import { readFileSync, statSync } from 'node:fs';

/** The text of a file of the kernel or of the host, if it can be read. */
export function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The text of a plain file of at most so many bytes, if it can be read. Those of the kernel have no size, and may never end. */
export function shortText(path: string, most: number): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size > 0 && stats.size <= most ? text(path) : undefined;
  } catch {
    return undefined;
  }
}
