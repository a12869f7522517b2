import type { Arch } from '../facts/facts.ts';
import type { AuditOps } from './ops/audit.ts';
import type { CaptureOps } from './ops/capture.ts';
import type { CgroupOps } from './ops/cgroup.ts';
import type { ConsoleOps } from './ops/console.ts';
import type { DevOps } from './ops/dev.ts';
import type { ExecOps } from './ops/exec.ts';
import type { IdentityOps } from './ops/identity.ts';
import type { LinkOps } from './ops/link.ts';
import type { LogOps } from './ops/log.ts';
import type { LoopOps } from './ops/loop.ts';
import type { MaskOps } from './ops/mask.ts';
import type { MeminfoOps } from './ops/meminfo.ts';
import type { MountOps } from './ops/mount.ts';
import type { NamespacesOps } from './ops/namespaces.ts';
import type { ProcOps } from './ops/proc.ts';
import type { ProcessOps } from './ops/process.ts';
import type { RootOps } from './ops/root.ts';
import type { StageOps } from './ops/stage.ts';
import type { StateOps } from './ops/state.ts';
import type { Text } from './ops/values.ts';

export type {
  Base,
  DeviceRule,
  End,
  LoopRule,
  MountAttribute,
  Namespace,
} from './ops/values.ts';

/**
 * What starting a container will do to the host, in order: self-contained, the same bytes for the same
 * input. `plans/plan.schema.json` is its shape, `verify.ts` holds what no schema can say.
 */
export interface Plan {
  readonly version: 2;
  /**
   * @maxLength 255
   * @pattern ^[^\u0000/]+$
   */
  readonly name: string;
  /** @pattern ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ */
  readonly uuid: string;
  /** The machine the facts came from. */
  readonly arch: Arch;
  /** @maxItems 2500 */
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
  | { readonly file: Source; readonly line: Count; readonly column: Count }
  | { readonly rule: Source };

/**
 * The name of a file or of a rule.
 * @maxLength 4095
 * @pattern ^[^\u0000]*$
 */
type Source = string;

/**
 * A number from 1.
 * @minimum 1
 */
type Count = number;

/**
 * The kernel's name of an error.
 * @pattern ^E[A-Z0-9]+$
 */
type ErrorName = string;

/** What every step has. */
export interface StepBase {
  /** Position in the plan, from 1. */
  readonly id: Count;
  /** What stays the same where the numbers of other plans move: `mount.attach /srv/data`. Each key is there once. */
  readonly key: Text;
  readonly phase: Phase;
  readonly actor: Actor;
  /** Whether it belongs to the name of the container, once, or to each of its lives. */
  readonly per: 'name' | 'life';
  readonly origin: StepOrigin;
  /** Names of errors that may be skipped. */
  readonly tolerates?: readonly ErrorName[];
  /** The id of the step that takes a lasting effect back. */
  readonly undo?: Count;
}

/** The operations with their members: each family has its own in `ops/`. */
export interface Operations
  extends StateOps,
    ProcessOps,
    AuditOps,
    CgroupOps,
    CaptureOps,
    DevOps,
    LogOps,
    LoopOps,
    MaskOps,
    MeminfoOps,
    ProcOps,
    ConsoleOps,
    StageOps,
    NamespacesOps,
    LinkOps,
    RootOps,
    MountOps,
    IdentityOps,
    ExecOps {}

/** The closed list of operations. */
export type Op = keyof Operations;

/** A step without what the planner adds to each. */
export type OperationOf<O extends Op> = O extends Op ? { readonly op: O } & Operations[O] : never;
export type Operation = OperationOf<Op>;

export type StepOf<O extends Op> = O extends Op ? StepBase & OperationOf<O> : never;
export type PlanStep = StepOf<Op>;
