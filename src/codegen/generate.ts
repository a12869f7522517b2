import { invariant } from '../diagnostics/invariant.ts';
import { errnoNumber } from '../linux/errno.ts';
import type { Arch } from '../linux/syscalls.ts';
import type { Instruction, Operand, Place, Program, Syscall } from '../program/program.ts';
import { arm64 } from './arm64/select.ts';
import { CodeBuffer } from './buffer.ts';
import { type ElfNote, type ElfSymbol, writeElf } from './elf.ts';
import { type Layout, layOut } from './layout.ts';
import type { Machine, Value } from './machine.ts';
import { x64 } from './x64/select.ts';

const machines: Readonly<Record<Arch, Machine>> = { x86_64: x64, aarch64: arm64 };

/** The Program as an ELF executable for `arch`. The same arguments always give the same bytes. */
export function generate(program: Program, arch: Arch, notes: readonly ElfNote[]): Uint8Array {
  const machine = machines[arch];
  const layout = layOut(program, machine.pageSize);
  const code = new CodeGenerator(program, machine, layout);
  const { bytes, entry, symbols } = code.generate();
  return writeElf({
    machine: machine.elfMachine,
    pageSize: machine.pageSize,
    entry,
    rodata: layout.rodata,
    data: layout.data,
    text: { address: layout.textAddress, bytes },
    symbols,
    notes,
  });
}

/** What happens when a system call fails; it stands behind the straight path, which so has no taken branches. */
interface Stub {
  readonly label: string;
  readonly step: number;
  readonly onError: string;
  readonly tolerates: readonly number[];
  /** Where a tolerated error goes on. */
  readonly resume: string;
}

interface Code {
  readonly bytes: Uint8Array;
  readonly entry: number;
  readonly symbols: readonly ElfSymbol[];
}

class CodeGenerator {
  private readonly program: Program;
  private readonly machine: Machine;
  private readonly layout: Layout;
  private readonly out: CodeBuffer;
  /** Calls of one step that tolerate nothing share a stub: it only has to know the step. */
  private readonly stubs = new Map<string, Stub>();
  /** Address of the 8 bytes that a register has, too. */
  private kept: number | undefined;
  /** Places that get a symbol: its name, and the label at the place. */
  private readonly marks: { readonly symbol: string; readonly label: string }[] = [];

  constructor(program: Program, machine: Machine, layout: Layout) {
    this.program = program;
    this.machine = machine;
    this.layout = layout;
    this.out = new CodeBuffer(layout.textAddress);
  }

  generate(): Code {
    const { code, entry } = this.program;
    code.forEach((instruction, index) => {
      this.instruction(instruction, index);
    });
    this.machine.trap(this.out); // a program ends with exit_group or a loop; else it stops here
    this.mark('errors');
    this.errors();
    const { bytes, addressOf } = this.out.assemble();
    const end = this.layout.textAddress + bytes.length;
    const places = this.marks.map(({ symbol, label }) => ({ symbol, at: addressOf(label) }));
    const symbols = places.map(({ symbol, at }, index) => {
      const next = places[index + 1]?.at ?? end;
      return { name: symbol, address: at, size: next - at };
    });
    return { bytes, entry: addressOf(entry), symbols };
  }

  private mark(symbol: string): void {
    const label = this.out.freshLabel();
    this.out.label(label);
    this.marks.push({ symbol, label });
  }

