import type { Arch } from '../facts/facts.ts';
import type { CapabilityName } from '../linux/capabilities.ts';

/**
 * What starting a container will do to the host, in order: self-contained, the same bytes for the same
 * input. `plans/plan.schema.json` is its shape, `verify.ts` holds what no schema can say.
 */
export interface Plan {
  readonly version: 1;
  readonly name: string;
  readonly uuid: string;
  /** The machine the facts came from. */
  readonly arch: Arch;
  readonly steps: readonly PlanStep[];
}

/** The phases in their order. */
export const phases = [
  'prepare',
  'capture',
  'isolate',
  'assemble',
  'confine',
  'exec',
  'supervise',
  'release',
] as const;

export type Phase = (typeof phases)[number];

/** The process that takes the step: the supervisor on the host, or what becomes the container's init. */
export type Actor = 'supervisor' | 'init';

/** Who asked for a step: a place in the input, or a rule of the driver. */
export type StepOrigin =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly rule: string };

interface StepBase {
  /** Position in the plan, from 1. */
  readonly id: number;
  readonly phase: Phase;
  readonly actor: Actor;
  readonly origin: StepOrigin;
  /** Names of errors that may be skipped. */
  readonly tolerates?: readonly string[];
  /** The id of the step that takes a lasting effect back. */
  readonly undo?: number;
}

/** A step without what the planner adds to each. */
export type Operation = OperationOf<PlanStep>;
type OperationOf<T> = T extends StepBase ? Omit<T, keyof StepBase> : never;

