import type { CodeBuffer, Form, Target } from '../buffer.ts';

/** A general register by its number; the code does without r8–r15 but for arguments. */
export type Reg = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;

/** Intel SDM vol. 2, table 3-1. */
export const rax = 0;
export const rcx = 1;
export const rdx = 2;
export const rsp = 4;
export const rsi = 6;
export const rdi = 7;
export const r8 = 8;
export const r9 = 9;
export const r10 = 10;

/** The `/digit` of the instructions of group 1 (Intel SDM vol. 2, table A-6). */
export const alu = { add: 0, or: 1, and: 4, sub: 5, cmp: 7 } as const;
export type Alu = (typeof alu)[keyof typeof alu];

/** The `/digit` of the shifts (Intel SDM vol. 2, table A-6, group 2). */
export const shift = { shl: 4, shr: 5 } as const;
export type Shift = (typeof shift)[keyof typeof shift];

/** Condition codes `tttn` (Intel SDM vol. 2, table B-10). */
export const cc = { e: 4, ne: 5, s: 8, l: 12, ge: 13, le: 14, g: 15 } as const;
export type ConditionCode = (typeof cc)[keyof typeof cc];

/** `xor r32, r32`: 31 /r (Intel SDM vol. 2, XOR). Zero in two bytes; changes the flags. */
export function zero(out: CodeBuffer, reg: Reg): void {
  rex(out, false, reg, reg);
  out.byte(0x31);
  registers(out, reg, reg);
}

/** `mov r32, imm32`: B8+rd id (Intel SDM vol. 2, MOV). Clears the upper half of the register. */
export function movImm32(out: CodeBuffer, dst: Reg, imm: number): void {
  rex(out, false, 0, dst);
  out.byte(0xb8 + (dst & 7));
  out.u32(imm);
}

/** `mov r64, imm32`, sign-extended: REX.W C7 /0 id (Intel SDM vol. 2, MOV). */
export function movSignedImm32(out: CodeBuffer, dst: Reg, imm: number): void {
  rex(out, true, 0, dst);
  out.byte(0xc7);
  registers(out, 0, dst);
  out.u32(imm);
}

/** `movabs r64, imm64`: REX.W B8+rd io (Intel SDM vol. 2, MOV). */
export function movImm64(out: CodeBuffer, dst: Reg, imm: bigint): void {
  rex(out, true, 0, dst);
  out.byte(0xb8 + (dst & 7));
  out.u64(imm);
}

/** `mov r64, r64`: REX.W 89 /r (Intel SDM vol. 2, MOV). */
export function movReg(out: CodeBuffer, dst: Reg, src: Reg): void {
  rex(out, true, src, dst);
  out.byte(0x89);
  registers(out, src, dst);
}

/**
 * Loads 1, 2, 4 or 8 bytes at an absolute address, zero-extended to 64 bits: `movzx r32, m8` 0F B6 /r,
 * `movzx r32, m16` 0F B7 /r, `mov r32, m32` 8B /r, `mov r64, m64` REX.W 8B /r (Intel SDM vol. 2, MOVZX, MOV).
 */
export function load(out: CodeBuffer, dst: Reg, address: number, size: 1 | 2 | 4 | 8): void {
  rex(out, size === 8, dst, 0);
  if (size < 4) out.byte(0x0f);
  out.byte(size === 1 ? 0xb6 : size === 2 ? 0xb7 : 0x8b);
  absolute(out, dst, address);
}

/**
 * Loads 1, 2, 4 or 8 bytes at an absolute address, sign-extended to 64 bits: `movsx r64, m8` REX.W 0F BE /r,
 * `movsx r64, m16` REX.W 0F BF /r, `movsxd r64, m32` REX.W 63 /r (Intel SDM vol. 2, MOVSX/MOVSXD), `mov r64, m64`.
 */
export function loadSigned(out: CodeBuffer, dst: Reg, address: number, size: 1 | 2 | 4 | 8): void {
  rex(out, true, dst, 0);
  if (size < 4) out.byte(0x0f);
  out.byte(size === 1 ? 0xbe : size === 2 ? 0xbf : size === 4 ? 0x63 : 0x8b);
  absolute(out, dst, address);
}

/** `mov r64, [r64*8 + disp32]`: REX.W 8B /r with a SIB byte of scale 8 and no base (Intel SDM vol. 2, table 2-3). */
export function loadIndexed(out: CodeBuffer, dst: Reg, index: Reg, address: number): void {
  out.byte(0x48 | ((dst >> 3) << 2) | ((index >> 3) << 1));
  out.byte(0x8b);
  out.byte(((dst & 7) << 3) | 4);
  out.byte(0xc0 | ((index & 7) << 3) | 5);
  out.u32(address);
}

