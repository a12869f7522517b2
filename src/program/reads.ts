import { type Analysis, follow } from './flow.ts';
import { at, operandsOf, pointersOf, sharesDescriptors, writtenBy } from './parts.ts';
import type { Data, Operand, Place, Program } from './program.ts';

type Variable = Extract<Data, { kind: 'variable' }>;

/** The bytes that hold something: a bit for each. */
type Written = Uint32Array;

/**
 * Where a variable is read that nothing has been written to on some way there. When a step begins, only what is kept between
 * steps holds something: so no step can live on what another one happens to have left.
 */
export function readFaults(program: Program): readonly string[] {
  const { code, kept } = program;
  const tracked = temporaries(program);
  const first = firstBits(tracked);
  const bits = (variable: string, offset: number, size: number): readonly number[] => {
    const from = first.get(variable);
    return from === undefined
      ? []
      : Array.from({ length: size }, (_, byte) => from + offset + byte);
  };
  const wanted = code.map((each) =>
    operandsOf(each).flatMap((operand) =>
      operand.kind === 'load'
        ? [{ name: operand.place.variable, bits: bitsOf(operand.place) }]
        : [],
    ),
  );
  function bitsOf({ variable, offset, size }: Place): readonly number[] {
    return bits(variable, offset, size);
  }
  const given = code.map((each) =>
    each.kind === 'syscall'
      ? givenTo(each.args).flatMap((name) => bits(name, 0, tracked.get(name) ?? 0))
      : [],
  );
  const gets = code.map((each, index) => [...writtenBy(each).flatMap(bitsOf), ...given[index]!]);
  const length = [...tracked.values()].reduce((sum, size) => sum + size, 0);
  const stays = new Uint32Array(Math.ceil(length / 32));
  for (const name of kept.handedOn) setAll(stays, bits(name, 0, tracked.get(name) ?? 0));
  const indexes = new Map(code.map((each, index) => [each, index]));
  const analysis: Analysis<Written> = {
    start: new Uint32Array(stays.length),
    copy: (written) => written.slice(),
    meet: (into, other) => keepBoth(into, other),
    after: (written, instruction, index) => {
      if (instruction.kind === 'step') keepBoth(written, stays);
      setAll(written, gets[index]!);
    },
    // Whoever starts another process has already told the kernel where to write. One that shares the memory and waits for the
    // end of this one finds what has been written until then.
    away: (written, instruction, way) => {
      if (way !== 'child' || instruction.kind !== 'syscall') return;
      if (sharesDescriptors(instruction, program)) written.fill(0xffffffff);
      else setAll(written, given[indexes.get(instruction)!]!);
    },
  };
  const faults = new Set<string>();
  follow(program, analysis, (written, _, index) => {
    for (const { name, bits: all } of wanted[index]!)
      if (!all.every((bit) => isSet(written, bit)))
        faults.add(`${at(code, index)} reads ${name}, which may hold nothing`);
  });
  return [...faults];
}

function firstBits(sizes: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  let next = 0;
  return new Map(
    [...sizes].map(([name, size]) => {
      next += size;
      return [name, next - size];
    }),
  );
}

function setAll(written: Written, bits: readonly number[]): void {
  for (const bit of bits) written[bit >> 5]! |= 1 << (bit & 31);
}

const isSet = (written: Written, bit: number): boolean =>
  (written[bit >> 5]! & (1 << (bit & 31))) !== 0;

/** Whether it has taken one away. */
function keepBoth(into: Written, other: Written): boolean {
  let changed = false;
  for (let index = 0; index < into.length; index++) {
    const both = into[index]! & other[index]!;
    changed ||= both !== (into[index]! | 0);
    into[index] = both;
  }
  return changed;
}

/** Whether it has first bytes, or addresses. */
const isFilled = ({ initial, pointers }: Variable): boolean =>
  initial !== undefined || pointers !== undefined;

/** The memory that a call gets the address of: it may be written as a whole. */
const givenTo = (args: readonly Operand[]): readonly string[] =>
  args.flatMap((arg) => (arg.kind === 'address' ? [arg.of] : []));

/**
 * What holds nothing when a step begins, and its size: no state, no descriptor, no first bytes. What is written through an address that
 * is computed or lies in other data is left out: nothing says when.
 */
function temporaries({ data, code, kept }: Program): ReadonlyMap<string, number> {
  const left = new Set([...kept.zero, ...kept.handles.keys()]);
  for (const item of data)
    for (const target of pointersOf(item)) if (target.kind === 'address') left.add(target.of);
  for (const each of code) {
    if (each.kind === 'decimal') left.add(each.variable);
    if (each.kind === 'syscall') continue;
    for (const operand of operandsOf(each)) if (operand.kind === 'address') left.add(operand.of);
  }
  return new Map(
    data.flatMap((item) =>
      item.kind === 'variable' && !isFilled(item) && !left.has(item.name)
        ? [[item.name, item.size]]
        : [],
    ),
  );
}
