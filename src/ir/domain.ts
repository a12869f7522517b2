import type { Located, Origin } from '../diagnostics/origin.ts';
import type { CapabilityName } from '../linux/capabilities.ts';
import type { Clock } from './clock.ts';
import type { Console } from './console.ts';
import type { Disk } from './disk.ts';
import type { Filesystem } from './filesystem.ts';
import type { Hostdev } from './hostdev.ts';
import type { Interface } from './interface.ts';
import type { Kept } from './kept.ts';
import type { Metadata } from './metadata.ts';
import type { Seclabel } from './seclabel.ts';
import type { Blkiotune, Cputune, Memtune, Numatune, Vcpu } from './tuning.ts';

/**
 * A container as libvirt's domain XML describes it, in libvirt's words. `undefined` means "not given";
 * the passes replace what has a default.
 * @see https://libvirt.org/formatdomain.html
 */
export interface Domain {
  /** The `<domain>` element, or the whole lxc config. */
  readonly origin: Origin;
  readonly name: Located<string>;
  /** Lower case with dashes. */
  readonly uuid?: Located<string>;
  readonly title?: Located<string>;
  readonly description?: Located<string>;
  readonly metadata?: Metadata;
  /** `<memory>`, rounded up to whole KiB. */
  readonly memoryKiB?: Located<number>;
  readonly currentMemoryKiB?: Located<number>;
  readonly blkiotune?: Blkiotune;
  readonly memtune?: Memtune;
  readonly vcpu?: Vcpu;
  readonly cputune?: Cputune;
  readonly numatune?: Numatune;
  readonly os: Os;
  readonly idmap?: Idmap;
  readonly features: Features;
  readonly resource?: Resource;
  readonly clock?: Clock;
  readonly onPoweroff?: Located<LifecycleAction>;
  readonly onReboot?: Located<LifecycleAction>;
  readonly onCrash?: Located<LifecycleAction>;
  readonly onLockFailure?: Located<LockFailureAction>;
  readonly emulator?: Located<string>;
  readonly filesystems: readonly Filesystem[];
  readonly interfaces: readonly Interface[];
  readonly disks: readonly Disk[];
  readonly hostdevs: readonly Hostdev[];
  readonly consoles: readonly Console[];
  readonly seclabels: readonly Seclabel[];
  readonly namespace?: LxcNamespace;
  /** Elements of `<domain>` without effect: `genid`, `memoryBacking`, `cpu`, `sysinfo` … */
  readonly kept?: readonly Kept[];
  /** Devices of virtual machines: `controller`, `serial`, `graphics` … */
  readonly keptDevices?: readonly Kept[];
}

export interface Os {
  readonly origin: Origin;
  /** libvirt's name: `x86_64`, `i686`, `aarch64` … */
  readonly arch?: Located<string>;
  readonly init?: Located<string>;
  readonly initArgs: readonly Located<string>[];
  readonly initEnv: readonly InitEnv[];
  readonly initDir?: Located<string>;
  readonly initUser?: Located<string>;
  readonly initGroup?: Located<string>;
  /** Becomes `LIBVIRT_LXC_CMDLINE`. */
  readonly cmdline?: Located<string>;
  readonly machine?: Located<string>;
  /** `<smbios>`. */
  readonly kept?: readonly Kept[];
}

export interface InitEnv {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin;
}

export interface Idmap {
  readonly origin: Origin;
  readonly uid: readonly IdmapEntry[];
  readonly gid: readonly IdmapEntry[];
}

/** Ids `start … start + count - 1` of the container are `target …` of the host. */
export interface IdmapEntry {
  readonly start: number;
  readonly target: number;
  readonly count: number;
  readonly origin: Origin;
}

export interface Features {
  readonly privnet?: Located<true>;
  readonly capabilities?: Capabilities;
  /** Features of virtual machines. */
  readonly kept?: readonly Kept[];
}

export interface Capabilities {
  readonly policy: 'default' | 'allow' | 'deny';
  readonly states: readonly CapabilityState[];
  readonly origin: Origin;
}

export interface CapabilityState {
  readonly name: CapabilityName;
  readonly state: 'on' | 'off';
  readonly origin: Origin;
}

export interface Resource {
  readonly partition?: Located<string>;
  readonly fibrechannelAppid?: Located<string>;
  readonly origin: Origin;
}

export type LifecycleAction =
  | 'destroy'
  | 'restart'
  | 'rename-restart'
  | 'preserve'
  | 'coredump-destroy'
  | 'coredump-restart';

export type LockFailureAction = 'poweroff' | 'restart' | 'pause' | 'ignore';

/** `<lxc:namespace>`: namespaces shared with another container, a process or a file. */
export interface LxcNamespace {
  readonly sharenet?: SharedNamespace;
  readonly shareipc?: SharedNamespace;
  readonly shareuts?: SharedNamespace;
  readonly origin: Origin;
}

export interface SharedNamespace {
  /** Whose it is: the domain or process `value`, or the file `/var/run/netns/VALUE`. */
  readonly type: 'none' | 'name' | 'pid' | 'netns';
  readonly value: string;
  readonly origin: Origin;
}
