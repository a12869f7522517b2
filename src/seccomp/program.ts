import type { Arch } from '../facts/facts.ts';
import {
  type CallRule,
  returned,
  type SystemCallFilter,
  type Verdict,
} from '../linux/system-call-filter.ts';
import { type Abi, systemCallNumber, X32_BIT } from '../linux/system-calls.ts';
import { type Instruction, ifAtLeast, ifEqual, jump, load, MACHINE, NUMBER, ret } from './bpf.ts';
import { throughMultiplexer } from './multiplexer.ts';
import { ruleCode } from './rule-code.ts';

/** The most instructions that the kernel takes. @see include/uapi/linux/bpf_common.h, BPF_MAXINSNS */
export const MOST_INSTRUCTIONS = 4096;

interface Machine {
  /** AUDIT_ARCH_X86_64 and its like. @see include/uapi/linux/audit.h */
  readonly id: number;
  readonly abis: readonly Abi[];
}

const machines: Readonly<Record<Arch, readonly Machine[]>> = {
  x86_64: [
    { id: 0xc000003e, abis: ['x86_64', 'x32'] },
    { id: 0x40000003, abis: ['x86'] },
  ],
  aarch64: [{ id: 0xc00000b7, abis: ['aarch64'] }],
};

/** The kinds of programs that a machine of this architecture executes. */
export const abisOf = (arch: Arch): readonly Abi[] => machines[arch].flatMap(({ abis }) => abis);

/** The filter as the program that the kernel runs before each system call. @see seccomp(2) */
export function filterProgram(filter: SystemCallFilter, arch: Arch): readonly Instruction[] {
  const [own] = abisOf(arch);
  const parts = machines[arch]
    .map(({ id, abis }) => ({
      id,
      abis: abis.filter((abi) => abi === own || filter.abis.includes(abi)),
    }))
    .filter(({ abis }) => abis.length > 0);
  return [
    load(MACHINE),
    ...parts.flatMap(({ id, abis }) => {
      const code = [load(NUMBER), ...search(rangesOf(filter, abis))];
      return [ifEqual(id, 1, 0), jump(code.length), ...code];
    }),
    ret(returned('kill_process')),
  ];
}

/** Numbers of calls of which the same becomes, from `first` up to the next range. */
interface Range {
  readonly first: number;
  readonly code: readonly Instruction[];
}

/** What a tracer puts in place of a number to leave the call out. @see ptrace(2), PTRACE_EVENT_SECCOMP */
const NO_CALL = 0xffffffff;

/** All numbers, in order, neighbours never alike. */
function rangesOf(filter: SystemCallFilter, abis: readonly Abi[]): readonly Range[] {
  const otherwise = [ret(returned(filter.otherwise))];
  const other = [ret(returned('kill_process'))];
  const ofOtherKind = (number: number) =>
    number >= X32_BIT && number !== NO_CALL && abis.includes('x86_64') && !abis.includes('x32');
  const base = (number: number) => (ofOtherKind(number) ? other : otherwise);
  const named = new Map(abis.flatMap((abi) => [...decisions(filter, abi)]));
  const firsts = [0, X32_BIT, NO_CALL, ...named.keys(), ...[...named.keys()].map((n) => n + 1)];
  const ranges: Range[] = [];
  for (const first of [...new Set(firsts)].sort((a, b) => a - b)) {
    const code = named.get(first) ?? base(first);
    const before = ranges.at(-1)?.code;
    if (before === undefined || !same(before, code)) ranges.push({ first, code });
  }
  return ranges;
}

const same = (some: readonly Instruction[], others: readonly Instruction[]): boolean =>
  some.length === others.length && some.every((each, index) => equal(each, others[index]));

const equal = (a: Instruction, b: Instruction | undefined): boolean =>
  a.code === b?.code && a.k === b.k && a.yes === b.yes && a.no === b.no;

/** By number, what decides about each call that a rule speaks of. */
function decisions(
  { rules, otherwise }: SystemCallFilter,
  abi: Abi,
): ReadonlyMap<number, readonly Instruction[]> {
  const byCall = new Map<string, CallRule[]>();
  for (const rule of throughMultiplexer(rules, abi))
    for (const call of rule.calls) byCall.set(call, [...(byCall.get(call) ?? []), rule]);
  return new Map(
    [...byCall].flatMap(([call, its]) => {
      const number = systemCallNumber(call, abi);
      return number === undefined ? [] : [[number, decision(its, otherwise, abi)] as const];
    }),
  );
}

function decision(rules: readonly CallRule[], otherwise: Verdict, abi: Abi): Instruction[] {
  const is32Bit = abi === 'x86' || abi === 'x32';
  const last = rules.find(({ when = [] }) => when.length === 0)?.verdict ?? otherwise;
  return [
    ...rules.flatMap(({ when = [], verdict }) =>
      when.length === 0 ? [] : ruleCode(when, is32Bit, returned(verdict)),
    ),
    ret(returned(last)),
  ];
}

/** As far as a conditional jump goes. */
const FARTHEST = 255;

/** Finds the range of the number that was loaded, by halves. */
function search(ranges: readonly Range[]): readonly Instruction[] {
  const middle = ranges.length >> 1;
  const upper = ranges[middle];
  if (middle === 0 || upper === undefined) return ranges[0]?.code ?? [];
  const below = search(ranges.slice(0, middle));
  const above = search(ranges.slice(middle));
  const leap =
    below.length <= FARTHEST
      ? [ifAtLeast(upper.first, below.length, 0)]
      : [ifAtLeast(upper.first, 0, 1), jump(below.length)];
  return [...leap, ...below, ...above];
}
