import type { SyscallName } from '../linux/syscalls.ts';

/**
 * A container's start, life and end as system calls: straight-line code with a few branches, in one
 * address space. `codegen` turns it into machine code, `print` into strace's syntax.
 *
 * All state is in named variables; there are no calls, and of the stack only what the kernel puts there is read. The supervisor and the
 * init that it clones (CLONE_VM) share the variables until init has executed its program.
 */
export interface Program {
  /** Label at which the process starts. */
  readonly entry: string;
  readonly data: readonly Data[];
  readonly code: readonly Instruction[];
  /**
   * Where a failing system call leaves its step number and errno (both 8 bytes), unless another one has failed before it:
   * of two processes that share the variables, the one may fail because the other has.
   */
  readonly failure: { readonly step: Place; readonly errno: Place };
  readonly kept: Kept;
}

/** What variables hold from one step to another. Every other one holds nothing when a step begins. */
export interface Kept {
  /** Zero when the program starts, which means something. */
  readonly zero: readonly string[];
  /** Written by a step, for later ones. */
  readonly handedOn: readonly string[];
  /** Descriptors of which another variable says whether they are open. */
  readonly guarded: readonly string[];
  /** Descriptors, each with the steps that open it. */
  readonly handles: ReadonlyMap<string, readonly number[]>;
  /** Of these, what may be open in a process that changes its root. */
  readonly acrossPivot: readonly string[];
}

/** Named memory. `constant` and `pointers` are read-only; `variable` is writable. All are 8-byte aligned. */
export type Data =
  | { readonly kind: 'constant'; readonly name: string; readonly bytes: Uint8Array }
  /** 8-byte addresses of other data (or of strings); `null` is a zero. Such as argv. */
  | {
      readonly kind: 'pointers';
      readonly name: string;
      readonly targets: readonly (Operand | null)[];
    }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly size: number;
      /** First bytes; the rest is zero. */
      readonly initial?: Uint8Array;
      /** Addresses to be stored in it at link time: offset → what it points to. */
      readonly pointers?: readonly { readonly offset: number; readonly target: Operand }[];
    };

/** `size` bytes at `offset` of a variable, little endian. */
export interface Place {
  readonly variable: string;
  readonly offset: number;
  readonly size: 1 | 2 | 4 | 8;
}

/** What an instruction can take as a 64-bit value. `text` is how strace would print it. */
export type Operand =
  | { readonly kind: 'int'; readonly value: bigint; readonly text?: string }
  /** The address of NUL-terminated UTF-8. */
  | { readonly kind: 'string'; readonly value: string }
  /** The address of data. */
  | {
      readonly kind: 'address';
      readonly of: string;
      readonly offset: number;
      readonly text?: string;
    }
  /** The value at a place: zero-extended, but sign-extended when `signed`. */
  | {
      readonly kind: 'load';
      readonly place: Place;
      readonly signed?: boolean;
      readonly text?: string;
    };

export type Condition = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Instruction =
  | { readonly kind: 'label'; readonly name: string }
  /** Here begins step `step` of the plan; the ELF gets the symbol `symbol` at this place. */
  | { readonly kind: 'step'; readonly step: number; readonly symbol: string }
  | Syscall
  | { readonly kind: 'jump'; readonly to: string }
  /** Jumps if the comparison (signed, 64 bits) holds. */
  | {
      readonly kind: 'branch';
      readonly left: Operand;
      readonly condition: Condition;
      readonly right: Operand;
      readonly to: string;
    }
  | { readonly kind: 'store'; readonly to: Place; readonly value: Operand }
  | {
      readonly kind: 'compute';
      readonly to: Place;
      readonly left: Operand;
      readonly operator: '+' | '-' | '&' | '|' | '<<' | '>>';
      readonly right: Operand;
    }
  /** Where the kernel has put what the program was started with. Before the first system call. @see execve(2) */
  | { readonly kind: 'stack'; readonly to: Place }
  /** `size` bytes at an address, zero-extended. */
  | {
      readonly kind: 'peek';
      readonly to: Place;
      readonly at: Operand;
      readonly size: 1 | 8;
    }
  /** Writes the low `size` bytes of a value to an address. */
  | {
      readonly kind: 'poke';
      readonly at: Operand;
      readonly value: Operand;
      readonly size: 1 | 8;
    }
  /** The 8 bytes at index `index` (not checked) of the data `table`. */
  | { readonly kind: 'lookup'; readonly to: Place; readonly table: string; readonly index: Operand }
  /**
   * The decimal digits of `value` (unsigned), right-aligned in `width` bytes at `offset` of a variable;
   * the bytes before them become `pad`. Digits that do not fit are lost from the left.
   */
  | {
      readonly kind: 'decimal';
      readonly value: Operand;
      readonly variable: string;
      readonly offset: number;
      readonly width: number;
      readonly pad: string;
    };

/**
 * A system call. On an error (-4095 … -1): when its errno is in `tolerates`, the program goes on; else the
 * step and the errno are stored in `Program.failure`, if that has none, and control goes to `onError`. Without `onError`
 * every error is ignored.
 */
export interface Syscall {
  readonly kind: 'syscall';
  readonly name: SyscallName;
  readonly args: readonly Operand[];
  /** Receives the result: also a negative one, if it is tolerated or ignored. */
  readonly result?: Place;
  /** errno names. */
  readonly tolerates?: readonly string[];
  readonly onError?: string;
  /** For calls that return twice: where the child (result 0) goes on. It stores no result. */
  readonly child?: string;
  /** Index of the step in the plan that this call belongs to; -1 for the frame around the steps. */
  readonly step: number;
}
