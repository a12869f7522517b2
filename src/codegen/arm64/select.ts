import { invariant } from '../../diagnostics/invariant.ts';
import { syscallNumbers } from '../../linux/syscalls.ts';
import type { Condition } from '../../program/program.ts';
import type { CodeBuffer } from '../buffer.ts';
import type { Machine, Memory, Operator, Value } from '../machine.ts';
import * as a from './encode.ts';

const argumentRegisters = [0, 1, 2, 3, 4, 5] as const;
const numberRegister = 8;

/** Registers that no system call sees: two values, an address, and the step of `fail`. */
const [left, right, pointer, failedStep] = [9, 10, 11, 12] as const;

const conditionCode: Readonly<Record<Condition, a.ConditionCode>> = {
  '==': a.cond.eq,
  '!=': a.cond.ne,
  '<': a.cond.lt,
  '<=': a.cond.le,
  '>': a.cond.gt,
  '>=': a.cond.ge,
};

const registerForm: Readonly<
  Record<Operator, (out: CodeBuffer, dst: a.Reg, left: a.Reg, right: a.Reg) => void>
> = { '+': a.add, '-': a.sub, '&': a.and, '|': a.orr, '<<': a.lsl, '>>': a.lsr };

/** AArch64, little endian. The calling convention of the kernel: syscall(2), "Architecture calling conventions". */
export const arm64: Machine = {
  elfMachine: 183, // EM_AARCH64
  pageSize: 0x10000,
  keepsValue: false,

  trap: a.udf,
  jump: a.b,

  branch(out, leftValue, condition, rightValue, to) {
    load(out, left, leftValue);
    const imm = immediate(rightValue);
    if (imm === 0 && condition === '==') return a.cbz(out, left, to);
    if (imm === 0 && condition === '!=') return a.cbnz(out, left, to);
    if (imm === undefined) {
      load(out, right, rightValue);
      a.cmp(out, left, right);
    } else if (imm >= 0) {
      a.cmpImm(out, left, imm);
    } else {
      a.cmnImm(out, left, -imm);
    }
    a.bCond(out, conditionCode[condition], to);
  },

  store(out, to, value) {
    const zero = value.kind === 'constant' && BigInt.asUintN(to.size * 8, value.value) === 0n;
    if (!zero) load(out, left, value);
    storeAt(out, zero ? a.xzr : left, to);
  },

  compute(out, to, leftValue, operator, rightValue) {
    load(out, left, leftValue);
    const imm = operator === '+' || operator === '-' ? immediate(rightValue) : undefined;
    if (imm === undefined) {
      load(out, right, rightValue);
      registerForm[operator](out, left, left, right);
    } else if ((operator === '+') === imm >= 0) {
      a.addImm(out, left, left, Math.abs(imm));
    } else {
      a.subImm(out, left, left, Math.abs(imm));
    }
    storeAt(out, left, to);
  },

  lookup(out, to, table, index) {
    load(out, left, index);
    a.address(out, pointer, table);
    a.loadIndexed(out, left, pointer, left);
    storeAt(out, left, to);
  },

  stack(out, to) {
    a.movSp(out, left);
    storeAt(out, left, to);
  },

  peek(out, to, at, size) {
    load(out, left, at);
    a.load(out, left, left, size);
    storeAt(out, left, to);
  },

  poke(out, at, value, size) {
    load(out, right, value);
    load(out, left, at);
    a.store(out, right, left, size);
  },

  decimal(out, value, address, width, pad) {
    const [digit, fill, done] = [out.freshLabel(), out.freshLabel(), out.freshLabel()];
    const [number, ten, start, at, quotient, character] = [9, 10, 11, 12, 13, 14] as const;
    load(out, number, value);
    a.address(out, start, address);
    a.address(out, at, address + width);
    a.movz(out, ten, 10, 0);
    out.label(digit);
    a.udiv(out, quotient, number, ten);
    a.msub(out, character, quotient, ten, number);
    a.addImm(out, character, character, 0x30);
    a.storeByteBefore(out, character, at);
    a.mov(out, number, quotient);
    a.cmp(out, at, start);
    a.bCond(out, a.cond.eq, done);
    a.cbnz(out, number, digit);
    a.movz(out, character, pad, 0);
    out.label(fill);
    a.storeByteBefore(out, character, at);
    a.cmp(out, at, start);
    a.bCond(out, a.cond.ne, fill);
    out.label(done);
  },

  syscall(out, name, args) {
    invariant(args.length <= 6, `${name} has at most six arguments`);
    args.forEach((arg, index) => {
      load(out, argumentRegisters[index]!, arg);
    });
    loadConstant(out, numberRegister, BigInt(syscallNumbers.aarch64[name]));
    a.svc(out);
  },

  checkResult(out, failed, child) {
    if (failed !== undefined) a.branchNegative(out, 0, failed);
    if (child !== undefined) a.cbz(out, 0, child);
  },

  storeResult(out, to) {
    storeAt(out, 0, to);
  },

  branchErrno(out, errno, to) {
    a.cmnImm(out, 0, errno);
    a.bCond(out, a.cond.eq, to);
  },

  fail(out, step, to) {
    loadConstant(out, failedStep, BigInt(step));
    a.b(out, to);
  },

  storeFailure(out, step, errno, to) {
    a.address(out, pointer, errno.address);
    a.load(out, left, pointer, errno.size);
    a.cbnz(out, left, to);
    storeAt(out, failedStep, step);
    a.neg(out, left, 0);
    storeAt(out, left, errno);
    a.b(out, to);
  },
};

