import { type Dirent, existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cleanName } from '../../../src/state/clean.ts';
import { findRunning } from '../../../src/state/running.ts';
import { HOST_END } from './containers.ts';

const runtimeDirectory = '/run/lxplain';

/** What a failed or killed start must not add to. Other programs may take away what is theirs meanwhile. */
export interface Host {
  readonly mounts: readonly string[];
  readonly loops: readonly string[];
}

export const hostNow = (): Host => ({
  mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n'),
  loops: readdirSync('/sys/block').filter((name) => existsSync(`/sys/block/${name}/loop`)),
});

/** The pseudo terminals of the whole host, those of containers included. */
export const terminals = (): number => Number(readFileSync('/proc/sys/kernel/pty/nr', 'utf8'));

/** Where control groups are mounted. */
const hierarchies = readFileSync('/proc/self/mountinfo', 'utf8')
  .split('\n')
  .filter((line) => / - cgroup2? /.test(line))
  .map((line) => line.split(' ')[4] ?? '');

/** Other programs of the host make and remove groups meanwhile: what has gone has none below it. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

function groupsOf(directory: string, name: string): string[] {
  return entriesOf(directory)
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.name.includes(name) ? [path] : groupsOf(path, name);
    });
}

/** What there is of a container by this name, beside its processes, and what else has changed. */
export function leftOf(name: string, before: Host): string[] {
  const state = join(runtimeDirectory, name);
  const now = hostNow();
  return [
    ...(existsSync(state) ? [state] : []),
    ...hierarchies.flatMap((hierarchy) => groupsOf(hierarchy, name)),
    ...now.mounts.filter((mount) => !before.mounts.includes(mount)),
    ...now.loops.filter((loop) => !before.loops.includes(loop)),
    ...linkLeft(),
  ];
}

/** The network namespace goes a moment after its last process, and the link with it. */
function linkLeft(): readonly string[] {
  const path = `/sys/class/net/${HOST_END}`;
  for (let tries = 0; tries < 200 && existsSync(path); tries++)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  return existsSync(path) ? [path] : [];
}

/** Removes what a container has left, so that the next case does not find it. */
export function sweep(name: string): void {
  cleanName(runtimeDirectory, name);
  for (const group of hierarchies.flatMap((hierarchy) => groupsOf(hierarchy, name))) remove(group);
  rmSync(join(runtimeDirectory, name), { recursive: true, force: true });
}

/** A group, and those that have been made in it. */
function remove(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) remove(join(group, entry.name));
  try {
    rmdirSync(group);
  } catch {} // somebody is still in it: the next case will tell of it
}

export const isListed = (name: string): boolean =>
  findRunning(runtimeDirectory, name) !== undefined;
