import type { Located, Origin } from '../diagnostics/origin.ts';
import type { Idmap } from '../ir/domain.ts';
import type { ProcessLimit, Sysctl } from '../ir/extension.ts';
import type { DirectMode } from '../ir/interface.ts';
import type { CapabilitySets } from '../libvirt/capabilities.ts';
import type { GroupFile, Hierarchy } from '../libvirt/group-files.ts';
import type { Identity } from '../libvirt/init-identity.ts';
import type { ProcFile, ProcSource } from '../linux/proc-files.ts';
import type { SystemCallFilter } from '../linux/system-call-filter.ts';

/**
 * What will exist once a container runs, in the kernel's words and in no order yet, each part with the place that asked
 * for it. The translation from `Domain` decides what libvirt's words mean on this machine; the planner only orders
 * and opens. A front end that is not libvirt's makes it directly.
 */
export interface Container {
  readonly name: Located<string>;
  readonly uuid: string;
  /** Of its own uts namespace. @see sethostname(2) */
  readonly hostname?: Located<string>;
  /** Those that are its own; all others are those of the host, but for what is joined. */
  readonly namespaces: readonly Namespace[];
  /** Those of others that it has instead of its own. */
  readonly joined: readonly Joined[];
  /** Lines of /proc/PID/uid_map and gid_map, and who asked for them. */
  readonly idmap?: Idmap;
  /** Of its own network, in the order of the domain. */
  readonly links: readonly Link[];
  readonly loopback?: { readonly origin: Origin };
  readonly root: Root;
  /** procfs, sysfs, its control groups, and what hides or opens parts of them; each covers what was at its target before. */
  readonly kernelMounts: readonly Mount[];
  /** What of the kernel is hidden. */
  readonly masked?: Masked;
  readonly meminfo?: Meminfo;
  readonly procFiles?: ProcFiles;
  readonly audit?: Audit;
  /** All others but /dev, in the order in which they cover each other; a target may lie in an earlier one. */
  readonly mounts: readonly Mount[];
  readonly dev: Dev;
  /** The terminals /dev/pts/0 … of the consoles. */
  readonly consoles: readonly { readonly origin: Origin }[];
  readonly groups: Groups;
  /** Who init is, if it is not root. */
  readonly identity?: Identity;
  readonly capabilities: CapabilitySets & { readonly origin: Origin };
  /** No program that is executed inside gains a right. @see prctl(2), PR_SET_NO_NEW_PRIVS */
  readonly noNewPrivs?: { readonly origin: Origin };
  /** What becomes of the system calls of every process. */
  readonly systemCalls?: { readonly filter: SystemCallFilter; readonly origin: Origin };
  /** From which nodes memory is taken first. @see set_mempolicy(2) */
  readonly memoryPolicy?: MemoryPolicy;
  /** Of each process. */
  readonly limits: readonly ProcessLimit[];
  /** Of its own namespaces. */
  readonly sysctls: readonly Sysctl[];
  readonly init: Init;
  readonly logs?: Logs;
  readonly restart: { readonly after: readonly End[]; readonly origin: Origin };
  /** How long init has to end after it was asked to. */
  readonly graceSeconds: number;
}

/** What is kept of it beyond its end: how its lives went, and what is said on consoles that nobody reads. */
export interface Logs {
  readonly directory: string;
  /** When a log has this size a new one begins. */
  readonly bytes: number;
  readonly origin: Origin;
}

export type Namespace = 'mount' | 'uts' | 'ipc' | 'pid' | 'user' | 'net' | 'cgroup';

/** A namespace that is there already: of a file, or of the init of another container. */
export type Joined = {
  readonly namespace: 'net' | 'ipc' | 'uts';
  readonly origin: Origin;
} & (
  | { readonly path: string }
  | {
      /** The state of that container. */
      readonly directory: string;
    }
);

/** A link of the container's own network: its name and its address inside, and what is configured on it there. */
export type Link = {
  readonly name: string;
  readonly mtu?: number;
  readonly up: boolean;
  readonly addresses: readonly LinkAddress[];
  readonly routes: readonly LinkRoute[];
  readonly origin: Origin;
} & (
  | {
      /** A pair, of which the host has the other end. */
      readonly kind: 'veth';
      readonly mac: string;
      readonly host: {
        /** Without one the kernel makes the first free one of `vnet%d`. */
        readonly name?: string;
        readonly bridge?: string;
        readonly isolated: boolean;
        readonly addresses: readonly LinkAddress[];
        readonly routes: readonly LinkRoute[];
      };
    }
  | {
      /** A link with an address of its own on one of the host. */
      readonly kind: 'macvlan';
      readonly mac: string;
      readonly parent: string;
      readonly mode: DirectMode;
    }
  | {
      /** One of the host, which it has not any more. */
      readonly kind: 'host';
    }
);

export interface LinkAddress {
  /** With the length of its network: `192.168.122.2/24`. */
  readonly address: string;
  readonly peer?: string;
  readonly origin: Origin;
}

export interface LinkRoute {
  /** The network that it leads to, `0.0.0.0/0` for all. */
  readonly to: string;
  readonly via: string;
  readonly metric: number;
  readonly origin: Origin;
}

export type Root = { readonly origin: Origin } & (
  | {
      /** A directory of the host; all that is mounted below it comes along. */
      readonly kind: 'tree';
      readonly source: string;
      readonly readOnly: boolean;
      /** Its files have the ids inside that they have on the host. */
      readonly idmapped?: true;
    }
  | { readonly kind: 'image'; readonly image: Image }
);

