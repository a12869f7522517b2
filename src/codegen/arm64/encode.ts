import type { CodeBuffer, Form, Target } from '../buffer.ts';

/** A general register by its number; 31 is the zero register in the forms that this file has. */
export type Reg = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 31;

export const xzr = 31;

/** Conditions (Arm ARM, C1.2.4). */
export const cond = { eq: 0, ne: 1, ge: 10, lt: 11, gt: 12, le: 13 } as const;
export type ConditionCode = (typeof cond)[keyof typeof cond];

type Size = 1 | 2 | 4 | 8;

/** `movz xd, #imm16, lsl #shift` (Arm ARM, C6.2, MOVZ). */
export function movz(out: CodeBuffer, dst: Reg, imm: number, shift: 0 | 16 | 32 | 48): void {
  word(out, 0xd2800000, [shift / 16, 21], [imm, 5], [dst, 0]);
}

/** `movn xd, #imm16, lsl #shift`: the complement (Arm ARM, C6.2, MOVN). */
export function movn(out: CodeBuffer, dst: Reg, imm: number, shift: 0 | 16 | 32 | 48): void {
  word(out, 0x92800000, [shift / 16, 21], [imm, 5], [dst, 0]);
}

/** `movn wd, #imm16, lsl #shift`: the complement in 32 bits; the upper half becomes zero (Arm ARM, C6.2, MOVN). */
export function movn32(out: CodeBuffer, dst: Reg, imm: number, shift: 0 | 16): void {
  word(out, 0x12800000, [shift / 16, 21], [imm, 5], [dst, 0]);
}

/** `movk xd, #imm16, lsl #shift`: keeps the other bits (Arm ARM, C6.2, MOVK). */
export function movk(out: CodeBuffer, dst: Reg, imm: number, shift: 0 | 16 | 32 | 48): void {
  word(out, 0xf2800000, [shift / 16, 21], [imm, 5], [dst, 0]);
}

/** `mov xd, xm`, that is `orr xd, xzr, xm` (Arm ARM, C6.2, MOV (register)). */
export function mov(out: CodeBuffer, dst: Reg, src: Reg): void {
  orr(out, dst, xzr, src);
}

/** `mov xd, sp`, that is `add xd, sp, #0` (Arm ARM, C6.2, MOV (to/from SP)). */
export function movSp(out: CodeBuffer, dst: Reg): void {
  word(out, 0x910003e0, [dst, 0]);
}

/** The address of `target`: `adr` within 1 MiB, else `adrp` and `add` (Arm ARM, C6.2, ADR, ADRP, ADD (immediate)). */
export function address(out: CodeBuffer, dst: Reg, target: Target): void {
  out.fixup(target, [
    {
      size: 4,
      reaches: (pc, to) => fits(to - pc, 21),
      encode: (pc, to) => le((0x10000000 | addressBits(to - pc) | dst) >>> 0),
    },
    {
      size: 8,
      reaches: (pc, to) => fits(page(to) - page(pc), 21),
      encode: (pc, to) => [
        ...le((0x90000000 | addressBits(page(to) - page(pc)) | dst) >>> 0),
        ...le((0x91000000 | ((to % 4096) << 10) | (dst << 5) | dst) >>> 0),
      ],
    },
  ]);
}

/** `ldrb wt`, `ldrh wt`, `ldr wt`, `ldr xt, [xn]`: zero-extended (Arm ARM, C6.2, LDRB, LDRH, LDR (immediate)). */
export function load(out: CodeBuffer, dst: Reg, base: Reg, size: Size): void {
  word(out, 0x39400000, [Math.log2(size), 30], [base, 5], [dst, 0]);
}

/** `ldrsb`, `ldrsh`, `ldrsw`, `ldr xt, [xn]`: sign-extended (Arm ARM, C6.2, LDRSB, LDRSH, LDRSW, LDR (immediate)). */
export function loadSigned(out: CodeBuffer, dst: Reg, base: Reg, size: Size): void {
  if (size === 8) return load(out, dst, base, size);
  word(out, 0x39800000, [Math.log2(size), 30], [base, 5], [dst, 0]);
}

