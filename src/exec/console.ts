import { closeSync, existsSync, readFileSync } from 'node:fs';
import { ATTACH, CLIENT_DESCRIPTOR } from '../linux/console-clients.ts';
import { errorCode } from '../linux/error-code.ts';
import { signals } from '../linux/flags.ts';
import { pidfdGetfd, pidfdOpen, pidfdQueue, pidfdSignal, waitForEnd } from './libc.ts';

/** Who has a console: this process, another one, or nobody who could be told. */
export type Attached =
  | { readonly kind: 'attached' }
  | { readonly kind: 'busy'; readonly holder: number | undefined }
  /** The supervisor does not answer: it may have stopped, or ends. */
  | { readonly kind: 'silent' };

const [PAUSE_MS, TIMEOUT_MS] = [2, 2_000];

/**
 * Asks the supervisor for a console, and waits until it says who has it. This process has it as long as it lives.
 * @see lower/attach.ts
 */
export function attach(supervisorPid: number, number: number): Attached {
  const supervisor = pidfdOpen(supervisorPid);
  try {
    pidfdQueue(supervisor, ATTACH, number);
    for (let waited = 0; waited < TIMEOUT_MS; waited += PAUSE_MS) {
      const holder = holderOf(supervisorPid, number);
      if (holder === process.pid) return { kind: 'attached' };
      if (holder !== undefined) return { kind: 'busy', holder };
      if (waited >= TIMEOUT_MS / 10 && hasStarter(supervisorPid) && number === 0)
        return { kind: 'busy', holder: parentOf(supervisorPid) };
      sleep(PAUSE_MS);
    }
    return { kind: 'silent' };
  } finally {
    closeSync(supervisor);
  }
}

/** The process that the supervisor keeps for a console. @see proc_pid_fdinfo(5) */
function holderOf(supervisorPid: number, number: number): number | undefined {
  try {
    const path = `/proc/${supervisorPid}/fdinfo/${CLIENT_DESCRIPTOR + number}`;
    const [, pid] = /^Pid:\s*(\d+)$/m.exec(readFileSync(path, 'latin1')) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Whether who started the container was given its console: at descriptors 4 and 5 of the supervisor. */
const hasStarter = (supervisorPid: number): boolean =>
  existsSync(`/proc/${supervisorPid}/fd/4`) && existsSync(`/proc/${supervisorPid}/fd/5`);

function parentOf(pid: number): number | undefined {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const parent = Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
  return parent > 1 ? parent : undefined;
}

/** Ends the client that has a console, if it is one that has attached. False if it does not end. */
export function takeOver(supervisorPid: number, number: number): boolean {
  if (holderOf(supervisorPid, number) === undefined) return true;
  const supervisor = pidfdOpen(supervisorPid);
  let client: number | undefined;
  try {
    // Not by its number, which may be another process's by then.
    client = pidfdGetfd(supervisor, CLIENT_DESCRIPTOR + number);
    pidfdSignal(client, signals.SIGTERM);
    pidfdSignal(client, signals.SIGCONT);
    return waitForEnd(client, TIMEOUT_MS);
  } finally {
    closeSync(supervisor);
    if (client !== undefined) closeSync(client);
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
