import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename } from 'node:path';
import { LibcError, openInRoot, pidfdOpen, pidfdSignal } from '../exec/libc.ts';
import { endSignals, initctlPaths, runLevelRecord } from '../linux/end-requests.ts';
import { findRunning, type Running } from './running.ts';

export type Wish = 'shutdown' | 'reboot';
/** By a record in its FIFO, or by a signal. */
export type AskMode = 'initctl' | 'signal';

/**
 * Asks the init of a container to end, or to start again: systemd by its signal, what reads a FIFO of initctl by a record, and
 * any other by a signal that it has a handler for or waits for. Any other signal the kernel would keep from it.
 * @returns whether it could be asked
 * @see https://libvirt.org/drvlxc.html
 */
export function askInit(
  runtimeDirectory: string,
  { name, supervisorPid, initPid }: Running,
  wish: Wish,
  modes: readonly AskMode[],
): boolean {
  if (initPid === undefined) return false;
  let pidfd: number | undefined;
  try {
    pidfd = pidfdOpen(initPid);
    // The number may have come to mean another process before the descriptor was there.
    const still = findRunning(runtimeDirectory, name);
    if (still?.supervisorPid !== supervisorPid || still.initPid !== initPid) return false;
    const isSystemd = commandOf(initPid) === 'systemd';
    const asks = modes.includes('signal') ? [...modes].reverse() : modes;
    for (const mode of isSystemd ? asks : modes) {
      if (mode === 'initctl' ? giveRecord(initPid, wish) : sendSignal(pidfd, initPid, wish))
        return true;
    }
    return false;
  } catch (cause) {
    if (cause instanceof LibcError) return false; // it has ended
    throw cause;
  } finally {
    if (pidfd !== undefined) closeSync(pidfd);
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

function sendSignal(pidfd: number, pid: number, wish: Wish): boolean {
  const { systemd, busybox, other } = endSignals[wish];
  const command = commandOf(pid);
  const signal = command === 'systemd' ? systemd : isBusyboxInit(pid, command) ? busybox : other;
  if (!takes(pid, signal)) return false;
  pidfdSignal(pidfd, signal);
  return true;
}

function isBusyboxInit(pid: number, command: string | undefined): boolean {
  if (command !== 'init' && command !== 'linuxrc') return false;
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('busybox');
  } catch {
    return false;
  }
}

/** Whether it has a handler for the signal, or blocks it to wait for it. @see proc_pid_status(5) */
function takes(pid: number, signal: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return ['SigBlk', 'SigCgt'].some((mask) => {
      const [, digits = '0'] = new RegExp(`^${mask}:\\s*([0-9a-f]+)$`, 'm').exec(status) ?? [];
      return (BigInt(`0x${digits}`) & (1n << BigInt(signal - 1))) !== 0n;
    });
  } catch {
    return false;
  }
}

const O_PATH = 0o10000000;

/**
 * Writes the record to the first of the FIFOs that is one and that somebody reads. They are looked for in the root of init, where
 * nothing leads out, and opened only when known to be a FIFO, and none of the host's: a container that has the host's /run would end the host.
 */
function giveRecord(pid: number, wish: Wish): boolean {
  const record = runLevelRecord(wish === 'shutdown' ? '0' : '6');
  const root = openSync(`/proc/${pid}/root`, O_PATH | constants.O_DIRECTORY);
  try {
    return initctlPaths.some((path) => {
      let fifo: number | undefined;
      try {
        fifo = openInRoot(root, path, O_PATH);
        if (!fstatSync(fifo).isFIFO() || isOfHost(fifo)) return false;
        const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
        const open = openSync(`/proc/self/fd/${fifo}`, flags);
        try {
          return writeSync(open, record) === record.length;
        } finally {
          closeSync(open);
        }
      } catch {
        return false; // there is none, or nobody reads it
      } finally {
        if (fifo !== undefined) closeSync(fifo);
      }
    });
  } finally {
    closeSync(root);
  }
}

function isOfHost(fifo: number): boolean {
  const { dev, ino } = fstatSync(fifo);
  return initctlPaths.some((path) => {
    const host = statSync(path, { throwIfNoEntry: false });
    return host?.dev === dev && host.ino === ino;
  });
}