/** `ldr xt, [xn, xm, lsl #3]` (Arm ARM, C6.2, LDR (register)). */
export function loadIndexed(out: CodeBuffer, dst: Reg, base: Reg, index: Reg): void {
  word(out, 0xf8607800, [index, 16], [base, 5], [dst, 0]);
}

/** `strb wt`, `strh wt`, `str wt`, `str xt, [xn]` (Arm ARM, C6.2, STRB, STRH, STR (immediate)). */
export function store(out: CodeBuffer, src: Reg, base: Reg, size: Size): void {
  word(out, 0x39000000, [Math.log2(size), 30], [base, 5], [src, 0]);
}

/** `strb wt, [xn, #-1]!`: steps back, then stores (Arm ARM, C6.2, STRB (immediate), pre-index). */
export function storeByteBefore(out: CodeBuffer, src: Reg, base: Reg): void {
  word(out, 0x381ffc00, [base, 5], [src, 0]);
}

/** `add xd, xn, xm` (Arm ARM, C6.2, ADD (shifted register)). */
export function add(out: CodeBuffer, dst: Reg, left: Reg, right: Reg): void {
  word(out, 0x8b000000, [right, 16], [left, 5], [dst, 0]);
}

/** `add xd, xn, #imm12` (Arm ARM, C6.2, ADD (immediate)). */
export function addImm(out: CodeBuffer, dst: Reg, left: Reg, imm: number): void {
  word(out, 0x91000000, [imm, 10], [left, 5], [dst, 0]);
}

/** `sub xd, xn, xm` (Arm ARM, C6.2, SUB (shifted register)). */
export function sub(out: CodeBuffer, dst: Reg, left: Reg, right: Reg): void {
  word(out, 0xcb000000, [right, 16], [left, 5], [dst, 0]);
}

/** `sub xd, xn, #imm12` (Arm ARM, C6.2, SUB (immediate)). */
export function subImm(out: CodeBuffer, dst: Reg, left: Reg, imm: number): void {
  word(out, 0xd1000000, [imm, 10], [left, 5], [dst, 0]);
}

/** `neg xd, xm`, that is `sub xd, xzr, xm` (Arm ARM, C6.2, NEG (shifted register)). */
export function neg(out: CodeBuffer, dst: Reg, src: Reg): void {
  sub(out, dst, xzr, src);
}

/** `and xd, xn, xm` (Arm ARM, C6.2, AND (shifted register)). */
export function and(out: CodeBuffer, dst: Reg, left: Reg, right: Reg): void {
  word(out, 0x8a000000, [right, 16], [left, 5], [dst, 0]);
}

/** `orr xd, xn, xm` (Arm ARM, C6.2, ORR (shifted register)). */
export function orr(out: CodeBuffer, dst: Reg, left: Reg, right: Reg): void {
  word(out, 0xaa000000, [right, 16], [left, 5], [dst, 0]);
}

/** `lsl xd, xn, xm`: the count is taken modulo 64 (Arm ARM, C6.2, LSLV). */
export function lsl(out: CodeBuffer, dst: Reg, left: Reg, count: Reg): void {
  word(out, 0x9ac02000, [count, 16], [left, 5], [dst, 0]);
}

/** `lsr xd, xn, xm`: the count is taken modulo 64 (Arm ARM, C6.2, LSRV). */
export function lsr(out: CodeBuffer, dst: Reg, left: Reg, count: Reg): void {
  word(out, 0x9ac02400, [count, 16], [left, 5], [dst, 0]);
}

/** `udiv xd, xn, xm` (Arm ARM, C6.2, UDIV). */
export function udiv(out: CodeBuffer, dst: Reg, left: Reg, right: Reg): void {
  word(out, 0x9ac00800, [right, 16], [left, 5], [dst, 0]);
}

/** `msub xd, xn, xm, xa`: a - n·m (Arm ARM, C6.2, MSUB). */
export function msub(out: CodeBuffer, dst: Reg, left: Reg, right: Reg, from: Reg): void {
  word(out, 0x9b008000, [right, 16], [from, 10], [left, 5], [dst, 0]);
}

