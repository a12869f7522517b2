import { signals } from './flags.ts';

/** How an init is asked to end. */
export type EndRequest =
  /** A signal, if init is this program (`/proc/PID/comm`, eight bytes of it at most). */
  | {
      readonly by: 'signal';
      readonly signal: number;
      readonly name: string;
      readonly program: string;
    }
  /** A record in a FIFO that somebody inside reads, the first that there is. */
  | { readonly by: 'record'; readonly paths: readonly string[]; readonly record: Uint8Array }
  /** A signal, if init has a handler for it or waits for it: any other the kernel keeps from a process 1. */
  | { readonly by: 'signal'; readonly signal: number; readonly name: string };

/** The most that an init may be given to end: a day. */
export const MOST_GRACE_SECONDS = 86_400;

/** The first `SIGRTMIN` that a C library gives to programs. @see signal(7), "Real-time signals" */
const SIGRTMIN = 34;

/**
 * `struct init_request` of initctl(5): change to a run level, 0 for power off and 6 for a reboot. 384 bytes.
 * @see libvirt 9.0, src/util/virinitctl.c, virInitctlRequest
 */
export function runLevelRecord(level: '0' | '6'): Uint8Array {
  const record = new Uint8Array(384);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x03091969, true); // magic
  view.setUint32(4, 1, true); // change the run level
  view.setUint32(8, level.charCodeAt(0), true);
  return record;
}

/** The FIFOs in which an init may read such records, in the order of libvirt. */
export const initctlPaths = ['/run/initctl', '/dev/initctl', '/etc/.initctl'] as const;

/** What an init is asked for by signals: those of systemd, of busybox, and of any other. */
export const endSignals = {
  shutdown: { systemd: SIGRTMIN + 3, busybox: signals.SIGUSR2, other: signals.SIGTERM },
  reboot: { systemd: SIGRTMIN + 5, busybox: signals.SIGTERM, other: signals.SIGHUP },
} as const;

/**
 * What is asked of which init, in the order in which it is tried; where none applies nobody can be asked.
 * systemd comes first: it reads the FIFO by a service of its own, which is not there at once, and re-executes itself at
 * SIGTERM. Then what libvirt's page says: initctl, else SIGTERM.
 * @see systemd(1), "Signals"; https://libvirt.org/drvlxc.html
 */
export const endRequests: readonly EndRequest[] = [
  { by: 'signal', signal: SIGRTMIN + 3, name: 'SIGRTMIN+3', program: 'systemd' },
  {
    by: 'record',
    paths: initctlPaths,
    record: runLevelRecord('0'),
  },
  { by: 'signal', signal: signals.SIGTERM, name: 'SIGTERM' },
];
