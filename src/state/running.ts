import { closeSync, existsSync, readFileSync } from 'node:fs';
import { LibcError, lockHolder, pidfdOpen, pidfdSignal } from '../exec/libc.ts';
import { signals } from '../linux/flags.ts';
import { openLock, stateDirectory, stateNames } from './place.ts';

/** A container that runs: somebody holds the lock on its name. */
export interface Running {
  readonly name: string;
  readonly supervisorPid: number;
  /** undefined while it starts or ends. */
  readonly initPid: number | undefined;
}

/**
 * The running containers by name.
 * @throws StateError
 */
export function listRunning(runtimeDirectory: string): Running[] {
  const names = stateNames(runtimeDirectory).sort();
  return names.flatMap((name) => findRunning(runtimeDirectory, name) ?? []);
}

/** @throws StateError */
export function findRunning(runtimeDirectory: string, name: string): Running | undefined {
  const supervisorPid = holder(runtimeDirectory, name);
  if (supervisorPid === undefined) return undefined;
  return { name, supervisorPid, initPid: initOf(supervisorPid) };
}

/** The ELF file that the supervisor executes: it holds the plan and the domain. Undefined if that ends just now. */
export function programOf({ supervisorPid }: Running): Uint8Array | undefined {
  try {
    return readFileSync(`/proc/${supervisorPid}/exe`);
  } catch {
    return undefined; // it has ended, or was killed and its guard is at work
  }
}

/** SIGTERM would only ask init to end. */
const { SIGRT_16: AT_ONCE, SIGCONT, SIGTERM } = signals;
const [PAUSE_MS, TIMEOUT_MS] = [5, 10_000];

/**
 * Ends a container and waits until its name is free. False if it did not end in 10 s. With grace its init is asked first,
 * and has as long as its domain gives it.
 */
export async function stop(
  runtimeDirectory: string,
  { name, supervisorPid }: Running,
  hasGrace = false,
): Promise<boolean> {
  const isStill = () => holder(runtimeDirectory, name) === supervisorPid;
  terminate(supervisorPid, hasGrace ? SIGTERM : AT_ONCE, isStill);
  for (let waited = 0; hasGrace || waited < TIMEOUT_MS; waited += PAUSE_MS) {
    if (holder(runtimeDirectory, name) !== supervisorPid) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}

/** If the supervisor has been killed, its guard is about to do what it would do. */
function terminate(pid: number, signal: number, isStill: () => boolean): void {
  let descriptor: number | undefined;
  try {
    descriptor = pidfdOpen(pid);
    // The number may have come to mean another process before the descriptor was there.
    if (!isStill()) return;
    pidfdSignal(descriptor, signal);
    pidfdSignal(descriptor, SIGCONT); // it may be a stopped job
  } catch (cause) {
    if (!(cause instanceof LibcError)) throw cause;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function holder(runtimeDirectory: string, name: string): number | undefined {
  const directory = stateDirectory(runtimeDirectory, name);
  const lock = directory === undefined ? undefined : openLock(directory);
  if (typeof lock !== 'number') return undefined;
  try {
    return lockHolder(lock);
  } finally {
    closeSync(lock);
  }
}

/**
 * The names of which something is there though nothing of them runs: a supervisor was killed, or a file is none of ours.
 * @throws StateError
 */
export async function listLeftovers(runtimeDirectory: string): Promise<string[]> {
  const idle = () =>
    stateNames(runtimeDirectory).filter((name) => holder(runtimeDirectory, name) === undefined);
  const first = idle();
  if (first.length === 0) return [];
  // What starts or ends just now is none.
  await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
  const still = new Set(idle());
  return first.filter((name) => still.has(name)).sort();
}

/** Whether something is there of a name of which nothing runs, at this moment. */
export const isLeft = (runtimeDirectory: string, name: string): boolean => {
  const directory = stateDirectory(runtimeDirectory, name);
  if (directory === undefined || !existsSync(directory)) return false;
  return holder(runtimeDirectory, name) === undefined;
};

const MOMENT_MS = 20;

/**
 * Of the children of a supervisor (the guard is another one) the one in a pid namespace below that of the supervisor.
 * @see proc_pid_status(5), NSpid
 */
function initOf(supervisor: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8');
    const depth = (pid: number | string) =>
      /^NSpid:(.*)$/m
        .exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        ?.trim()
        .split(/\s+/).length ?? 0;
    const init = children.split(' ').find((pid) => pid !== '' && depth(pid) > depth(supervisor));
    return init === undefined ? undefined : Number(init);
  } catch {
    return undefined;
  }
}
