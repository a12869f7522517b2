import { CLONE } from '../linux/flags.ts';
import { operandText } from './print.ts';
import type { Data, Instruction, Operand, Place, Program, Syscall } from './program.ts';

/** In memory. */
export function sizeOf(item: Data): number {
  switch (item.kind) {
    case 'constant':
      return item.bytes.length;
    case 'pointers':
      return item.targets.length * 8;
    case 'variable':
      return item.size;
  }
}

/** What data holds the addresses of. */
export function pointersOf(item: Data): readonly Operand[] {
  if (item.kind === 'pointers') return item.targets.filter((target) => target !== null);
  if (item.kind === 'constant') return [];
  return (item.pointers ?? []).map(({ target }) => target);
}

/** What an instruction takes. */
export function operandsOf(instruction: Instruction): readonly Operand[] {
  switch (instruction.kind) {
    case 'syscall':
      return instruction.args;
    case 'branch':
    case 'compute':
      return [instruction.left, instruction.right];
    case 'store':
    case 'decimal':
      return [instruction.value];
    case 'peek':
      return [instruction.at];
    case 'poke':
      return [instruction.at, instruction.value];
    case 'lookup':
      return [instruction.index];
    case 'label':
    case 'step':
    case 'jump':
    case 'stack':
      return [];
  }
}

/** The places that an instruction writes by their names. */
export function writtenBy(instruction: Instruction): readonly Place[] {
  switch (instruction.kind) {
    case 'syscall':
      return instruction.result === undefined ? [] : [instruction.result];
    case 'store':
    case 'compute':
    case 'stack':
    case 'peek':
    case 'lookup':
      return [instruction.to];
    default:
      return [];
  }
}

/** How a fault names the call or the instruction that it is found at. */
export const at = (code: readonly Instruction[], index: number): string => {
  const each = code[index];
  const what =
    each?.kind === 'syscall'
      ? `${each.name}(${each.args.map(operandText).join(', ')})`
      : each?.kind;
  return `${placeOf(code, index)}: ${what}`;
};

/** The last label or step before an instruction, for who looks for it. */
export function placeOf(code: readonly Instruction[], index: number): string {
  for (let at = index; at >= 0; at--) {
    const each = code[at];
    if (each?.kind === 'step') return each.symbol;
    if (each?.kind === 'label') return each.name;
  }
  return 'the start';
}

/** Whether the process that a call makes has the descriptors of this one, and its memory. */
export function sharesDescriptors({ args }: Syscall, { data }: Program): boolean {
  const of = args[0]?.kind === 'address' ? args[0].of : undefined;
  const item = data.find(({ name }) => name === of);
  const initial = item?.kind === 'variable' ? item.initial : undefined;
  if (initial === undefined) return false;
  const flags = new DataView(initial.buffer, initial.byteOffset).getBigUint64(0, true);
  return (flags & BigInt(CLONE.CLONE_FILES)) !== 0n;
}