/** A file system of the kernel's on a block device of the host, or in a file, which a loop device makes one. */
export interface Image {
  readonly type: string;
  readonly device: string | Loop;
  readonly readOnly: boolean;
  readonly idmapped?: true;
}

/** A file of the host as a block device, whose number is known only when it has been given. */
export interface Loop {
  readonly file: string;
  readonly readOnly: boolean;
  readonly origin: Origin;
}

export type MountFlag = 'ro' | 'nosuid' | 'nodev' | 'noexec';

export type Mount = {
  readonly target: string;
  readonly origin: Origin;
} & (
  | {
      /** A new instance of a file system. */
      readonly kind: 'filesystem';
      readonly type: 'proc' | 'sysfs' | 'securityfs' | 'selinuxfs' | 'tmpfs';
      readonly source: string;
      readonly options: Readonly<Record<string, string>>;
      readonly flags: readonly MountFlag[];
    }
  | {
      readonly kind: 'image';
      readonly image: Image;
    }
  | {
      /** A tree of the host, with nothing of what is mounted below it. */
      readonly kind: 'tree';
      readonly source: string;
      readonly readOnly: boolean;
      readonly type: 'directory' | 'file';
      readonly idmapped?: true;
    }
  | {
      /** A path of the container itself, as it is seen at that time. */
      readonly kind: 'inside';
      readonly source: string;
      readonly readOnly: boolean;
    }
  | {
      /** The container's own control group in a hierarchy; read-only, unless it is delegated. */
      readonly kind: 'group';
      readonly hierarchy: Hierarchy;
      readonly readOnly: boolean;
    }
);

/** /proc/meminfo with the figures of a group: that of the container in the hierarchy of the memory controller. */
export interface Meminfo {
  readonly hierarchy: Hierarchy;
  /** Whether there is a limit of swap. */
  readonly swap: boolean;
  readonly origin: Origin;
}

/** Files of /proc with what the container has. */
export interface ProcFiles {
  readonly files: readonly ServedFile[];
  readonly origin: Origin;
}

export interface ServedFile {
  readonly file: ProcFile;
  /** Of control groups: how what is read of them is read. */
  readonly version: 1 | 2;
  /** Where it is. */
  readonly reads: Readonly<Partial<Record<ProcSource, string>>>;
}

/** Files and directories of /proc and /sys that are seen as empty, and directories that are read-only. */
export interface Masked {
  readonly files: readonly string[];
  readonly directories: readonly string[];
  readonly settings: readonly string[];
  readonly origin: Origin;
}

/** What the kernel's audit system is told of its start: a record for each thing that it gets of the host. */
export interface Audit {
  readonly resources: readonly string[];
  readonly origin: Origin;
}

/** /dev: a tmpfs with these in it, and devpts on /dev/pts. */
export interface Dev {
  readonly nodes: readonly Node[];
  readonly links: readonly { readonly name: string; readonly target: string }[];
  readonly origin: Origin;
}

export type Node = {
  /** Below /dev, in directories of their own if there are slashes in it. */
  readonly name: string;
  /** Octal text. */
  readonly mode: string;
  /** What the container may do with it, if it is not one that every container has. */
  readonly access?: string;
  readonly origin: Origin;
} & (
  | {
      readonly type: 'c' | 'b';
      readonly major: number;
      readonly minor: number;
      /** The node of the host that it was found by. */
      readonly source?: string;
    }
  | { readonly loop: Loop }
);

export interface Groups {
  /** The group in each hierarchy, from its root: `/lxplain-NAME`, below the partition if there is one. */
  readonly path: string;
  readonly files: readonly GroupFile[];
  readonly devices: { readonly rules: readonly DeviceRule[]; readonly origin: Origin };
  /** Hierarchies with a group that only counts. */
  readonly counted: readonly Counted[];
  /** Init makes groups of its own: it gets that of v2, to do so in it. */
  readonly delegated?: { readonly hierarchy: Hierarchy; readonly origin: Origin };
  /** Init mounts hierarchies itself, and so has a group in each, below its root. */
  readonly everywhere?: { readonly path: string; readonly origin: Origin };
}

export interface Counted {
  readonly controller: string;
  readonly hierarchy: Hierarchy;
  readonly origin: Origin;
}

/** One line of the device list, in the spelling of cgroup v1: `c 1:3 rwm`; or of a loop device. */
export type DeviceRule =
  | {
      readonly type: 'c' | 'b';
      readonly major: number | '*';
      readonly minor: number | '*';
      readonly access: string;
    }
  | { readonly loop: Loop; readonly access: string };

export interface MemoryPolicy {
  readonly mode: 'preferred' | 'interleave';
  readonly nodes: readonly number[];
  readonly origin: Origin;
}

export interface Init {
  readonly path: Located<string>;
  readonly arguments: readonly string[];
  /** `NAME=VALUE`, in their order. */
  readonly environment: readonly string[];
  readonly directory?: Located<string>;
}

/**
 * How the life of a container ends: init exits with 0 or the container is powered off, it is rebooted, or init
 * fails: by any other signal, or with another exit status. @see reboot(2), pid_namespaces(7)
 */
export type End = 'poweroff' | 'reboot' | 'crash';
