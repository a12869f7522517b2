/*
 * What the members of operations hold. The tags are keywords of JSON Schema: `npm run schema` makes
 * plans/plan.schema.json of these types and of those in the tables.
 */

import type { CapabilityName } from '../../linux/capabilities.ts';
import type { ProcessLimitName } from '../../linux/process-limits.ts';

/**
 * Text that a system call can take: without a NUL.
 * @pattern ^[^\u0000]*$
 */
export type Text = string;

/**
 * An absolute path that the kernel takes.
 * @maxLength 4095
 * @pattern ^/[^\u0000]*$
 */
export type Path = string;

/**
 * The name of a descriptor that one step opens and another uses: one of those that the planner gives. The program has
 * names of its own for what a single step needs.
 * @pattern ^(root|ids|dev|devpts|meminfo|proc_(cpuinfo|diskstats|loadavg|stat|swaps|uptime)|sys|proc|sysfs|securityfs|selinuxfs|tmpfs|ipv4|ipv6|(fs|loop|mask)[0-9]{1,9}|[a-z0-9_]{1,40}_(view|tasks))$
 */
export type Handle = string;

/**
 * The name of a descriptor that the supervisor has for itself.
 * @pattern ^(signals|lock|supervisor|guard|group|host_mounts|host_links|own_links|audit|fuse|fuse_(cpuinfo|diskstats|loadavg|stat|swaps|uptime)|(cpuinfo|diskstats|loadavg|stat|swaps|uptime)_[a-zA-Z]{1,20}|meminfo_(host|limit|usage|stat|swap_limit|swap_usage)|(master|slave)[0-9]{1,9})$
 */
export type OwnDescriptor = string;

/**
 * Octal text, such as `0666`.
 * @pattern ^0[0-7]{1,4}$
 */
export type Octal = string;

/**
 * A user or group id.
 * @minimum 0
 * @maximum 4294967294
 */
export type Id = number;

/** `START TARGET COUNT`, as in `/proc/PID/uid_map`.
 * @pattern ^[0-9]+ [0-9]+ [0-9]+$
 */
export type MapLine = string;

/**
 * A set of capabilities as a hexadecimal number.
 * @pattern ^0x[0-9a-f]{1,16}$
 */
export type CapabilityMask = string;

/**
 * Of a capability that has no name here.
 * @minimum 0
 * @maximum 63
 */
export type CapabilityNumber = number;

/** A name of capabilities(7), without CAP_. */
export type Capability = CapabilityName;

/**
 * Options of a file system, as fsconfig(2) takes them.
 * @propertyNames ^[a-z_]+$
 */
export type MountOptions = Readonly<Record<string, Text>>;

/**
 * A type of file system, as mount(2) knows it.
 * @pattern ^[a-z0-9]{1,32}$
 */
export type FilesystemType = string;

/**
 * Where a path of the container begins. `root`: at the descriptor of the captured root, and never above it: so the
 * supervisor, which still sees the host, finds it. `inside`: at the root of init, once that is the container's.
 */
export type Base = 'root' | 'inside';

export type MountAttribute = 'ro' | 'nosuid' | 'nodev' | 'noexec';

export type Namespace = 'mount' | 'pid' | 'uts' | 'ipc' | 'net' | 'user' | 'cgroup';

/**
 * How the life of a container ends: init exits with 0 or the container is powered off, it is rebooted, or init
 * fails: by any other signal, or with another exit status. @see reboot(2), pid_namespaces(7)
 */
export type End = 'poweroff' | 'reboot' | 'crash';

/** One line of the device list: of what has a number, or of a loop device, which has one only when it is there. */
export type DeviceRule = NumberRule | LoopRule;

/** In the spelling of cgroup v1: `c 1:3 rwm`. */
export interface NumberRule {
  readonly type: 'c' | 'b';
  readonly major: DeviceNumber | '*';
  readonly minor: DeviceNumber | '*';
  readonly access: DeviceAccess;
}

export interface LoopRule {
  readonly loop: Handle;
  readonly access: DeviceAccess;
}

/**
 * Twelve bits for a major, twenty for a minor.
 * @minimum 0
 * @maximum 1048575
 */
export type DeviceNumber = number;

/**
 * At least one of read, write, mknod.
 * @pattern ^(?=.)r?w?m?$
 */
export type DeviceAccess = string;

/**
 * The name of a link, as the kernel takes it.
 * @pattern ^(?!\.{1,2}$)[^\s/:%\u0000]{1,15}$
 */
export type LinkName = string;

/**
 * The name of the host's end of a pair; of `vnet%d` the kernel makes the first one that is free.
 * @pattern ^(vnet%d|(?!\.{1,2}$)[^\s/:%\u0000]{1,15})$
 */
export type HostLinkName = string;

/**
 * The address of a link: six bytes, of which the first is even.
 * @pattern ^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$
 */
export type MacAddress = string;

/**
 * Bytes in a packet of a link.
 * @minimum 68
 * @maximum 65535
 */
export type Mtu = number;

/**
 * An address with the length of its network: `192.168.122.2/24`, `fd00::2/64`.
 * @pattern ^[0-9a-f.:]{2,45}/[0-9]{1,3}$
 */
export type NetworkAddress = string;

/**
 * An address of IPv4 or IPv6.
 * @pattern ^[0-9a-f.:]{2,45}$
 */
export type InternetAddress = string;

/**
 * What decides between routes to one destination: the lowest wins.
 * @minimum 0
 * @maximum 4294967295
 */
export type Metric = number;

/** What each process may use at most: `soft` is in force, and can be raised up to `hard`. */
export interface ProcessLimit {
  readonly name: ProcessLimitName;
  readonly soft: LimitNumber;
  readonly hard: LimitNumber;
}

export interface HardLimit {
  readonly name: ProcessLimitName;
  readonly hard: LimitNumber;
}

/**
 * 64 bits in decimal digits, or `unlimited`.
 * @pattern ^(unlimited|0|[1-9][0-9]{0,19})$
 */
export type LimitNumber = string;

/**
 * A setting of the kernel, as sysctl(8) takes its name.
 * @pattern ^[A-Za-z0-9_.@:/-]{3,255}$
 */
export type SysctlName = string;

/**
 * A node of memory.
 * @minimum 0
 * @maximum 1023
 */
export type NodeNumber = number;
