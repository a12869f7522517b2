/**
 * All that the compiler may know of a machine. Plain data: a plan for another machine is made from that
 * machine's facts, and every golden test from fixed ones.
 */
export interface HostFacts {
  readonly version: 1;
  readonly arch: Arch;
  readonly kernel: Kernel;
  /** Effective user id of the process that asked. */
  readonly euid: number;
  /** 32 hex digits of /etc/machine-id, if there is one. */
  readonly machineId?: string;
  /** Number of the last capability that the kernel knows (/proc/sys/kernel/cap_last_cap). */
  readonly lastCapability: number;
  /** The permitted set of the process that asked (CapPrm), hexadecimal; all known ones if absent. */
  readonly permittedCapabilities?: string;
  /** Whether the kernel has IPv6: an own network has its settings in /proc/sys/net then. */
  readonly ipv6: boolean;
  /** MemTotal of /proc/meminfo. */
  readonly memoryTotalKiB: number;
  readonly cgroups: CgroupFacts;
  /** The mount points of the host in the order of /proc/self/mountinfo (a point may occur twice). */
  readonly mounts: readonly MountFact[];
  /** Where running containers have their state (`/run/lxplain`; `LXPLAIN_ROOT` moves it). */
  readonly runtimeDirectory: string;
  /** What a libvirt on this machine would answer where domain XML leaves something open. */
  readonly libvirt: LibvirtFacts;
  /** Host paths named by the domain, symlinks followed. */
  readonly paths: Readonly<Record<string, PathFact>>;
  /** Paths inside a root file system, symlinks resolved within it: root → path → fact. */
  readonly rootPaths: Readonly<Record<string, Readonly<Record<string, PathFact>>>>;
}

export type Arch = 'x86_64' | 'aarch64';

export interface Kernel {
  readonly release: string;
  readonly major: number;
  readonly minor: number;
}

export interface CgroupFacts {
  /** The v1 hierarchies. `controllers` are as in the mount options (`name=systemd` included). */
  readonly v1: readonly { readonly mountPoint: string; readonly controllers: readonly string[] }[];
  /** The v2 hierarchy: its controllers, and those already enabled for the children of its root. */
  readonly v2?: {
    readonly mountPoint: string;
    readonly controllers: readonly string[];
    readonly enabled: readonly string[];
  };
}

export interface MountFact {
  readonly point: string;
  readonly type: string;
}

export interface LibvirtFacts {
  /** `<emulator>` when none is given. */
  readonly emulator: string;
  /** libvirt names of the architectures offered for `exe`. */
  readonly guestArchs: readonly string[];
  readonly securityModel: string;
}

export type PathFact =
  | { readonly kind: 'missing' }
  | { readonly kind: 'directory' | 'file' | 'socket' | 'fifo' }
  | { readonly kind: 'block' | 'char'; readonly major: number; readonly minor: number };

/** What a domain asks of a machine: host paths, and paths inside root file systems. */
export interface Wanted {
  readonly paths: readonly string[];
  readonly inRoot: readonly { readonly root: string; readonly path: string }[];
}
