import {
  closeSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LibcError, pidfdOpen, pidfdSignal } from '../exec/libc.ts';
import { errorCode } from '../linux/error-code.ts';

/** A process that has outlived its supervisor. */
export interface Ended {
  readonly pid: number;
  /** What the kernel calls it: the first characters of its program. */
  readonly command: string;
}

/** CGROUP_SUPER_MAGIC and CGROUP2_SUPER_MAGIC of linux/magic.h. */
const MAGIC = [0x27e0eb, 0x63677270];

/** Whether a path is a control group, and no link to one: nothing else is ever ended or removed. */
export function isGroupPath(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && MAGIC.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** Ends what runs in a group and removes it. `code` is the error, if that fails. */
export function endGroup(path: string): {
  readonly ended: readonly Ended[];
  readonly code: string | undefined;
} {
  try {
    return { ended: endProcesses(path), code: removeGroup(path) };
  } catch (cause) {
    return { ended: [], code: errorCode(cause) };
  }
}

const [PAUSE_MS, TIMEOUT_MS] = [10, 2_000];
const SIGKILL = 9;

/** Ends what runs in a group and in those below it, which are nobody's but the container's. */
function endProcesses(path: string): readonly Ended[] {
  const ended = new Map<number, Ended>();
  for (let waited = 0; waited < TIMEOUT_MS; waited += PAUSE_MS) {
    const groups = groupsIn(path);
    const pids = groups.flatMap(processesIn);
    if (pids.length === 0) break;
    for (const pid of pids) if (!ended.has(pid)) ended.set(pid, { pid, command: commandOf(pid) });
    // All at once, also those that are being cloned; there since Linux 5.14, on cgroup v2.
    if (existsSync(join(path, 'cgroup.kill'))) writeFileSync(join(path, 'cgroup.kill'), '1');
    else for (const group of groups) for (const pid of processesIn(group)) end(pid, group);
    sleep(PAUSE_MS);
  }
  return [...ended.values()];
}

/** Removes a group and those below it. The error, or undefined. */
function removeGroup(path: string): string | undefined {
  try {
    for (const group of groupsIn(path).reverse()) rmdirSync(group);
    return undefined;
  } catch (cause) {
    const code = errorCode(cause);
    return code === 'ENOENT' ? undefined : code;
  }
}

/** The group and all below it, each before those in it. */
function groupsIn(path: string): string[] {
  try {
    const below = readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => groupsIn(join(path, name)));
    return [path, ...below];
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}

/** The processes of a group. 0 stands for one that this pid namespace does not see. */
export function processesIn(group: string): number[] {
  try {
    const text = readFileSync(join(group, 'cgroup.procs'), 'utf8');
    return text
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return '?';
  }
}

/** By a descriptor that was opened before the group was asked again: the number cannot mean another process by then. */
function end(pid: number, group: string): void {
  try {
    const descriptor = pidfdOpen(pid);
    try {
      if (processesIn(group).includes(pid)) pidfdSignal(descriptor, SIGKILL);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (!(cause instanceof LibcError)) throw cause; // it has ended by itself
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
