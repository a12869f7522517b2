import type { SyscallName } from '../linux/syscalls.ts';
import type { Condition } from '../program/program.ts';
import type { CodeBuffer } from './buffer.ts';

/** `size` bytes at an absolute address. */
export interface Memory {
  readonly address: number;
  readonly size: 1 | 2 | 4 | 8;
}

/** An operand of a Program, with its addresses known. */
export type Value =
  /** Signed, 64 bits. */
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'address'; readonly address: number }
  | { readonly kind: 'memory'; readonly memory: Memory; readonly signed: boolean }
  /** 64 bits that the instruction right before has loaded or stored. Only where `keepsValue`. */
  | { readonly kind: 'kept' };

export type Operator = '+' | '-' | '&' | '|' | '<<' | '>>';

/**
 * An instruction set: how each thing that a Program can do is said in it. No state is kept in registers from
 * one call to the next, but for the result of `syscall`, which the calls up to `storeResult` leave alone, and what
 * `keepsValue` says.
 */
export interface Machine {
  /** `e_machine` in the header of the ELF file. */
  readonly elfMachine: number;
  /** The largest page that a kernel for this machine may use. */
  readonly pageSize: number;
  /**
   * Whether the register is the same in which `branch` compares its left value, `compute`, `lookup` and `peek` store theirs, and
   * `syscall` leaves its result: `branch` and `compute` then take the left value as `kept`.
   */
  readonly keepsValue: boolean;

  /** An instruction that is never legal. */
  trap(out: CodeBuffer): void;
  jump(out: CodeBuffer, to: string): void;
  branch(out: CodeBuffer, left: Value, condition: Condition, right: Value, to: string): void;
  store(out: CodeBuffer, to: Memory, value: Value): void;
  compute(out: CodeBuffer, to: Memory, left: Value, operator: Operator, right: Value): void;
  lookup(out: CodeBuffer, to: Memory, table: number, index: Value): void;
  /** The stack pointer, as the kernel has set it. */
  stack(out: CodeBuffer, to: Memory): void;
  peek(out: CodeBuffer, to: Memory, at: Value, size: 1 | 8): void;
  poke(out: CodeBuffer, at: Value, value: Value, size: 1 | 8): void;
  /** Decimal digits of `value` right-aligned in `width` bytes at `address`; `pad` is a byte. */
  decimal(out: CodeBuffer, value: Value, address: number, width: number, pad: number): void;

  syscall(out: CodeBuffer, name: SyscallName, args: readonly Value[]): void;
  /** Jumps to `failed` if the result is negative, then to `child`, if given, if it is 0. */
  checkResult(out: CodeBuffer, failed: string | undefined, child: string | undefined): void;
  storeResult(out: CodeBuffer, to: Memory): void;
  /** Jumps if the result is `-errno`. */
  branchErrno(out: CodeBuffer, errno: number, to: string): void;
  /** Jumps to a place that begins with `storeFailure`, and takes the step and the result there. */
  fail(out: CodeBuffer, step: number, to: string): void;
  /** Stores what `fail` brought, the step and the result as a positive errno, if nothing is stored yet, and jumps. */
  storeFailure(out: CodeBuffer, step: Memory, errno: Memory, to: string): void;
}
