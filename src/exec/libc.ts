import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { RESOLVE } from '../linux/flags.ts';

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
const socketpair = libc.func('int socketpair(int domain, int type, int protocol, _Out_ int *ends)');
const shutdownCall = libc.func('int shutdown(int fd, int how)');
const pollCall = libc.func('int poll(void *polled, unsigned long count, int timeout)');
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
const O_NONBLOCK = 0o4000;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const F_ADD_SEALS = 1033;
/** F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE */
const ALL_SEALS = 15;
const [F_GETLK, F_SETLK, F_SETLKW] = [5, 6, 7];
const F_WRLCK = 1;
const F_UNLCK = 2;
/** The same numbers on every architecture. */
const [SYS_pidfd_send_signal, SYS_pidfd_open, SYS_openat2, SYS_pidfd_getfd] = [424, 434, 437, 438];
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

/** The same, and waits for as long as another process holds it. */
export function waitForLock(descriptor: number): void {
  const flock = Buffer.alloc(32);
  flock.writeInt16LE(F_WRLCK, 0);
  while (fcntl(descriptor, F_SETLKW, 'void *', flock) < 0) {
    if (koffi.errno() !== EINTR) throw new LibcError('fcntl(F_SETLKW)', koffi.errno());
  }
}

/** A descriptor of the process: it never comes to mean another one, as a number can. */
export const pidfdOpen = (pid: number): number =>
  checked('pidfd_open', Number(syscall(SYS_pidfd_open, 'int', pid, 'unsigned int', 0)));

const ESRCH = 3;
/** Of sigaction(2): sent by sigqueue. */
const SI_QUEUE = -1;

/** A process that has ended by now needs no signal. */
export function pidfdSignal(descriptor: number, signal: number): void {
  const none = ['void *', null, 'unsigned int', 0] as const; // no details, no flags
  const result = Number(syscall(SYS_pidfd_send_signal, 'int', descriptor, 'int', signal, ...none));
  if (result < 0 && koffi.errno() !== ESRCH) checked('pidfd_send_signal', result);
}

/**
 * Sends a signal with a number beside it. @see sigqueue(3)
 * @throws LibcError
 */
export function pidfdQueue(descriptor: number, signal: number, value: number): void {
  const info = Buffer.alloc(128);
  info.writeInt32LE(signal, 0);
  info.writeInt32LE(SI_QUEUE, 8);
  info.writeInt32LE(process.pid, 16);
  info.writeInt32LE(process.getuid?.() ?? 0, 20);
  info.writeInt32LE(value, 24);
  const args = ['int', descriptor, 'int', signal, 'void *', info, 'unsigned int', 0] as const;
  checked('pidfd_send_signal', Number(syscall(SYS_pidfd_send_signal, ...args)));
}

/**
 * Opens a path within the directory `root`: no link and no `..` in it leads out, and none of /proc is followed.
 * @see openat2(2)
 */
export function openInRoot(root: number, path: string, flags: number): number {
  const how = Buffer.alloc(24);
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(RESOLVE.RESOLVE_IN_ROOT | RESOLVE.RESOLVE_NO_MAGICLINKS), 16);
  const args = ['int', root, 'const char *', path, 'void *', how, 'size_t', how.length] as const;
  return checked('openat2', Number(syscall(SYS_openat2, ...args)));
}

/** Waits until a process has ended; false if it has not within so many milliseconds (-1: as long as it takes). */
export const waitForEnd = (pidfd: number, timeoutMs: number): boolean =>
  poll([pidfd], timeoutMs).includes(true);

/** A duplicate of descriptor `number` of another process. @see pidfd_getfd(2) */
export const pidfdGetfd = (descriptor: number, number: number): number =>
  checked(
    'pidfd_getfd',
    Number(syscall(SYS_pidfd_getfd, 'int', descriptor, 'int', number, 'unsigned int', 0)),
  );

const [TIOCSPTLCK, TIOCGPTPEER] = [0x40045431, 0x5441];
const O_NOCTTY = 0o400;

/** A pseudo terminal of a ptmx: `master` is this end of it. @see pts(4), ioctl_tty(2) */
export function pseudoTerminal(ptmx: string): { readonly master: number; readonly slave: number } {
  const master = openSync(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC);
  checked('ioctl(TIOCSPTLCK)', ioctl(master, TIOCSPTLCK, Buffer.alloc(4)));
  const slave = Number(
    syscall(
      ioctlNumber(),
      'int',
      master,
      'long',
      TIOCGPTPEER,
      'long',
      O_RDWR | O_NOCTTY | O_CLOEXEC,
    ),
  );
  return { master, slave: checked('ioctl(TIOCGPTPEER)', slave) };
}

/** By its number, as `ioctl` takes a pointer here. */
const ioctlNumber = (): number => (process.arch === 'arm64' ? 29 : 16);

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

/** The ends of a pipe or a socket pair. */
export interface Ends {
  readonly reader: number;
  readonly writer: number;
}

export function pipe(): Ends {
  const ends = [0, 0];
  checked('pipe2', pipe2(ends, O_CLOEXEC));
  return high(ends);
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;

/** As a pipe, but the reader can tell a writer that has said all (`endWriting`) from one that has closed its end. */
export function socketPipe(): Ends {
  const ends = [0, 0];
  checked('socketpair', socketpair(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, ends));
  return high(ends);
}

/** Numbered 10 or higher: free of the numbers that a spawned program expects something at. */
function high(ends: readonly number[]): Ends {
  const [reader = 0, writer = 0] = ends.map((low) => {
    const moved = checked('fcntl(F_DUPFD_CLOEXEC)', fcntl(low, F_DUPFD_CLOEXEC, 'int', 10));
    closeSync(low);
    return moved;
  });
  return { reader, writer };
}

/** The same open file under another number, 10 or higher. */
export const duplicate = (descriptor: number): number =>
  checked('fcntl(F_DUPFD_CLOEXEC)', fcntl(descriptor, F_DUPFD_CLOEXEC, 'int', 10));

/** Neither reads nor writes wait at this end any more. */
export function setNonBlocking(descriptor: number): void {
  checked('fcntl(F_SETFL)', fcntl(descriptor, F_SETFL, 'int', O_NONBLOCK));
}

const SHUT_WR = 1;

/** The reader of the socket finds the end of what was written; it stays open. */
export function endWriting(socket: number): void {
  shutdownCall(socket, SHUT_WR); // ENOTCONN: the reader has gone
}

const POLLIN = 1;
const EINTR = 4;

/** Waits until one of the descriptors can be read or has come to its end; says of each whether it has. */
export const waitForAny = (descriptors: readonly number[]): boolean[] => poll(descriptors, -1);

/** Whether the descriptor can be read now, or has come to its end. */
export const isReady = (descriptor: number): boolean => poll([descriptor], 0).includes(true);

function poll(descriptors: readonly number[], timeoutMs: number): boolean[] {
  const polled = Buffer.alloc(8 * descriptors.length);
  descriptors.forEach((descriptor, index) => {
    polled.writeInt32LE(descriptor, 8 * index);
    polled.writeInt16LE(POLLIN, 8 * index + 4);
  });
  while (pollCall(polled, descriptors.length, timeoutMs) < 0) {
    if (koffi.errno() !== EINTR) checked('poll', -1);
  }
  return descriptors.map((_, index) => polled.readInt16LE(8 * index + 6) !== 0);
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
