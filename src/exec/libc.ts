import koffi from 'koffi';

/**
 * The few calls that Node lacks. Loaded only by the commands that run something.
 * @see memfd_create(2), fcntl(2), pidfd_open(2), pidfd_send_signal(2)
 */
const libc = koffi.load('libc.so.6');
const memfdCreate = libc.func('int memfd_create(const char *name, unsigned int flags)');
const fcntl = libc.func('int fcntl(int fd, int cmd, ...)');
const syscall = libc.func('long syscall(long number, ...)');

const [MFD_CLOEXEC, MFD_ALLOW_SEALING] = [1, 2];
const F_ADD_SEALS = 1033;
/** F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE */
const ALL_SEALS = 15;
const F_GETLK = 5;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** The same numbers on every architecture. */
const [SYS_pidfd_send_signal, SYS_pidfd_open] = [424, 434];

/** A call of the C library failed on the host. */
export class LibcError extends Error {
  override readonly name = 'LibcError';
  readonly errno: number;
  constructor(call: string, errno: number) {
    super(`${call}: errno ${errno}`);
    this.errno = errno;
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new LibcError(call, koffi.errno());
  return result;
}

/** An empty file in memory that can be sealed. */
export const memfd = (name: string): number =>
  checked('memfd_create', memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));

/** From here on nobody can change the file, not even through another descriptor. */
export const seal = (descriptor: number): number =>
  checked('fcntl(F_ADD_SEALS)', fcntl(descriptor, F_ADD_SEALS, 'int', ALL_SEALS));

/** The process that holds a lock on the file, or undefined. */
export function lockHolder(descriptor: number): number | undefined {
  const flock = Buffer.alloc(32);
  flock.writeInt16LE(F_WRLCK, 0);
  checked('fcntl(F_GETLK)', fcntl(descriptor, F_GETLK, 'void *', flock));
  return flock.readInt16LE(0) === F_UNLCK ? undefined : flock.readInt32LE(24);
}

/** A descriptor of the process: it never comes to mean another one, as a number can. */
export const pidfdOpen = (pid: number): number =>
  checked('pidfd_open', Number(syscall(SYS_pidfd_open, 'int', pid, 'unsigned int', 0)));

export const pidfdSignal = (descriptor: number, signal: number): number =>
  checked(
    'pidfd_send_signal',
    Number(
      syscall(
        SYS_pidfd_send_signal,
        'int',
        descriptor,
        'int',
        signal,
        'void *',
        null,
        'unsigned int',
        0,
      ),
    ),
  );
