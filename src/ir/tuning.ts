import type { Located, Origin } from '../diagnostics/origin.ts';
import type { Kept } from './kept.ts';

/** Limits of memory; 0 is a limit. What libvirt takes for "unlimited" is not given. */
export interface Memtune {
  readonly hardLimitKiB?: Located<number>;
  readonly softLimitKiB?: Located<number>;
  readonly minGuaranteeKiB?: Located<number>;
  readonly swapHardLimitKiB?: Located<number>;
  readonly origin: Origin;
}

/** `<vcpu>`: the counts have no effect on a container, the cpuset has. */
export interface Vcpu {
  readonly count: number;
  readonly current?: number;
  readonly placement: 'static' | 'auto';
  readonly cpuset?: Located<NumberSet>;
  readonly origin: Origin;
}

/** Numbers of CPUs or NUMA nodes: ranges in ascending order that do not touch, both ends included. */
export type NumberSet = readonly (readonly [first: number, last: number])[];

export interface Cputune {
  readonly shares?: Located<number>;
  readonly periodUs?: Located<number>;
  /** Negative: unlimited. */
  readonly quotaUs?: Located<bigint>;
  /** Limits and pins of the threads of a virtual machine, in print order. */
  readonly kept?: readonly Kept[];
  readonly origin: Origin;
}

export interface Blkiotune {
  readonly weight?: Located<number>;
  readonly devices: readonly BlkioDevice[];
  readonly origin: Origin;
}

/** Limits of one block device of the host; 0 is not given. */
export interface BlkioDevice {
  readonly path: string;
  readonly weight?: number;
  readonly readIopsPerSecond?: number;
  readonly writeIopsPerSecond?: number;
  readonly readBytesPerSecond?: bigint;
  readonly writeBytesPerSecond?: bigint;
  readonly origin: Origin;
}

export interface Numatune {
  readonly memory?: NumaMemory;
  /** `<memnode>`. */
  readonly kept?: readonly Kept[];
  readonly origin: Origin;
}

export interface NumaMemory {
  readonly mode: 'strict' | 'preferred' | 'interleave' | 'restrictive';
  /** `auto`: wherever numad says. */
  readonly placement: 'static' | 'auto';
  /** Only, and always, with static placement. */
  readonly nodeset?: NumberSet;
  readonly origin: Origin;
}

/** The other modes say which nodes there are, these which are taken first. @see set_mempolicy(2) */
export const isPolicy = (
  mode: NumaMemory['mode'] | undefined,
): mode is 'preferred' | 'interleave' => mode === 'preferred' || mode === 'interleave';
