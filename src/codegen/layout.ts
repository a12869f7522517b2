import { invariant } from '../diagnostics/invariant.ts';
import { operandsOf, pointersOf, sizeOf } from '../program/parts.ts';
import type { Data, Operand, Place, Program } from '../program/program.ts';
import { headerSize, imageBase } from './elf.ts';
import type { Memory, Value } from './machine.ts';

/** Where everything of a Program but its code lies, in the file and in memory. */
export interface Layout {
  readonly rodata: { readonly address: number; readonly bytes: Uint8Array };
  /** `zeros` bytes follow the bytes, in memory only. */
  readonly data: { readonly address: number; readonly bytes: Uint8Array; readonly zeros: number };
  readonly textAddress: number;
  value(operand: Operand): Value;
  memory(place: Place): Memory;
  /** The address of `length` bytes at `offset` of the data `name`. */
  address(name: string, offset: number, length: number): number;
}

/**
 * Gives all data and strings their addresses. In the file the parts follow each other closely; in memory each starts
 * on a page of its own, at the same offset in the page as in the file, as mmap(2) needs it. The data comes first, beside the
 * headers, so that with its zeros it is one page. The code comes last, so that all the addresses that it mentions
 * are known before its size is.
 */
export function layOut(program: Program, pageSize: number): Layout {
  const readOnly = program.data.filter(({ kind }) => kind !== 'variable');
  const variables = byZeroTail(program.data.filter((data) => data.kind === 'variable'));
  const sizes = new Map(program.data.map((data) => [data.name, sizeOf(data)]));
  invariant(sizes.size === program.data.length, 'every data has a name of its own');
  const addresses = new Map<string, number>();
  const place = (from: number, data: readonly Data[]): number => {
    let at = from;
    for (const { name } of data) {
      at = align(at, 8);
      addresses.set(name, at);
      at += sizes.get(name)!;
    }
    return at;
  };

  const dataAddress = align(imageBase + headerSize, 8);
  const initialised = variables.filter((variable) => filledOf(variable) > 0);
  // Buffers come last: most lives of a program touch the page of the small variables only.
  const blank = variables
    .filter((variable) => filledOf(variable) === 0)
    .sort((a, b) => a.size - b.size);
  const initialisedEnd = place(dataAddress, initialised);
  const last = initialised.at(-1);
  const dataEnd = last === undefined ? dataAddress : addresses.get(last.name)! + filledOf(last);
  const zerosEnd = place(initialisedEnd, blank);

  const rodataOffset = align(dataEnd - imageBase, 8);
  const rodataAddress = align(zerosEnd, pageSize) + (rodataOffset % pageSize);
  const strings = new Map<string, { readonly address: number; readonly bytes: Uint8Array }>();
  let end = place(rodataAddress, readOnly);
  for (const value of stringsOf(program)) {
    invariant(!value.includes('\0'), `no NUL in ${JSON.stringify(value)}`);
    const bytes = utf8.encode(value);
    strings.set(value, { address: end, bytes });
    end += bytes.length + 1;
  }

  const address = (name: string, offset: number, length: number): number => {
    const start = addresses.get(name);
    invariant(start !== undefined, `the data ${name} exists`);
    const size = sizes.get(name)!;
    invariant(offset >= 0 && offset + length <= size, `${offset}+${length} lies within ${name}`);
    return start + offset;
  };
  const memory = (of: Place): Memory => ({
    address: address(of.variable, of.offset, of.size),
    size: of.size,
  });
  const value = (operand: Operand): Value => {
    switch (operand.kind) {
      case 'int':
        return { kind: 'constant', value: BigInt.asIntN(64, operand.value) };
      case 'string':
        return { kind: 'address', address: strings.get(operand.value)!.address };
      case 'address':
        return { kind: 'address', address: address(operand.of, operand.offset, 0) };
      case 'load': {
        const from = memory(operand.place);
        return { kind: 'memory', memory: from, signed: operand.signed ?? false };
      }
    }
  };

  const rodata = new Uint8Array(align(end, 8) - rodataAddress);
  const bytes = new Uint8Array(dataEnd - dataAddress);
  for (const data of readOnly) fill(rodata, addresses.get(data.name)! - rodataAddress, data, value);
  for (const string of strings.values()) rodata.set(string.bytes, string.address - rodataAddress);
  for (const data of initialised) fill(bytes, addresses.get(data.name)! - dataAddress, data, value);

  const textOffset = align(rodataOffset + rodata.length, 16);
  const textPage = align(end, pageSize);
  return {
    rodata: { address: rodataAddress, bytes: rodata },
    data: { address: dataAddress, bytes, zeros: zerosEnd - dataEnd },
    textAddress: textPage + (textOffset % pageSize),
    value,
    memory,
    address,
  };
}

const utf8 = new TextEncoder();

type Variable = Extract<Data, { kind: 'variable' }>;

const align = (value: number, to: number): number => Math.ceil(value / to) * to;

/** The variable with the longest tail of zeros comes last, as the file can leave that tail out. */
function byZeroTail(variables: readonly Variable[]): readonly Variable[] {
  const tail = (variable: Variable): number => variable.size - filledOf(variable);
  const filled = variables.filter((variable) => filledOf(variable) > 0);
  const longest = filled.reduce<Variable | undefined>(
    (best, one) => (best === undefined || tail(one) > tail(best) ? one : best),
    undefined,
  );
  return longest === undefined
    ? variables
    : [...variables.filter((one) => one !== longest), longest];
}

/** How many first bytes of a variable the file has to hold. */
function filledOf(variable: Variable): number {
  const filled = Math.max(
    variable.initial?.length ?? 0,
    ...(variable.pointers ?? []).map(({ offset }) => offset + 8),
  );
  invariant(filled <= variable.size, `the first bytes of ${variable.name} fit into it`);
  return filled;
}

function fill(into: Uint8Array, at: number, data: Data, value: (operand: Operand) => Value): void {
  const view = new DataView(into.buffer);
  const link = (offset: number, target: Operand): void => {
    const linked = value(target);
    invariant(
      linked.kind === 'constant' || linked.kind === 'address',
      `${data.name} is linked to constants and addresses`,
    );
    view.setBigUint64(
      at + offset,
      BigInt.asUintN(64, linked.kind === 'address' ? BigInt(linked.address) : linked.value),
      true,
    );
  };
  switch (data.kind) {
    case 'constant':
      into.set(data.bytes, at);
      break;
    case 'pointers':
      data.targets.forEach((target, index) => {
        if (target !== null) link(index * 8, target);
      });
      break;
    case 'variable':
      if (data.initial !== undefined) into.set(data.initial, at);
      for (const { offset, target } of data.pointers ?? []) link(offset, target);
  }
}

/** All strings in the order of their first use. */
function stringsOf(program: Program): ReadonlySet<string> {
  const strings = new Set<string>();
  const take = (operands: readonly Operand[]): void => {
    for (const operand of operands) if (operand.kind === 'string') strings.add(operand.value);
  };
  for (const data of program.data) take(pointersOf(data));
  for (const instruction of program.code) take(operandsOf(instruction));
  return strings;
}