/** The value, if it and its opposite fit into an unsigned 12-bit field. */
function immediate(value: Value): number | undefined {
  if (value.kind !== 'constant') return undefined;
  return value.value > -4096n && value.value < 4096n ? Number(value.value) : undefined;
}

function storeAt(out: CodeBuffer, src: a.Reg, to: Memory): void {
  a.address(out, pointer, to.address);
  a.store(out, src, pointer, to.size);
}

function load(out: CodeBuffer, dst: a.Reg, value: Value): void {
  switch (value.kind) {
    case 'constant':
      return loadConstant(out, dst, value.value);
    case 'address':
      return a.address(out, dst, value.address);
    case 'memory': {
      a.address(out, pointer, value.memory.address);
      const form = value.signed ? a.loadSigned : a.load;
      return form(out, dst, pointer, value.memory.size);
    }
    case 'kept':
      return invariant(false, 'nothing is kept');
  }
}

/** A constant by as few moves of 16 bits as possible: from zero, from all ones, or from 32 ones. */
function loadConstant(out: CodeBuffer, dst: a.Reg, value: bigint): void {
  const shifts = [0, 16, 32, 48] as const;
  const chunks = shifts.map((shift) =>
    Number((BigInt.asUintN(64, value) >> BigInt(shift)) & 0xffffn),
  );
  const zeros = chunks.filter((chunk) => chunk === 0).length;
  const ones = chunks.filter((chunk) => chunk === 0xffff).length;
  const [low, high] = [chunks[0]!, chunks[1]!];
  const isWord = chunks[2] === 0 && chunks[3] === 0;
  if (isWord && high === 0xffff) return a.movn32(out, dst, low ^ 0xffff, 0);
  if (isWord && low === 0xffff && high !== 0) return a.movn32(out, dst, high ^ 0xffff, 16);
  const background = ones > zeros ? 0xffff : 0;
  const needed = shifts.filter((shift) => chunks[shift / 16] !== background);
  const [first, ...rest] = needed.length > 0 ? needed : [0 as const];
  const chunk = chunks[first! / 16]!;
  if (background === 0) a.movz(out, dst, chunk, first!);
  else a.movn(out, dst, chunk ^ 0xffff, first!);
  for (const shift of rest) a.movk(out, dst, chunks[shift / 16]!, shift);
}
