import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockHolder, pidfdOpen, pidfdSignal } from '../exec/libc.ts';
import { ifThere } from './error.ts';

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
  return { name, supervisorPid, initPid: firstChild(supervisorPid) };
}

/** The ELF file that the supervisor executes: it holds the plan and the domain. */
export const programOf = ({ supervisorPid }: Running): Uint8Array =>
  readFileSync(`/proc/${supervisorPid}/exe`);

const SIGTERM = 15;
const [PAUSE_MS, TIMEOUT_MS] = [5, 10_000];

/** Ends a container and waits until its name is free. False if it did not end in 10 s. */
export async function stop(
  runtimeDirectory: string,
  { name, supervisorPid }: Running,
): Promise<boolean> {
  const descriptor = pidfdOpen(supervisorPid);
  // The number may have come to mean another process before the descriptor was there.
  if (holder(runtimeDirectory, name) === supervisorPid) pidfdSignal(descriptor, SIGTERM);
  closeSync(descriptor);
  for (let waited = 0; waited < TIMEOUT_MS; waited += PAUSE_MS) {
    if (holder(runtimeDirectory, name) !== supervisorPid) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}

function holder(runtimeDirectory: string, name: string): number | undefined {
  const file = lockFile(runtimeDirectory, name);
  const descriptor = file === undefined ? undefined : ifThere(file, (path) => openSync(path, 'r+'));
  if (descriptor === undefined) return undefined;
  try {
    return lockHolder(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** undefined for what cannot be the name of a container, and would lead out of the directory. */
export const lockFile = (runtimeDirectory: string, name: string): string | undefined =>
  name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')
    ? undefined
    : join(runtimeDirectory, name, 'lock');

/**
 * The names of containers that run or have left something.
 * @throws StateError
 */
export const stateNames = (runtimeDirectory: string): string[] =>
  ifThere(runtimeDirectory, (path) => readdirSync(path)) ?? [];

function firstChild(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children === '' ? undefined : Number.parseInt(children, 10);
  } catch {
    return undefined;
  }
}
