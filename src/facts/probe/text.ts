import { readFileSync } from 'node:fs';

/** The text of a file of the kernel or of the host, if it can be read. */
export function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