  private instruction(instruction: Instruction, index: number): void {
    const { machine, layout, out } = this;
    const before = this.kept;
    this.kept = undefined;
    switch (instruction.kind) {
      case 'label':
        // The frame before the first step also gets a name, so that no code is without one.
        if (this.marks.length === 0) this.mark(instruction.name);
        return out.label(instruction.name);
      case 'step':
        return this.mark(instruction.symbol);
      case 'syscall':
        return this.syscall(instruction);
      case 'jump':
        if (!this.followsLabel(index, instruction.to)) machine.jump(out, instruction.to);
        return;
      case 'branch': {
        const left = this.left(instruction.left, before);
        const right = layout.value(instruction.right);
        machine.branch(out, left, instruction.condition, right, instruction.to);
        if (instruction.left.kind === 'load') this.keep(instruction.left.place);
        return;
      }
      case 'store':
        return machine.store(out, layout.memory(instruction.to), layout.value(instruction.value));
      case 'compute': {
        const left = this.left(instruction.left, before);
        const right = layout.value(instruction.right);
        machine.compute(out, layout.memory(instruction.to), left, instruction.operator, right);
        return this.keep(instruction.to);
      }
      case 'lookup': {
        const table = layout.address(instruction.table, 0, 0);
        const index = layout.value(instruction.index);
        machine.lookup(out, layout.memory(instruction.to), table, index);
        return this.keep(instruction.to);
      }
      case 'stack':
        return machine.stack(out, layout.memory(instruction.to));
      case 'peek': {
        const at = layout.value(instruction.at);
        machine.peek(out, layout.memory(instruction.to), at, instruction.size);
        return this.keep(instruction.to);
      }
      case 'poke': {
        const at = layout.value(instruction.at);
        return machine.poke(out, at, layout.value(instruction.value), instruction.size);
      }
      case 'decimal': {
        const { variable, offset, width, pad } = instruction;
        invariant(pad.length === 1 && pad < '\x80', `the pad ${JSON.stringify(pad)} is one byte`);
        if (width === 0) return;
        const at = layout.address(variable, offset, width);
        return machine.decimal(out, layout.value(instruction.value), at, width, pad.charCodeAt(0));
      }
    }
  }

  /** Whether the instructions right behind `index` are labels, `name` one of them. */
  private followsLabel(index: number, name: string): boolean {
    const { code } = this.program;
    for (let at = index + 1; at < code.length; at++) {
      const next = code[at]!;
      if (next.kind === 'label' && next.name === name) return true;
      if (next.kind !== 'label' && next.kind !== 'step') return false;
    }
    return false;
  }

  private syscall(call: Syscall): void {
    const { machine, layout, out } = this;
    const stub = call.onError === undefined ? undefined : this.stub(call, call.onError);
    machine.syscall(
      out,
      call.name,
      call.args.map((arg) => layout.value(arg)),
    );
    machine.checkResult(out, stub?.label, call.child);
    if (stub !== undefined && stub.tolerates.length > 0) out.label(stub.resume);
    if (call.result === undefined) return;
    machine.storeResult(out, layout.memory(call.result));
    this.keep(call.result);
  }

  /** Notes that what is at this place is in a register, too, until the next instruction. */
  private keep(place: Place): void {
    const { address, size } = this.layout.memory(place);
    this.kept = this.machine.keepsValue && size === 8 ? address : undefined;
  }

  private left(operand: Operand, kept: number | undefined): Value {
    const value = this.layout.value(operand);
    const isKept =
      value.kind === 'memory' && value.memory.size === 8 && value.memory.address === kept;
    return isKept ? { kind: 'kept' } : value;
  }

  private stub(call: Syscall, onError: string): Stub {
    const tolerates = (call.tolerates ?? []).map((name) => {
      const errno = errnoNumber(name);
      invariant(errno !== undefined, `${name} is an errno`);
      return errno;
    });
    const [label, resume] = [this.out.freshLabel(), this.out.freshLabel()];
    const key = tolerates.length > 0 ? label : `${call.step} ${onError}`;
    const known = this.stubs.get(key);
    if (known !== undefined) return known;
    const stub = { label, step: call.step, onError, tolerates, resume };
    this.stubs.set(key, stub);
    return stub;
  }

  /** The stubs, and for each `onError` what they have in common. */
  private errors(): void {
    const { machine, layout, out } = this;
    const tails = new Map<string, string>();
    for (const stub of this.stubs.values()) {
      const tail = tails.get(stub.onError) ?? out.freshLabel();
      tails.set(stub.onError, tail);
      out.label(stub.label);
      for (const errno of stub.tolerates) machine.branchErrno(out, errno, stub.resume);
      machine.fail(out, stub.step, tail);
    }
    const { step, errno } = this.program.failure;
    for (const [onError, tail] of tails) {
      out.label(tail);
      machine.storeFailure(out, layout.memory(step), layout.memory(errno), onError);
    }
  }
}
