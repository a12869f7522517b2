import type { ArgumentTest, Comparison } from '../linux/system-call-filter.ts';
import { ARGUMENTS, and, type Instruction, ifAbove, ifAtLeast, ifEqual, load, ret } from './bpf.ts';

/** Returns `value` if all tests hold, and goes on behind itself if one does not. */
export function ruleCode(
  tests: readonly ArgumentTest[],
  is32Bit: boolean,
  value: number,
): readonly Instruction[] {
  const blocks = tests.map((test) => testCode(test, is32Bit));
  const length = blocks.reduce((sum, block) => sum + block.length, 1);
  const code: Instruction[] = [];
  for (const block of blocks) {
    const end = code.length + block.length;
    for (const each of block) {
      const from = code.length + 1;
      const over = { on: 0, holds: end - from, fails: length - from };
      code.push('make' in each ? each.make(over[each.yes], over[each.no]) : each);
    }
  }
  return [...code, ret(value)];
}

/** On to the next instruction, behind the test as it holds, or behind the rule as it does not. */
type Target = 'on' | 'holds' | 'fails';

interface Branch {
  readonly make: (yes: number, no: number) => Instruction;
  readonly yes: Target;
  readonly no: Target;
}

type Draft = Instruction | Branch;

const HALF = 0xffffffffn;

/** The program sees 32 bits at a time; the kernel's machines are little endian. */
function testCode({ argument, is, value, mask }: ArgumentTest, is32Bit: boolean): readonly Draft[] {
  const wanted = BigInt(value);
  const masked = mask === undefined ? undefined : BigInt(mask);
  const half = (shift: bigint) => ({
    look: [
      load(ARGUMENTS + 8 * argument + (shift === 0n ? 0 : 4)),
      ...(masked === undefined ? [] : [and(Number((masked >> shift) & HALF))]),
    ],
    k: Number((wanted >> shift) & HALF),
  });
  const low = half(0n);
  const last: readonly Draft[] = [...low.look, lowBranch(is, low.k)];
  if (is32Bit) return last;
  const high = half(32n);
  return [...high.look, ...highBranches(is, high.k), ...last];
}

const branch = (make: Branch['make'], yes: Target, no: Target): Branch => ({ make, yes, no });

/** What the high halves already say; the low ones decide where they are equal. */
function highBranches(is: Comparison, k: number): readonly Draft[] {
  const equal = (otherwise: Target) => branch((yes, no) => ifEqual(k, yes, no), 'on', otherwise);
  const above = (then: Target) => branch((yes, no) => ifAbove(k, yes, no), then, 'on');
  switch (is) {
    case '==':
      return [equal('fails')];
    case '!=':
      return [equal('holds')];
    case '>':
    case '>=':
      return [above('holds'), equal('fails')];
    default:
      return [above('fails'), equal('holds')];
  }
}

function lowBranch(is: Comparison, k: number): Draft {
  const make = {
    '==': ifEqual,
    '!=': ifEqual,
    '>': ifAbove,
    '<=': ifAbove,
    '>=': ifAtLeast,
    '<': ifAtLeast,
  }[is];
  const [yes, no] = is === '==' || is === '>' || is === '>=' ? HOLDS : FAILS;
  return branch((over, other) => make(k, over, other), yes, no);
}

const HOLDS = ['holds', 'fails'] as const;
const FAILS = ['fails', 'holds'] as const;
