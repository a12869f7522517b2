import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The static busybox, where Debian puts it; undefined without it. */
export const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

export const hasStrace = spawnSync('which', ['strace']).status === 0;
