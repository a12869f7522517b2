import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { pidfdGetfd, pidfdOpen, setWindowSize } from './libc.ts';

/** Gives console `number` of a supervisor's container its size; the programs inside are told by SIGWINCH. */
export interface Terminal {
  resize(rows: number, columns: number): void;
  close(): void;
}

/**
 * Console `number` of the container that `supervisorPid` supervises, through the master that it holds. The
 * slave belongs to the container, which may have put anything in its place. Undefined if there is none.
 * @see pidfd_getfd(2), ioctl_tty(2)
 */
export function openTerminal(supervisorPid: number, number: number): Terminal | undefined {
  const [master] = openMaster(supervisorPid, number, 1) ?? [];
  if (master === undefined) return undefined;
  return {
    resize: (rows, columns) => setWindowSize(master, rows, columns),
    close: () => closeSync(master),
  };
}

/** So many descriptors of the master of a console; undefined if there is none of that number. */
export function openMaster(
  supervisorPid: number,
  number: number,
  count: number,
): readonly number[] | undefined {
  const pidfd = pidfdOpen(supervisorPid);
  try {
    const descriptor = masterOf(supervisorPid, number);
    if (descriptor === undefined) return undefined;
    return Array.from({ length: count }, () => pidfdGetfd(pidfd, descriptor));
  } finally {
    closeSync(pidfd);
  }
}

/** Of a pseudo terminal only the master shows its number. @see fs/proc/fd.c, drivers/tty/pty.c, pty_show_fdinfo */
function masterOf(pid: number, number: number): number | undefined {
  const found = readdirSync(`/proc/${pid}/fdinfo`).find((descriptor) =>
    new RegExp(`^tty-index:\\s*${number}$`, 'm').test(
      readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'),
    ),
  );
  return found === undefined ? undefined : Number(found);
}
