/** What is known of a machine before it is asked about a domain: enough to give one its defaults. */
export interface MachineFacts {
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
  /** Whether the kernel has FUSE (/dev/fuse). */
  readonly fuse?: boolean;
  /** Of `exposedPaths` those that there are. */
  readonly exposed?: readonly string[];
  /** Whether the kernel has an audit system, be it on or off. */
  readonly audit?: boolean;
  /** MemTotal of /proc/meminfo. */
  readonly memoryTotalKiB: number;
  /** How many descriptors a process of who asked may have: the hard limit, to which Node raises that of `create`. */
  readonly descriptors?: number;
  readonly cgroups: CgroupFacts;
  /** The mount points of the host in the order of /proc/self/mountinfo (a point may occur twice). */
  readonly mounts: readonly MountFact[];
  /** Where running containers have their state (`/run/lxplain`; `LXPLAIN_ROOT` moves it). */
  readonly runtimeDirectory: string;
  /** Where logs are kept that outlive a container (`/var/log/lxplain`); without it there are none. */
  readonly logDirectory?: string;
  /** What a libvirt on this machine would answer where domain XML leaves something open. */
  readonly libvirt: LibvirtFacts;
  /** Architectures whose programs are emulated in every root: entries of binfmt_misc with the flag F. */
  readonly emulated?: readonly string[];
}

/**
 * What was looked up for one domain, as its transforms have completed it. What is not here is not known: it was not
 * asked for, may not be looked at, or shows only once the container is there.
 */
export interface LookedUp {
  /** Host paths named by the domain, symlinks followed. */
  readonly paths: Readonly<Record<string, PathFact>>;
  /** Paths of the container by its root file system, symlinks resolved within it: root → path → fact. */
  readonly rootPaths: Readonly<Record<string, Readonly<Record<string, PathFact>>>>;
  /** The files by which the kernel weighs the input and output of groups: `blkio.bfq.weight`, `io.weight` … */
  readonly blockWeights?: readonly string[];
  /** The USB devices of the machine. */
  readonly usb?: readonly UsbFact[];
  /** Virtual networks, by their names. */
  readonly networks?: Readonly<Record<string, NetworkFact>>;
  /** The texts of profiles of system calls, by their paths. */
  readonly profiles?: Readonly<Record<string, string>>;
}

/**
 * All that the compiler may know of a machine. Plain data: a plan for another machine is made from that
 * machine's facts, and every golden test from fixed ones.
 */
export interface HostFacts extends MachineFacts, LookedUp {}

export type Arch = 'x86_64' | 'aarch64';

export interface Kernel {
  readonly release: string;
  readonly major: number;
  readonly minor: number;
}

export interface CgroupFacts {
  readonly v1: readonly HierarchyFact[];
  /** The v2 hierarchy: its controllers, and those already enabled for the children of its root. */
  readonly v2?: {
    readonly mountPoint: string;
    readonly controllers: readonly string[];
    readonly enabled: readonly string[];
  };
  /** Whether the memory controller counts swap too. */
  readonly swap?: boolean;
}

/** A hierarchy of cgroup v1. */
export interface HierarchyFact {
  readonly mountPoint: string;
  /** As in the mount options (`name=systemd` included). */
  readonly controllers: readonly string[];
  /** Of `cpuset` what the root has: a new group has nothing, and cannot be joined like that. */
  readonly cpuset?: { readonly cpus: string; readonly mems: string };
}

export interface MountFact {
  readonly point: string;
  readonly type: string;
  /** No program of it may be executed. */
  readonly noexec?: true;
}

export interface LibvirtFacts {
  /** `<emulator>` when none is given. */
  readonly emulator: string;
  /** libvirt names of the architectures offered for `exe`. */
  readonly guestArchs: readonly string[];
  readonly securityModel: string;
}

export type PathFact =
  | {
      readonly kind: 'missing';
      /** What lies on the way to it and is no directory. */
      readonly below?: string;
    }
  | (Owned & {
      readonly kind: 'directory';
      /** Where it is if symlinks led there. */
      readonly real?: string;
    })
  | (Owned & {
      readonly kind: 'file';
      readonly program?: ProgramFact;
      /** Of a list, if it is one: its lines without blanks at both ends, comments and empty ones left out. */
      readonly lines?: readonly string[];
      readonly filesystems?: FilesystemsFact;
    })
  | (Owned & { readonly kind: 'socket' | 'fifo' })
  | (Owned & {
      readonly kind: 'block' | 'char';
      readonly major: number;
      readonly minor: number;
      readonly filesystems?: FilesystemsFact;
    });

/** Of an image or a block device: the types of file systems whose marks it has. Undefined: it cannot be read, or was not to be. */
type FilesystemsFact = readonly string[];

interface Owned {
  readonly uid?: number;
  readonly gid?: number;
  /** Octal text, such as `0755`. */
  readonly mode?: string;
}

/** Where a USB device is, and what it is. */
export interface UsbFact {
  readonly bus: number;
  readonly device: number;
  readonly vendor: number;
  readonly product: number;
}

/** What an interface of a virtual network is connected to. */
export type NetworkFact =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'bridge';
      readonly bridge: string;
      /** Who has started it; undefined if it is not started. */
      readonly of?: 'libvirt' | 'lxplain';
    }
  | {
      readonly kind: 'direct';
      readonly device: string;
      readonly mode: 'vepa' | 'private' | 'bridge' | 'passthrough';
      readonly of?: 'libvirt' | 'lxplain';
    };

/** What execve(2) makes of a file. */
export type ProgramFact =
  | {
      readonly format: 'elf';
      /** libvirt's name of it, or `elf-NUMBER`. */
      readonly arch: string;
      readonly interpreter?: string;
    }
  | { readonly format: 'script'; readonly interpreter: string }
  | { readonly format: 'unknown' };

/** What a domain asks of a machine. */
export interface Wanted {
  /** Whether the files by which input and output are weighed have to be known. */
  readonly blockWeights?: boolean;
  /** Whether the USB devices have to be known. */
  readonly usb?: boolean;
  /** Paths of the host. */
  readonly paths: readonly string[];
  /** Those of them that hold a file system. */
  readonly images?: readonly string[];
  /** Names of virtual networks. */
  readonly networks?: readonly string[];
  /** Paths of profiles of system calls. */
  readonly profiles?: readonly string[];
  /** Paths of the container. */
  readonly inside?: WantedInside;
}

export interface WantedInside {
  /** The directory of the host that is the root. */
  readonly root: string;
  /** What is mounted in it; without a source nobody knows what is there. */
  readonly mounts: readonly { readonly target: string; readonly source?: string }[];
  readonly paths: readonly string[];
  /** Places of mounts: what they will cover. */
  readonly points: readonly string[];
  /** Programs, and in turn what is needed to execute them. */
  readonly programs: readonly string[];
  /** Files of which the lines are asked for. */
  readonly lists?: readonly string[];
}
