import type { Located, Origin } from '../diagnostics/origin.ts';
import type { CapabilityName } from '../linux/capabilities.ts';
import type { Filesystem } from './filesystem.ts';

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
  /** `<memory>`, rounded up to whole KiB. */
  readonly memoryKiB?: Located<number>;
  readonly currentMemoryKiB?: Located<number>;
  readonly memtune?: Memtune;
  readonly os: Os;
  readonly idmap?: Idmap;
  readonly features: Features;
  readonly resource?: Resource;
  readonly onPoweroff?: Located<LifecycleAction>;
  readonly onReboot?: Located<LifecycleAction>;
  readonly onCrash?: Located<LifecycleAction>;
  readonly emulator?: Located<string>;
  readonly filesystems: readonly Filesystem[];
  readonly consoles: readonly Console[];
}

export interface Memtune {
  readonly hardLimitKiB?: Located<number>;
  readonly softLimitKiB?: Located<number>;
  readonly minGuaranteeKiB?: Located<number>;
  readonly swapHardLimitKiB?: Located<number>;
  readonly origin: Origin;
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
  readonly origin: Origin;
}

export type LifecycleAction =
  | 'destroy'
  | 'restart'
  | 'rename-restart'
  | 'preserve'
  | 'coredump-destroy'
  | 'coredump-restart';

export interface Console {
  readonly type: string;
  readonly origin: Origin;
}
