import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../linux/error-code.ts';
import { mountsIn } from '../linux/mountinfo.ts';
import { processesIn } from './group.ts';

/** Where cgroup v2 is mounted; undefined where it is not. */
export const unifiedMount = (): string | undefined =>
  mountsIn(readFileSync('/proc/self/mountinfo', 'utf8')).find(({ type }) => type === 'cgroup2')
    ?.target;

/** The group of a process in cgroup v2, as a path of the host. */
function groupOf(pid: number): string | undefined {
  try {
    const mount = unifiedMount();
    const [, path] = /^0::(\/.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? [];
    return mount === undefined || path === undefined ? undefined : join(mount, path);
  } catch {
    return undefined;
  }
}

/** Whether the kernel keeps a process from running, because of its group or of one above. */
export function isFrozen(pid: number | undefined): boolean {
  const group = pid === undefined ? undefined : groupOf(pid);
  if (group === undefined) return false;
  try {
    return /^frozen 1$/m.test(readFileSync(join(group, 'cgroup.events'), 'latin1'));
  } catch {
    return false; // the root group has no such file
  }
}

/** The group of the container above or at that of its init. */
function ownGroup(pid: number, name: string): string | undefined {
  for (let group = groupOf(pid); group !== undefined && group !== '/'; group = dirname(group)) {
    if (basename(group) === `lxplain-${name}`) return group;
  }
  return undefined;
}

const [PAUSE_MS, TRIES] = [5, 400];

/**
 * Stops all processes of a container. One that is in no group of cgroup v2 gets one for that: `members` are the groups
 * of v1 that it is in, by which its processes are found.
 * @returns why not; undefined when all have stopped
 */
export function freeze(
  name: string,
  initPid: number,
  members: readonly string[],
): string | undefined {
  const mount = unifiedMount();
  if (mount === undefined) return 'this machine has no cgroup v2';
  try {
    const group = ownGroup(initPid, name) ?? gather(join(mount, `lxplain-${name}`), members);
    writeFileSync(join(group, 'cgroup.freeze'), '1');
    for (let tries = 0; tries < TRIES; tries++) {
      if (isFrozen(initPid)) return undefined;
      sleep(PAUSE_MS);
    }
    writeFileSync(join(group, 'cgroup.freeze'), '0');
    return 'a process does not stop';
  } catch (cause) {
    return errorCode(cause);
  }
}

/** Lets them go on. What was gathered for the pause goes back to where the supervisor is. */
export function thaw(
  name: string,
  initPid: number,
  supervisorPid: number,
  isOfPlan: (group: string) => boolean,
): string | undefined {
  try {
    const group = ownGroup(initPid, name);
    if (group === undefined) return 'its group is not there';
    writeFileSync(join(group, 'cgroup.freeze'), '0');
    const home = groupOf(supervisorPid);
    if (isOfPlan(group) || home === undefined) return undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const pids = processesIn(group);
      if (pids.length === 0) break;
      for (const pid of pids) move(pid, home);
    }
    removeGathered(name);
    return undefined;
  } catch (cause) {
    return errorCode(cause);
  }
}

/** A group that was made for a pause, of a container that has ended since. */
export function removeGathered(name: string): void {
  const mount = unifiedMount();
  if (mount === undefined) return;
  try {
    rmdirSync(join(mount, `lxplain-${name}`));
  } catch {} // there is none, or somebody is in it
}

/** Children are born in the group of their parent: at some point all are in it. */
function gather(group: string, members: readonly string[]): string {
  if (!existsSync(group)) mkdirSync(group);
  for (let tries = 0; tries < TRIES; tries++) {
    const outside = members.flatMap(pidsBelow).filter((pid) => groupOf(pid) !== group);
    if (outside.length === 0) break;
    for (const pid of outside) move(pid, group);
  }
  return group;
}

/** A process that has ended needs no group. */
function move(pid: number, group: string): void {
  try {
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  } catch (cause) {
    if (errorCode(cause) !== 'ESRCH') throw cause;
  }
}

function pidsBelow(group: string): number[] {
  try {
    const below = readdirSync(group, { withFileTypes: true }).filter((each) => each.isDirectory());
    return [...processesIn(group), ...below.flatMap(({ name }) => pidsBelow(join(group, name)))];
  } catch {
    return [];
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