/**
 * Stores the low 1, 2, 4 or 8 bytes of a register at an absolute address: `mov m8, r8` 88 /r, `mov m16, r16` 66 89 /r,
 * `mov m32, r32` 89 /r, `mov m64, r64` REX.W 89 /r (Intel SDM vol. 2, MOV).
 */
export function store(out: CodeBuffer, address: number, src: Reg, size: 1 | 2 | 4 | 8): void {
  if (size === 2) out.byte(0x66);
  // Without a REX prefix the byte registers 4–7 are ah, ch, dh and bh.
  if (size === 1 && src >= 4 && src < 8) out.byte(0x40);
  else rex(out, size === 8, src, 0);
  out.byte(size === 1 ? 0x88 : 0x89);
  absolute(out, src, address);
}

/**
 * Stores a constant at an absolute address: `mov m8, imm8` C6 /0 ib, `mov m16, imm16` 66 C7 /0 iw, `mov m32, imm32`
 * C7 /0 id, `mov m64, imm32` (sign-extended) REX.W C7 /0 id (Intel SDM vol. 2, MOV).
 */
export function storeImm(out: CodeBuffer, address: number, imm: number, size: 1 | 2 | 4 | 8): void {
  if (size === 2) out.byte(0x66);
  rex(out, size === 8, 0, 0);
  out.byte(size === 1 ? 0xc6 : 0xc7);
  absolute(out, 0, address);
  for (let at = 0; at < Math.min(size, 4); at++) out.byte((imm >> (8 * at)) & 0xff);
}

/** `mov byte [r64], imm8`: C6 /0 ib (Intel SDM vol. 2, MOV). */
export function storeByteImm(out: CodeBuffer, base: Base, imm: number): void {
  out.byte(0xc6);
  out.byte(base);
  out.byte(imm);
}

/** `mov byte [r64], r8`: 88 /r, for `al`, `cl`, `dl` or `bl` (Intel SDM vol. 2, MOV). */
export function storeByte(out: CodeBuffer, base: Base, src: 0 | 1 | 2 | 3): void {
  out.byte(0x88);
  out.byte((src << 3) | base);
}

/** A base that needs no SIB byte or displacement, nor a prefix. */
type Base = 0 | 1 | 2 | 3 | 6 | 7;

/** `movzx r32, byte [r64]`: 0F B6 /r (Intel SDM vol. 2, MOVZX). Clears the upper half of the register. */
export function loadByteAt(out: CodeBuffer, dst: Base, base: Base): void {
  out.byte(0x0f);
  out.byte(0xb6);
  out.byte((dst << 3) | base);
}

/** `mov r64, [r64]`: REX.W 8B /r (Intel SDM vol. 2, MOV). */
export function loadQuadAt(out: CodeBuffer, dst: Base, base: Base): void {
  rex(out, true, dst, base);
  out.byte(0x8b);
  out.byte((dst << 3) | base);
}

/** `mov [r64], r64`: REX.W 89 /r (Intel SDM vol. 2, MOV). */
export function storeQuadAt(out: CodeBuffer, base: Base, src: Base): void {
  rex(out, true, src, base);
  out.byte(0x89);
  out.byte((src << 3) | base);
}

/** `add`, `or`, `and`, `sub`, `cmp r64, r64`: REX.W opcode /r (Intel SDM vol. 2). */
export function aluReg(out: CodeBuffer, op: Alu, dst: Reg, src: Reg): void {
  rex(out, true, src, dst);
  out.byte((op << 3) | 1);
  registers(out, src, dst);
}

/**
 * The same with a sign-extended constant: REX.W 83 /digit ib if it fits into a byte, else REX.W 81 /digit id,
 * which for rax has the form REX.W opcode id.
 */
export function aluImm(out: CodeBuffer, op: Alu, dst: Reg, imm: number): void {
  rex(out, true, 0, dst);
  aluImmTail(out, op, dst, imm);
}

/** `aluImm` on the lower half of the register; the upper half becomes zero. */
export function aluImm32(out: CodeBuffer, op: Alu, dst: Reg, imm: number): void {
  rex(out, false, 0, dst);
  aluImmTail(out, op, dst, imm);
}

function aluImmTail(out: CodeBuffer, op: Alu, dst: Reg, imm: number): void {
  if (imm >= -128 && imm < 128) {
    out.byte(0x83);
    registers(out, op, dst);
    out.byte(imm & 0xff);
    return;
  }
  if (dst === rax) {
    out.byte((op << 3) | 5);
  } else {
    out.byte(0x81);
    registers(out, op, dst);
  }
  out.u32(imm);
}

/** `shl`, `shr r64, imm8`: REX.W C1 /4, /5 ib (Intel SDM vol. 2, SAL/SAR/SHL/SHR). */
export function shiftImm(out: CodeBuffer, op: Shift, dst: Reg, count: number): void {
  rex(out, true, 0, dst);
  out.byte(0xc1);
  registers(out, op, dst);
  out.byte(count);
}

