/**
 * Flag names and values of the calls that programs make, each table in the order in which strace prints them.
 */

/** @see include/uapi/linux/mount.h */
export const MS = {
  MS_RDONLY: 1,
  MS_NOSUID: 2,
  MS_NODEV: 4,
  MS_NOEXEC: 8,
  MS_REMOUNT: 32,
  MS_BIND: 4096,
  MS_REC: 16384,
  MS_SLAVE: 1 << 19,
} as const;

/** @see include/uapi/linux/mount.h */
export const MOUNT_ATTR = {
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOEXEC: 8,
  MOUNT_ATTR_IDMAP: 0x100000,
} as const;

/** @see include/uapi/linux/mount.h, include/uapi/linux/fcntl.h */
export const OPEN_TREE = {
  OPEN_TREE_CLONE: 1,
  OPEN_TREE_CLOEXEC: 0o2000000,
  AT_RECURSIVE: 0x8000,
} as const;

export const AT = {
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_RECURSIVE: 0x8000,
  AT_EMPTY_PATH: 0x1000,
} as const;

export const MOVE_MOUNT = {
  MOVE_MOUNT_F_EMPTY_PATH: 4,
  MOVE_MOUNT_T_EMPTY_PATH: 0x40,
} as const;

/** The values differ between architectures where `arm64Open` names them. @see fcntl.h */
export const O = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NOCTTY: 0o400,
  O_NONBLOCK: 0o4000,
  O_DIRECTORY: 0o200000,
  O_APPEND: 0o2000,
  O_NOFOLLOW: 0o400000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
} as const;

/** arm64 swaps O_DIRECTORY with O_DIRECT, and O_NOFOLLOW with O_LARGEFILE. @see arch/arm64/include/uapi/asm/fcntl.h */
export const arm64Open = { ...O, O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000 } as const;

/** How openat2(2) resolves a path. @see include/uapi/linux/openat2.h */
export const RESOLVE = {
  RESOLVE_NO_MAGICLINKS: 0x02,
  RESOLVE_IN_ROOT: 0x10,
} as const;

/** @see include/linux/fs.h */
export const UMOUNT = {
  MNT_DETACH: 2,
  UMOUNT_NOFOLLOW: 8,
} as const;

/** @see include/uapi/linux/sched.h */
export const CLONE = {
  CLONE_VM: 0x100,
  CLONE_FILES: 0x400,
  CLONE_PIDFD: 0x1000,
  CLONE_VFORK: 0x4000,
  CLONE_NEWNS: 0x20000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
  CLONE_INTO_CGROUP: 0x200000000,
} as const;

/** Numbers of the signals that programs name. @see include/uapi/asm-generic/signal.h */
export const signals = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGWINCH: 28,
  /** SIGRTMIN+14 of a C library, which systemd takes as "power off at once". @see systemd(1) */
  SIGRT_16: 48,
  /** What a client of a console sends. @see src/linux/console-clients.ts */
  SIGRT_17: 49,
} as const;

/** Signal names 1 … 31 by number, without SIG. */
export const signalNames = [
  '',
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'STKFLT',
  'CHLD',
  'CONT',
  'STOP',
  'TSTP',
  'TTIN',
  'TTOU',
  'URG',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'WINCH',
  'IO',
  'PWR',
  'SYS',
] as const;
