import { invariant } from '../../diagnostics/invariant.ts';
import { syscallNumbers } from '../../linux/syscalls.ts';
import type { Condition } from '../../program/program.ts';
import type { CodeBuffer } from '../buffer.ts';
import type { Machine, Value } from '../machine.ts';
import * as x from './encode.ts';

/** The order of the arguments: syscall(2), "Architecture calling conventions". */
const argumentRegisters = [x.rdi, x.rsi, x.rdx, x.r10, x.r8, x.r9] as const;

const conditionCode: Readonly<Record<Condition, x.ConditionCode>> = {
  '==': x.cc.e,
  '!=': x.cc.ne,
  '<': x.cc.l,
  '<=': x.cc.le,
  '>': x.cc.g,
  '>=': x.cc.ge,
};

/**
 * x86-64. Values pass through rax and rcx; decimal also takes rdx and rdi, poke rdi. Addresses are below 2 GiB, so that they
 * fit into a sign-extended 32-bit displacement.
 */
export const x64: Machine = {
  elfMachine: 62, // EM_X86_64
  pageSize: 0x1000,
  keepsValue: true, // rax

  trap: x.ud2,
  jump: x.jmp,

  branch(out, left, condition, right, to) {
    loadValue(out, x.rax, left);
    const imm = immediate(right);
    if (imm === 0) {
      x.test(out, x.rax);
    } else if (imm !== undefined) {
      x.aluImm(out, x.alu.cmp, x.rax, imm);
    } else {
      loadValue(out, x.rcx, right);
      x.aluReg(out, x.alu.cmp, x.rax, x.rcx);
    }
    x.jcc(out, conditionCode[condition], to);
  },

  store(out, to, value) {
    const imm = immediate(value, to.size);
    if (imm !== undefined) {
      x.storeImm(out, to.address, imm, to.size);
    } else {
      loadValue(out, x.rax, value);
      x.store(out, to.address, x.rax, to.size);
    }
  },

  compute(out, to, left, operator, right) {
    loadValue(out, x.rax, left);
    switch (operator) {
      case '+':
        applyAlu(out, x.alu.add, right);
        break;
      case '-':
        applyAlu(out, x.alu.sub, right);
        break;
      case '&':
        applyAlu(out, x.alu.and, right);
        break;
      case '|':
        applyAlu(out, x.alu.or, right);
        break;
      case '<<':
        applyShift(out, x.shift.shl, right);
        break;
      case '>>':
        applyShift(out, x.shift.shr, right);
        break;
    }
    x.store(out, to.address, x.rax, to.size);
  },

  lookup(out, to, table, index) {
    loadValue(out, x.rax, index);
    x.loadIndexed(out, x.rax, x.rax, table);
    x.store(out, to.address, x.rax, to.size);
  },

  stack(out, to) {
    x.store(out, to.address, x.rsp, to.size);
  },

  peek(out, to, at, size) {
    loadValue(out, x.rax, at);
    if (size === 1) x.loadByteAt(out, x.rax, x.rax);
    else x.loadQuadAt(out, x.rax, x.rax);
    x.store(out, to.address, x.rax, to.size);
  },

  poke(out, at, value, size) {
    loadValue(out, x.rdi, at);
    loadValue(out, x.rax, value);
    if (size === 1) x.storeByte(out, x.rdi, x.rax);
    else x.storeQuadAt(out, x.rdi, x.rax);
  },

  decimal(out, value, address, width, pad) {
    const [digit, fill, done] = [out.freshLabel(), out.freshLabel(), out.freshLabel()];
    loadValue(out, x.rax, value);
    x.movImm32(out, x.rdi, address + width);
    x.movImm32(out, x.rcx, 10);
    out.label(digit);
    x.zero(out, x.rdx);
    x.div(out, x.rcx);
    x.aluImm32(out, x.alu.add, x.rdx, 0x30);
    x.dec32(out, x.rdi);
    x.storeByte(out, x.rdi, x.rdx);
    x.aluImm32(out, x.alu.cmp, x.rdi, address);
    x.jcc(out, x.cc.e, done);
    x.test(out, x.rax);
    x.jcc(out, x.cc.ne, digit);
    out.label(fill);
    x.dec32(out, x.rdi);
    x.storeByteImm(out, x.rdi, pad);
    x.aluImm32(out, x.alu.cmp, x.rdi, address);
    x.jcc(out, x.cc.ne, fill);
    out.label(done);
  },

  syscall(out, name, args) {
    invariant(args.length <= 6, `${name} has at most six arguments`);
    args.forEach((arg, index) => {
      loadValue(out, argumentRegisters[index]!, arg);
    });
    loadConstant(out, x.rax, BigInt(syscallNumbers.x86_64[name]));
    x.syscall(out);
  },

  checkResult(out, failed, child) {
    if (failed === undefined && child === undefined) return;
    x.test(out, x.rax);
    if (failed !== undefined) x.jcc(out, x.cc.s, failed);
    if (child !== undefined) x.jcc(out, x.cc.e, child);
  },

  storeResult(out, to) {
    x.store(out, to.address, x.rax, to.size);
  },

  branchErrno(out, errno, to) {
    x.aluImm32(out, x.alu.cmp, x.rax, -errno);
    x.jcc(out, x.cc.e, to);
  },

  fail(out, step, to) {
    if (step === 0) x.zero(out, x.rcx);
    else x.movImm32(out, x.rcx, step);
    x.jmp(out, to);
  },

  storeFailure(out, step, errno, to) {
    x.load(out, x.rdx, errno.address, errno.size);
    x.test(out, x.rdx);
    x.jcc(out, x.cc.ne, to);
    x.movsxd(out, x.rcx, x.rcx); // a step may be -1
    x.store(out, step.address, x.rcx, step.size);
    x.neg(out, x.rax);
    x.store(out, errno.address, x.rax, errno.size);
    x.jmp(out, to);
  },
};

