import { invariant } from '../diagnostics/invariant.ts';
import type { Arch } from '../facts/facts.ts';
import { arm64Open, O } from '../linux/flags.ts';
import type { SyscallName } from '../linux/syscalls.ts';
import { address, field, flags, int, load, slot } from '../program/operands.ts';
import type { Condition, Data, Instruction, Kept, Operand, Place } from '../program/program.ts';

/** What a call can have beside its arguments. */
export interface CallOptions {
  readonly result?: string | Place;
  readonly tolerates?: readonly string[];
  readonly child?: string;
  /** `false`: every error is ignored. A label: other than where the step's errors go. */
  readonly onError?: false | string;
}

/** Where a failing call leaves its step and its error. */
export const failedStep = field('failed_step', 0, 8);
export const failedErrno = field('failed_errno', 0, 8);

/** Collects the instructions and the data of a program while it is lowered. */
export class Assembly {
  readonly code: Instruction[] = [];
  readonly arch: Arch;
  /** The step that calls belong to, and where their errors go. */
  step = -1;
  onError = 'fail';
  private readonly items = new Map<string, Data>();
  private readonly shared = new Set<string>();
  private readonly zero = new Set<string>();
  private readonly handedOn = new Set<string>();
  private readonly guards = new Set<string>();
  private labels = 0;

  constructor(arch: Arch) {
    this.arch = arch;
  }

  get data(): readonly Data[] {
    return [...this.items.values()];
  }

  /** What holds something between steps, but for their descriptors. */
  get between(): Pick<Kept, 'zero' | 'handedOn' | 'guarded'> {
    return { zero: [...this.zero], handedOn: [...this.handedOn], guarded: [...this.guards] };
  }

  /** Of these variables, the zero that they start with says something. */
  startsAtZero(...names: readonly string[]): void {
    for (const name of names) this.zero.add(name);
  }

  /** What is written to these variables is for later steps, too. */
  handOn(...names: readonly string[]): void {
    for (const name of names) this.handedOn.add(name);
  }

  /** Whether these descriptors are open, another variable says. */
  guarded(...names: readonly string[]): void {
    for (const name of names) this.guards.add(name);
  }

  label(name: string): void {
    this.code.push({ kind: 'label', name });
  }

  /** Whether a label of this name is there, of those that are shared. */
  hasShared(name: string): boolean {
    return this.shared.has(name);
  }

  /** A label that is looked for, by whoever else needs what stands there. */
  share(name: string): void {
    this.shared.add(name);
    this.label(name);
  }

  /** A label name that no other has. */
  fresh(stem: string): string {
    this.labels++;
    return `${stem}_${this.labels}`;
  }

  call(name: SyscallName, args: readonly Operand[], options: CallOptions = {}): void {
    const { result, tolerates, child, onError = this.onError } = options;
    const place = typeof result === 'string' ? this.slot(result) : result;
    this.code.push({
      kind: 'syscall',
      name,
      args,
      step: this.step,
      ...(place === undefined ? {} : { result: place }),
      ...(tolerates === undefined || tolerates.length === 0 ? {} : { tolerates }),
      ...(onError === false ? {} : { onError }),
      ...(child === undefined ? {} : { child }),
    });
  }

  /** The step has failed as if a call had told this error. */
  fail(errno: number, to = this.onError, step = this.step): void {
    this.store(failedStep, int(step));
    this.store(failedErrno, int(errno));
    this.jump(to);
  }

  /** Keeps the negative number of an error, which something else than the result of a call has told, as the failure of a step. */
  keepFailure(step: Operand, error: Operand): void {
    this.store(failedStep, step);
    this.compute(failedErrno, int(0), '-', error);
  }

  jump(to: string): void {
    this.code.push({ kind: 'jump', to });
  }

  branch(left: Operand, condition: Condition, right: Operand, to: string): void {
    this.code.push({ kind: 'branch', left, condition, right, to });
  }

  store(to: Place, value: Operand): void {
    this.code.push({ kind: 'store', to, value });
  }

  compute(
    to: Place,
    left: Operand,
    operator: '+' | '-' | '&' | '|' | '<<' | '>>',
    right: Operand,
  ): void {
    this.code.push({ kind: 'compute', to, left, operator, right });
  }

  lookup(to: Place, table: string, index: Operand): void {
    this.code.push({ kind: 'lookup', to, table, index });
  }

  peek(to: Place, at: Operand, size: 1 | 8): void {
    this.code.push({ kind: 'peek', to, at, size });
  }

  poke(at: Operand, value: Operand, size: 1 | 8): void {
    this.code.push({ kind: 'poke', at, value, size });
  }

  decimal(value: Operand, variable: string, offset: number, width: number, pad: string): void {
    this.code.push({ kind: 'decimal', value, variable, offset, width, pad });
  }

  /** Adds data. The same may be added again; other data of this name would silently be something else. */
  define(item: Data): void {
    const known = this.items.get(item.name);
    if (known === undefined) this.items.set(item.name, item);
    else invariant(textOf(known) === textOf(item), `${item.name} is already other data`);
  }

  has(name: string): boolean {
    return this.items.has(name);
  }

  /** An 8-byte variable of this name; one that was defined with first bytes keeps them. */
  slot(name: string): Place {
    const known = this.items.get(name);
    if (known === undefined) this.define({ kind: 'variable', name, size: 8 });
    else
      invariant(known.kind === 'variable' && known.size === 8, `${name} is a variable of 8 bytes`);
    return slot(name);
  }

  variable(name: string, size: number, initial?: Uint8Array): void {
    this.define({ kind: 'variable', name, size, ...(initial === undefined ? {} : { initial }) });
  }

  /** The address of constant bytes; `text` is how strace prints them. */
  constant(name: string, bytes: Uint8Array, text: string): Operand {
    this.define({ kind: 'constant', name, bytes });
    return address(name, text);
  }

  /** The flags of open(2), whose values depend on the architecture. */
  open(...names: (keyof typeof O)[]): Operand {
    return flags(this.arch === 'aarch64' ? arm64Open : O, ...names);
  }
}

/** All that there is to say of data: numbers of 64 bits have no JSON. */
const textOf = (item: Data): string =>
  JSON.stringify(item, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));

/** What an 8-byte variable holds as a number that may be negative, such as what a call returned. */
export const signed = (variable: string): Operand => load(slot(variable), true);

/** Little-endian bytes of 32- and 64-bit numbers in turn: `words([4, 1], [8, 2n])`. */
export function words(
  ...items: readonly (readonly [1 | 2 | 4 | 8, number | bigint])[]
): Uint8Array {
  const size = items.reduce((sum, [width]) => sum + width, 0);
  const bytes = Buffer.alloc(size);
  let at = 0;
  for (const [width, number] of items) {
    const low = typeof number === 'bigint' ? Number(BigInt.asUintN(32, number)) : number;
    const high = typeof number === 'bigint' ? Number(number >> 32n) : Math.floor(number / 2 ** 32);
    for (let i = 0; i < width; i++) bytes[at + i] = (i < 4 ? low : high) >>> (8 * (i % 4));
    at += width;
  }
  return bytes;
}

/** A table of 8-byte numbers. */
export function quads(numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(8 * numbers.length);
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!;
    bytes.writeInt32LE(number | 0, 8 * index);
    bytes.writeInt32LE(Math.floor(number / 2 ** 32), 8 * index + 4);
  }
  return bytes;
}