/** `shl`, `shr r64, cl`: REX.W D3 /4, /5. The count is taken modulo 64 (Intel SDM vol. 2, SAL/SAR/SHL/SHR). */
export function shiftCl(out: CodeBuffer, op: Shift, dst: Reg): void {
  rex(out, true, 0, dst);
  out.byte(0xd3);
  registers(out, op, dst);
}

/** `neg r64`: REX.W F7 /3 (Intel SDM vol. 2, NEG). */
export function neg(out: CodeBuffer, dst: Reg): void {
  rex(out, true, 0, dst);
  out.byte(0xf7);
  registers(out, 3, dst);
}

/** `div r64`: REX.W F7 /6; rdx:rax by the register, quotient in rax, remainder in rdx (Intel SDM vol. 2, DIV). */
export function div(out: CodeBuffer, by: Reg): void {
  rex(out, true, 0, by);
  out.byte(0xf7);
  registers(out, 6, by);
}

/** `dec r32`: FF /1 (Intel SDM vol. 2, DEC). */
export function dec32(out: CodeBuffer, dst: Reg): void {
  rex(out, false, 0, dst);
  out.byte(0xff);
  registers(out, 1, dst);
}

/** `test r64, r64`: REX.W 85 /r (Intel SDM vol. 2, TEST). */
export function test(out: CodeBuffer, reg: Reg): void {
  rex(out, true, reg, reg);
  out.byte(0x85);
  registers(out, reg, reg);
}

/** `movsxd r64, r32`: REX.W 63 /r (Intel SDM vol. 2, MOVSX/MOVSXD). */
export function movsxd(out: CodeBuffer, dst: Reg, src: Reg): void {
  rex(out, true, dst, src);
  out.byte(0x63);
  registers(out, dst, src);
}

/** `syscall`: 0F 05 (Intel SDM vol. 2, SYSCALL). Changes rcx and r11. */
export function syscall(out: CodeBuffer): void {
  out.byte(0x0f);
  out.byte(0x05);
}

/** `ud2`: 0F 0B (Intel SDM vol. 2, UD). Raises #UD. */
export function ud2(out: CodeBuffer): void {
  out.byte(0x0f);
  out.byte(0x0b);
}

/** `jmp rel8`: EB cb, or `jmp rel32`: E9 cd (Intel SDM vol. 2, JMP). */
export function jmp(out: CodeBuffer, to: Target): void {
  out.fixup(to, jmpForms);
}

/** `jcc rel8`: 70+cc cb, or `jcc rel32`: 0F 80+cc cd (Intel SDM vol. 2, Jcc). */
export function jcc(out: CodeBuffer, condition: ConditionCode, to: Target): void {
  out.fixup(to, jccForms[condition]!);
}

const jmpForms = jumpForms([0xeb], [0xe9]);
/** By condition. */
const jccForms = Array.from({ length: 16 }, (_, code) =>
  jumpForms([0x70 + code], [0x0f, 0x80 + code]),
);

/** Distances count from the end of the instruction. */
function jumpForms(short: readonly number[], near: readonly number[]): readonly Form[] {
  const shortSize = short.length + 1;
  const nearSize = near.length + 4;
  return [
    {
      size: shortSize,
      reaches: (pc, target) => target - pc - shortSize >= -128 && target - pc - shortSize < 128,
      encode: (pc, target) => [...short, (target - pc - shortSize) & 0xff],
    },
    {
      size: nearSize,
      reaches: () => true,
      encode: (pc, target) => {
        const distance = target - pc - nearSize;
        const bytes = [distance, distance >> 8, distance >> 16, distance >> 24];
        return [...near, ...bytes.map((byte) => byte & 0xff)];
      },
    },
  ];
}

/** The REX prefix, if one is needed (Intel SDM vol. 2, 2.2.1); `reg` and `rm` are the fields of ModR/M. */
function rex(out: CodeBuffer, wide: boolean, reg: number, rm: number): void {
  const bits = (wide ? 8 : 0) | ((reg >> 3) << 2) | (rm >> 3);
  if (bits !== 0) out.byte(0x40 | bits);
}

/** ModR/M for two registers (Intel SDM vol. 2, table 2-2). */
function registers(out: CodeBuffer, reg: number, rm: number): void {
  out.byte(0xc0 | ((reg & 7) << 3) | (rm & 7));
}

/** ModR/M and SIB for `[disp32]`: no base, no index (Intel SDM vol. 2, table 2-3). Without SIB it is relative to rip. */
function absolute(out: CodeBuffer, reg: number, address: number): void {
  out.byte(((reg & 7) << 3) | 4);
  out.byte(0x25);
  out.u32(address);
}
