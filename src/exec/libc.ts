import { closeSync } from 'node:fs';
import koffi from 'koffi';

/**
 * The few calls that Node lacks. Loaded only by the commands that run something.
 * @see memfd_create(2), fcntl(2), pidfd_open(2), pidfd_send_signal(2), posix_spawn(3)
 */
const libc = koffi.load(null); // the C library that Node itself runs on
const memfdCreate = libc.func('int memfd_create(const char *name, unsigned int flags)');
const fcntl = libc.func('int fcntl(int fd, int cmd, ...)');
const syscall = libc.func('long syscall(long number, ...)');
const tcgetattr = libc.func('int tcgetattr(int fd, void *termios)');
const tcsetattr = libc.func('int tcsetattr(int fd, int when, void *termios)');
const cfmakeraw = libc.func('void cfmakeraw(void *termios)');
const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)');

const strerrorCall = libc.func('const char *strerror(int number)');
const pipe2 = libc.func('int pipe2(_Out_ int *ends, int flags)');
const waitpidCall = libc.func('int waitpid(int pid, _Out_ int *status, int options)');
const posixSpawn = libc.func(
  'int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attributes, const char **argv, const char **environment)',
);
const actionsInit = libc.func('int posix_spawn_file_actions_init(void *actions)');
const actionsDestroy = libc.func('int posix_spawn_file_actions_destroy(void *actions)');
const actionsOpen = libc.func(
  'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, int mode)',
);
const actionsDup2 = libc.func(
  'int posix_spawn_file_actions_adddup2(void *actions, int from, int to)',
);
const attributesInit = libc.func('int posix_spawnattr_init(void *attributes)');
const attributesFlags = libc.func('int posix_spawnattr_setflags(void *attributes, short flags)');
const attributesDefault = libc.func(
  'int posix_spawnattr_setsigdefault(void *attributes, void *set)',
);

const [MFD_CLOEXEC, MFD_ALLOW_SEALING] = [1, 2];
const O_CLOEXEC = 0o2000000;
const O_RDWR = 2;
const F_DUPFD_CLOEXEC = 1030;
const F_ADD_SEALS = 1033;
/** F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE */
const ALL_SEALS = 15;
const [F_GETLK, F_SETLK] = [5, 6];
const F_WRLCK = 1;
const F_UNLCK = 2;
/** The same numbers on every architecture. */
const [SYS_pidfd_send_signal, SYS_pidfd_open, SYS_pidfd_getfd] = [424, 434, 438];
const TIOCSWINSZ = 0x5414;

/** A call of the C library failed on the host. */
export class LibcError extends Error {
  override readonly name = 'LibcError';
  readonly call: string;
  readonly errno: number;
  constructor(call: string, errno: number) {
    super(`${call}: errno ${errno}`);
    this.call = call;
    this.errno = errno;
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new LibcError(call, koffi.errno());
  return result;
}

/** What the C library says of an error: `Permission denied`. @see strerror(3) */
export const strerror = (errno: number): string => strerrorCall(errno);

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

/** Locks the file for this process until it closes the file; false if another process holds it. */
export function takeLock(descriptor: number): boolean {
  const flock = Buffer.alloc(32);
  flock.writeInt16LE(F_WRLCK, 0);
  return fcntl(descriptor, F_SETLK, 'void *', flock) >= 0;
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

/** A duplicate of descriptor `number` of another process. @see pidfd_getfd(2) */
export const pidfdGetfd = (descriptor: number, number: number): number =>
  checked(
    'pidfd_getfd',
    Number(syscall(SYS_pidfd_getfd, 'int', descriptor, 'int', number, 'unsigned int', 0)),
  );

/** In characters. @see ioctl_tty(2) */
export function setWindowSize(terminal: number, rows: number, columns: number): void {
  checked('ioctl(TIOCSWINSZ)', ioctl(terminal, TIOCSWINSZ, new Uint16Array([rows, columns, 0, 0])));
}

/** More than any C library's `struct termios`. */
const TERMIOS = 256;
const TCSADRAIN = 1;

/**
 * Puts a terminal into raw mode: every byte goes through unchanged, in both directions. Node's own raw mode
 * still turns LF into CR LF, which spoils full-screen programs.
 * @returns what gives the terminal back as it was
 * @see termios(3)
 */
export function makeRaw(terminal: number): () => void {
  const before = Buffer.alloc(TERMIOS);
  checked('tcgetattr', tcgetattr(terminal, before));
  const raw = Buffer.from(before);
  cfmakeraw(raw);
  checked('tcsetattr', tcsetattr(terminal, TCSADRAIN, raw));
  return () => {
    tcsetattr(terminal, TCSADRAIN, before);
  };
}

/** Both ends of a pipe, numbered 10 or higher: free of the numbers that a spawned program expects something at. */
export function pipe(): { readonly reader: number; readonly writer: number } {
  const ends = [0, 0];
  checked('pipe2', pipe2(ends, O_CLOEXEC));
  const [reader = 0, writer = 0] = ends.map((low) => {
    const high = checked('fcntl(F_DUPFD_CLOEXEC)', fcntl(low, F_DUPFD_CLOEXEC, 'int', 10));
    closeSync(low);
    return high;
  });
  return { reader, writer };
}

/** More than any C library's `posix_spawn_file_actions_t`, `posix_spawnattr_t` and `sigset_t`. */
const OPAQUE = 1024;
/** POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID */
const SPAWN_FLAGS = 0x04 | 0x80;

/**
 * Starts a program in a session of its own, without environment and with every signal at its default.
 * Descriptors 0 to 2 are /dev/null, from 3 on those of `descriptors` in their order; the others are closed if
 * they are marked so. Its cost does not grow with the memory of this process, as that of a fork does.
 * @returns its process id
 * @throws LibcError
 */
export function spawn(path: string, argv0: string, descriptors: readonly number[]): number {
  const actions = Buffer.alloc(OPAQUE);
  const attributes = Buffer.alloc(OPAQUE);
  actionsInit(actions);
  attributesInit(attributes);
  try {
    for (const standard of [0, 1, 2]) actionsOpen(actions, standard, '/dev/null', O_RDWR, 0);
    descriptors.forEach((descriptor, index) => {
      actionsDup2(actions, descriptor, 3 + index);
    });
    attributesDefault(attributes, Buffer.alloc(128, 0xff));
    attributesFlags(attributes, SPAWN_FLAGS);
    const pid = [0];
    const errno = posixSpawn(pid, path, actions, attributes, [argv0, null], [null]);
    if (errno !== 0) throw new LibcError('posix_spawn', errno);
    return pid[0] ?? 0;
  } finally {
    actionsDestroy(actions);
  }
}

/** Waits for a child; its exit status, or 128 and the signal that killed it. */
export function waitFor(pid: number): number {
  const status = [0];
  checked('waitpid', waitpidCall(pid, status, 0));
  const word = status[0] ?? 0;
  return (word & 0x7f) === 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f);
}