/** `cmp xn, xm`, that is `subs xzr, xn, xm` (Arm ARM, C6.2, CMP (shifted register)). */
export function cmp(out: CodeBuffer, left: Reg, right: Reg): void {
  word(out, 0xeb00001f, [right, 16], [left, 5]);
}

/** `cmp xn, #imm12` (Arm ARM, C6.2, CMP (immediate)). */
export function cmpImm(out: CodeBuffer, left: Reg, imm: number): void {
  word(out, 0xf100001f, [imm, 10], [left, 5]);
}

/** `cmn xn, #imm12`: compares with -imm (Arm ARM, C6.2, CMN (immediate)). */
export function cmnImm(out: CodeBuffer, left: Reg, imm: number): void {
  word(out, 0xb100001f, [imm, 10], [left, 5]);
}

/** `svc #0` (Arm ARM, C6.2, SVC). Linux keeps all registers but x0. */
export function svc(out: CodeBuffer): void {
  word(out, 0xd4000001);
}

/** `udf #0` (Arm ARM, C6.2, UDF). */
export function udf(out: CodeBuffer): void {
  word(out, 0);
}

/** `b` (Arm ARM, C6.2, B), ±128 MiB. */
export function b(out: CodeBuffer, to: Target): void {
  out.fixup(to, [branchForm(0x14000000, 26, 0)]);
}

/** `b.cond` (Arm ARM, C6.2, B.cond), ±1 MiB. */
export function bCond(out: CodeBuffer, condition: ConditionCode, to: Target): void {
  out.fixup(to, [branchForm(0x54000000 | condition, 19, 5)]);
}

/** `cbz xt` (Arm ARM, C6.2, CBZ), ±1 MiB. */
export function cbz(out: CodeBuffer, reg: Reg, to: Target): void {
  out.fixup(to, [branchForm(0xb4000000 | reg, 19, 5)]);
}

/** `cbnz xt` (Arm ARM, C6.2, CBNZ), ±1 MiB. */
export function cbnz(out: CodeBuffer, reg: Reg, to: Target): void {
  out.fixup(to, [branchForm(0xb5000000 | reg, 19, 5)]);
}

/**
 * Branches if the register is negative: `tbnz xt, #63` within 32 KiB, else `tbz xt, #63` over a `b`
 * (Arm ARM, C6.2, TBNZ, TBZ).
 */
export function branchNegative(out: CodeBuffer, reg: Reg, to: Target): void {
  const far = branchForm(0x14000000, 26, 0);
  out.fixup(to, [
    branchForm(0xb7f80000 | reg, 14, 5),
    {
      size: 8,
      reaches: (pc, target) => far.reaches(pc + 4, target),
      encode: (pc, target) => [
        ...le((0xb6f80000 | (2 << 5) | reg) >>> 0),
        ...far.encode(pc + 4, target),
      ],
    },
  ]);
}

/** A branch by a number of words that has `bits` bits from bit `at` on. */
function branchForm(opcode: number, bits: number, at: number): Form {
  return {
    size: 4,
    reaches: (pc, target) => fits((target - pc) / 4, bits),
    encode: (pc, target) => {
      const words = ((target - pc) / 4) & (2 ** bits - 1);
      return le((opcode | (words << at)) >>> 0);
    },
  };
}

/** Whether a signed number fits into so many bits. */
const fits = (value: number, bits: number): boolean =>
  value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1);

const page = (at: number): number => Math.floor(at / 4096);

/** immlo and immhi of ADR and ADRP. */
const addressBits = (value: number): number =>
  ((value & 3) << 29) | (((value >> 2) & 0x7ffff) << 5);

const le = (value: number): readonly number[] =>
  [0, 8, 16, 24].map((bits) => (value >>> bits) & 0xff);

/** One instruction: an opcode with fields, each a value and its lowest bit. */
function word(
  out: CodeBuffer,
  opcode: number,
  ...fields: readonly (readonly [number, number])[]
): void {
  out.u32(fields.reduce((bits, [value, at]) => bits | (value << at), opcode));
}
