import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The static busybox, where Debian puts it; undefined without it. */
export const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

export const hasStrace = spawnSync('which', ['strace']).status === 0;

export const hasKeyctl = spawnSync('which', ['keyctl']).status === 0;

/** What has not ended by then waits for ever. A limit for anything else is one of processor time. */
export const HANGS_MS = 120_000;

/** Waits until something is so. `what` is told if that never comes. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > HANGS_MS) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const hasGcc = spawnSync('which', ['gcc']).status === 0;
