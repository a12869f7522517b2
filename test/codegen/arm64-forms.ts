import * as a from '../../src/codegen/arm64/encode.ts';
import type { CodeBuffer } from '../../src/codegen/buffer.ts';
import { BASE, type Form } from './form.ts';

const registers: readonly a.Reg[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const values: readonly a.Reg[] = [...registers, a.xzr];
const x = (reg: a.Reg): string => (reg === a.xzr ? 'xzr' : `x${reg}`);
const w = (reg: a.Reg): string => (reg === a.xzr ? 'wzr' : `w${reg}`);
const sizes = [1, 2, 4, 8] as const;

const form = (encoder: keyof typeof a, assembler: string, emit: Form['emit']): Form => ({
  encoder,
  assembler,
  emit,
});

const conditions = Object.entries(a.cond) as readonly (readonly [string, a.ConditionCode])[];
const immediates = [0, 1, 0x800, 0xfff];
const chunks = [0, 1, 0x8000, 0xffff];
const dot = (distance: number): string => (distance < 0 ? `.${distance}` : `.+${distance}`);

/** Around the ends of what a signed number of `bits` words reaches, and nearby. */
const reach = (bits: number): number[] => {
  const end = 4 * 2 ** (bits - 1);
  return [0, 4, -4, 1024, end - 8, end - 4, -end, 4 - end];
};

type Move = 'movz' | 'movn' | 'movk';
const moves = (name: Move): Form[] =>
  ([0, 16, 32, 48] as const).flatMap((shift) => [
    ...values.map((reg) =>
      form(name, `${name} ${x(reg)}, #4660, lsl #${shift}`, (out) =>
        a[name](out, reg, 0x1234, shift),
      ),
    ),
    ...chunks.map((imm) =>
      form(name, `${name} x9, #${imm}, lsl #${shift}`, (out) => a[name](out, 9, imm, shift)),
    ),
  ]);

type Three = 'add' | 'sub' | 'and' | 'orr' | 'lsl' | 'lsr' | 'udiv';
const threes: readonly Three[] = ['add', 'sub', 'and', 'orr', 'lsl', 'lsr', 'udiv'];

const memory = (
  encoder: 'load' | 'loadSigned' | 'store',
  mnemonics: Readonly<Record<1 | 2 | 4 | 8, string>>,
  wide: (size: 1 | 2 | 4 | 8) => boolean,
): Form[] =>
  sizes.flatMap((size) =>
    values.flatMap((reg) =>
      ([0, 11, 15] as const).map((base) => {
        const name = wide(size) ? x(reg) : w(reg);
        return form(encoder, `${mnemonics[size]} ${name}, [${x(base)}]`, (out) =>
          a[encoder](out, reg, base, size),
        );
      }),
    ),
  );

/** The two instructions for what `adr` does not reach: the page of an absolute address, and the rest. */
function farAddress(reg: a.Reg, target: number): Form {
  const [page, rest] = [target - (target % 4096), target % 4096];
  const text = `adrp ${x(reg)}, 0x${page.toString(16)}; add ${x(reg)}, ${x(reg)}, #${rest}`;
  return form('address', text, (out) => a.address(out, reg, target));
}

const branch = (
  encoder: 'b' | 'bCond' | 'cbz' | 'cbnz',
  mnemonic: string,
  bits: number,
  emit: (out: CodeBuffer, target: number) => void,
): Form[] =>
  reach(bits).map((distance) =>
    form(encoder, `${mnemonic}${dot(distance)}`, (out) => emit(out, BASE + distance)),
  );

/** `tbz` over the branch, whose distance counts from itself. */
const farNegative = (distance: number): Form =>
  form('branchNegative', `tbz x0, #63, .+8; b ${dot(distance - 4)}`, (out) =>
    a.branchNegative(out, 0, BASE + distance),
  );

const all: readonly Form[] = [
  ...moves('movz'),
  ...moves('movn'),
  ...moves('movk'),
  ...([0, 16] as const).flatMap((shift) => [
    ...values.map((reg) =>
      form('movn32', `movn ${w(reg)}, #4660, lsl #${shift}`, (out) =>
        a.movn32(out, reg, 0x1234, shift),
      ),
    ),
    ...chunks.map((imm) =>
      form('movn32', `movn w9, #${imm}, lsl #${shift}`, (out) => a.movn32(out, 9, imm, shift)),
    ),
  ]),
  ...values.flatMap((reg) => [
    form('mov', `mov ${x(reg)}, x9`, (out) => a.mov(out, reg, 9)),
    form('mov', `mov x9, ${x(reg)}`, (out) => a.mov(out, 9, reg)),
    ...(reg === 31 ? [] : [form('movSp', `mov ${x(reg)}, sp`, (out) => a.movSp(out, reg))]),
    form('neg', `neg ${x(reg)}, x9`, (out) => a.neg(out, reg, 9)),
    form('neg', `neg x9, ${x(reg)}`, (out) => a.neg(out, 9, reg)),
    form('cmp', `cmp ${x(reg)}, x9`, (out) => a.cmp(out, reg, 9)),
    form('cmp', `cmp x9, ${x(reg)}`, (out) => a.cmp(out, 9, reg)),
    form('msub', `msub ${x(reg)}, x13, x10, x9`, (out) => a.msub(out, reg, 13, 10, 9)),
    form('msub', `msub x9, ${x(reg)}, x10, x13`, (out) => a.msub(out, 9, reg, 10, 13)),
    form('msub', `msub x9, x13, ${x(reg)}, x10`, (out) => a.msub(out, 9, 13, reg, 10)),
    form('msub', `msub x9, x13, x10, ${x(reg)}`, (out) => a.msub(out, 9, 13, 10, reg)),
  ]),
  ...threes.flatMap((name) =>
    values.flatMap((reg) => [
      form(name, `${name} ${x(reg)}, x9, x10`, (out) => a[name](out, reg, 9, 10)),
      form(name, `${name} x9, ${x(reg)}, x10`, (out) => a[name](out, 9, reg, 10)),
      form(name, `${name} x9, x10, ${x(reg)}`, (out) => a[name](out, 9, 10, reg)),
    ]),
  ),
  ...registers.flatMap((reg) =>
    immediates.flatMap((imm) => [
      form('addImm', `add ${x(reg)}, x9, #${imm}`, (out) => a.addImm(out, reg, 9, imm)),
      form('addImm', `add x9, ${x(reg)}, #${imm}`, (out) => a.addImm(out, 9, reg, imm)),
      form('subImm', `sub ${x(reg)}, x9, #${imm}`, (out) => a.subImm(out, reg, 9, imm)),
      form('subImm', `sub x9, ${x(reg)}, #${imm}`, (out) => a.subImm(out, 9, reg, imm)),
      form('cmpImm', `cmp ${x(reg)}, #${imm}`, (out) => a.cmpImm(out, reg, imm)),
      form('cmnImm', `cmn ${x(reg)}, #${imm}`, (out) => a.cmnImm(out, reg, imm)),
    ]),
  ),
  ...memory('load', { 1: 'ldrb', 2: 'ldrh', 4: 'ldr', 8: 'ldr' }, (size) => size === 8),
  ...memory('loadSigned', { 1: 'ldrsb', 2: 'ldrsh', 4: 'ldrsw', 8: 'ldr' }, () => true),
  ...memory('store', { 1: 'strb', 2: 'strh', 4: 'str', 8: 'str' }, (size) => size === 8),
  ...registers.flatMap((reg) => [
    form('loadIndexed', `ldr ${x(reg)}, [x11, x9, lsl #3]`, (out) =>
      a.loadIndexed(out, reg, 11, 9),
    ),
    form('loadIndexed', `ldr x9, [${x(reg)}, x10, lsl #3]`, (out) =>
      a.loadIndexed(out, 9, reg, 10),
    ),
    form('loadIndexed', `ldr x9, [x11, ${x(reg)}, lsl #3]`, (out) =>
      a.loadIndexed(out, 9, 11, reg),
    ),
  ]),
  // The base as the source is unpredictable, says the manual.
  ...values
    .filter((reg) => reg !== 12)
    .map((reg) =>
      form('storeByteBefore', `strb ${w(reg)}, [x12, #-1]!`, (out) =>
        a.storeByteBefore(out, reg, 12),
      ),
    ),
  ...registers
    .filter((reg) => reg !== 14)
    .map((reg) =>
      form('storeByteBefore', `strb w14, [${x(reg)}, #-1]!`, (out) =>
        a.storeByteBefore(out, 14, reg),
      ),
    ),
  form('svc', 'svc #0', a.svc),
  form('udf', 'udf #0', a.udf),
  ...registers.flatMap((reg) => [
    form('address', `adr ${x(reg)}, .+12345`, (out) => a.address(out, reg, BASE + 12345)),
    form('cbz', `cbz ${x(reg)}, .+64`, (out) => a.cbz(out, reg, BASE + 64)),
    form('cbnz', `cbnz ${x(reg)}, .+64`, (out) => a.cbnz(out, reg, BASE + 64)),
    form('branchNegative', `tbnz ${x(reg)}, #63, .+64`, (out) =>
      a.branchNegative(out, reg, BASE + 64),
    ),
  ]),
  ...[0, 1, 2, 3, -1, 0xfffff, -0x100000].map((distance) =>
    form('address', `adr x11, ${dot(distance)}`, (out) => a.address(out, 11, BASE + distance)),
  ),
  ...[BASE + 0x100000, BASE - 0x100001, 0x612345, 0, 0x7fffffff].map((target) =>
    farAddress(11, target),
  ),
  ...registers.map((reg) => farAddress(reg, 0x7654321)),
  ...branch('b', 'b ', 26, a.b),
  ...conditions.flatMap(([name, condition]) =>
    branch('bCond', `b.${name} `, 19, (out, target) => a.bCond(out, condition, target)),
  ),
  ...branch('cbz', 'cbz x0, ', 19, (out, target) => a.cbz(out, 0, target)),
  ...branch('cbnz', 'cbnz x0, ', 19, (out, target) => a.cbnz(out, 0, target)),
  ...reach(14).map((distance) =>
    form('branchNegative', `tbnz x0, #63, ${dot(distance)}`, (out) =>
      a.branchNegative(out, 0, BASE + distance),
    ),
  ),
  ...[0x8000, -0x8004, 0x100000, 4 + 0x7fffffc, 4 - 0x8000000].map(farNegative),
];

/** Every instruction form of src/codegen/arm64/encode.ts with every class of operands. */
export const arm64Forms = [...new Map(all.map((each) => [each.assembler, each])).values()];