export type PlanStep = StepBase &
  (
    | { readonly op: 'process.harden' }
    | { readonly op: 'signals.block' }
    | { readonly op: 'state.lock'; readonly directory: string }
    | { readonly op: 'state.journal'; readonly lines: readonly string[] }
    | { readonly op: 'cgroup.enable'; readonly file: string; readonly value: string }
    | { readonly op: 'cgroup.create'; readonly path: string }
    | { readonly op: 'cgroup.write'; readonly file: string; readonly value: string }
    | {
        readonly op: 'devices.policy';
        readonly path: string;
        readonly rules: readonly DeviceRule[];
      }
    | {
        readonly op: 'devices.attach';
        readonly path: string;
        readonly rules: readonly DeviceRule[];
      }
    | { readonly op: 'cgroup.open'; readonly handle: string; readonly path: string }
    | {
        readonly op: 'capture.tree';
        readonly handle: string;
        readonly source: string;
        readonly recursive: boolean;
        readonly readOnly: boolean;
      }
    | {
        readonly op: 'capture.tmpfs';
        readonly handle: string;
        readonly source: string;
        readonly options: Readonly<Record<string, string>>;
        readonly attributes: readonly MountAttribute[];
      }
    | {
        readonly op: 'dev.node';
        readonly name: string;
        readonly type: 'c' | 'b';
        readonly major: number;
        readonly minor: number;
        /** Octal text, such as `0666`. */
        readonly mode: string;
        readonly uid: number;
        readonly gid: number;
      }
    | {
        readonly op: 'dev.link';
        readonly name: string;
        readonly target: string;
        readonly uid: number;
        readonly gid: number;
      }
    | {
        readonly op: 'dev.directory';
        readonly name: string;
        readonly uid: number;
        readonly gid: number;
      }
    | {
        readonly op: 'devpts.create';
        readonly gid: number;
        readonly uid0: number;
        readonly gid0: number;
      }
    | {
        readonly op: 'console.create';
        readonly number: number;
        readonly uid: number;
        /** Without an id map the terminal belongs to the group of devpts. */
        readonly gid?: number;
      }
    | { readonly op: 'stage.enter' }
    | { readonly op: 'stage.root'; readonly at: string }
    | { readonly op: 'stage.identity'; readonly uid: number; readonly gid: number }
    | { readonly op: 'stage.point'; readonly path: string; readonly type: 'directory' | 'file' }
    | { readonly op: 'stage.attach'; readonly handle: string; readonly target: string }
    | {
        readonly op: 'stage.bind';
        readonly source: string;
        readonly target: string;
        readonly readOnly: boolean;
      }
    | { readonly op: 'stage.detach'; readonly target: string }
    | { readonly op: 'stage.readonly' }
    | { readonly op: 'stage.leave' }
    | {
        readonly op: 'namespaces.create';
        readonly namespaces: readonly Namespace[];
        readonly cgroup?: string;
      }
    | { readonly op: 'idmap.write'; readonly map: 'uid' | 'gid'; readonly lines: readonly string[] }
    | { readonly op: 'init.release' }
    | { readonly op: 'init.wait' }
    | { readonly op: 'identity.root' }
    | { readonly op: 'cgroup.join'; readonly handle: string; readonly path: string }
    | { readonly op: 'namespaces.unshare'; readonly namespaces: readonly Namespace[] }
    | { readonly op: 'propagation.stop' }
    | {
        readonly op: 'mount.create';
        readonly handle: string;
        readonly type: string;
        readonly attributes: readonly MountAttribute[];
      }
    | { readonly op: 'root.adopt'; readonly at: string }
    | { readonly op: 'root.attach' }
    | { readonly op: 'root.pivot' }
    | { readonly op: 'root.detach-old' }
    | { readonly op: 'mount.detach'; readonly target: string }
    | {
        readonly op: 'mount.point';
        readonly path: string;
        readonly type: 'directory' | 'file';
        /** A directory above it that an earlier step has mounted: nothing down to it is missing. */
        readonly below?: string;
      }
    | {
        readonly op: 'mount.new';
        readonly type: string;
        readonly source: string;
        readonly target: string;
        readonly attributes: readonly MountAttribute[];
        readonly data?: string;
      }
    | { readonly op: 'mount.attach'; readonly handle: string; readonly target: string }
    | {
        readonly op: 'mount.bind';
        readonly source: string;
        readonly target: string;
        readonly readOnly: boolean;
      }
    | { readonly op: 'mount.readonly'; readonly target: string; readonly recursive: boolean }
    | { readonly op: 'mount.clone'; readonly handle: string; readonly source: string }
    | { readonly op: 'hostname.set'; readonly name: string }
    | { readonly op: 'loopback.up' }
    | { readonly op: 'session.start' }
    | { readonly op: 'signals.reset' }
    | { readonly op: 'umask.set'; readonly mask: string }
    | { readonly op: 'directory.change'; readonly path: string }
    | {
        readonly op: 'capabilities.bound';
        readonly drop: readonly CapabilityName[];
        readonly unknown: readonly number[];
      }
    | {
        readonly op: 'capabilities.set';
        readonly keep: readonly CapabilityName[];
        readonly mask: string;
      }
    | { readonly op: 'parent-death.signal' }
    | { readonly op: 'descriptors.close'; readonly from: number }
    | {
        readonly op: 'exec';
        readonly path: string;
        readonly argv: readonly string[];
        readonly environment: readonly string[];
      }
    | { readonly op: 'capture.close'; readonly handles: readonly string[] }
    | { readonly op: 'init.started' }
    | { readonly op: 'console.relay'; readonly consoles: number }
    | { readonly op: 'init.reap'; readonly restart: readonly End[] }
    | { readonly op: 'cgroup.remove'; readonly path: string }
    | { readonly op: 'state.remove'; readonly directory: string }
  );

export type StepOf<Op extends PlanStep['op']> = Extract<PlanStep, { readonly op: Op }>;

export type Namespace = 'mount' | 'pid' | 'uts' | 'ipc' | 'net' | 'user' | 'cgroup';

/**
 * How the life of a container ends: init exits with 0 or the container is powered off, it is rebooted, or init
 * fails: by any other signal, or with another exit status. @see reboot(2), pid_namespaces(7)
 */
export type End = 'poweroff' | 'reboot' | 'crash';

export type MountAttribute = 'ro' | 'nosuid' | 'nodev' | 'noexec';

/** One line of the device list, in the spelling of cgroup v1: `c 1:3 rwm`. */
export interface DeviceRule {
  readonly type: 'c' | 'b';
  readonly major: number | '*';
  readonly minor: number | '*';
  readonly access: string;
}