function applyAlu(out: CodeBuffer, op: x.Alu, right: Value): void {
  const imm = immediate(right);
  if (imm !== undefined) {
    x.aluImm(out, op, x.rax, imm);
  } else {
    loadValue(out, x.rcx, right);
    x.aluReg(out, op, x.rax, x.rcx);
  }
}

function applyShift(out: CodeBuffer, op: x.Shift, right: Value): void {
  if (right.kind === 'constant') {
    x.shiftImm(out, op, x.rax, Number(BigInt.asUintN(6, right.value)));
  } else {
    loadValue(out, x.rcx, right);
    x.shiftCl(out, op, x.rax);
  }
}

/** The value as a sign-extended 32-bit constant, if it is one once cut to `size` bytes. */
function immediate(value: Value, size: 1 | 2 | 4 | 8 = 8): number | undefined {
  if (value.kind === 'memory' || value.kind === 'kept') return undefined;
  if (value.kind === 'address') return value.address;
  const cut = BigInt.asIntN(size * 8, value.value);
  return BigInt.asIntN(32, cut) === cut ? Number(cut) : undefined;
}

function loadValue(out: CodeBuffer, dst: x.Reg, value: Value): void {
  switch (value.kind) {
    case 'constant':
      return loadConstant(out, dst, value.value);
    case 'address':
      return x.movImm32(out, dst, value.address);
    case 'memory': {
      const { address, size } = value.memory;
      return value.signed ? x.loadSigned(out, dst, address, size) : x.load(out, dst, address, size);
    }
    case 'kept':
      return invariant(dst === x.rax, 'what is kept is in rax');
  }
}

/** The shortest move of a constant. Zero changes the flags. */
function loadConstant(out: CodeBuffer, dst: x.Reg, value: bigint): void {
  if (value === 0n) x.zero(out, dst);
  else if (BigInt.asUintN(32, value) === value) x.movImm32(out, dst, Number(value));
  else if (BigInt.asIntN(32, value) === value) x.movSignedImm32(out, dst, Number(value));
  else x.movImm64(out, dst, value);
}
