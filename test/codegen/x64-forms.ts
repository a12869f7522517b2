import type { CodeBuffer } from '../../src/codegen/buffer.ts';
import * as x from '../../src/codegen/x64/encode.ts';
import { BASE, type Form } from './form.ts';

const quads = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');
const doubles = 'eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d'.split(' ');
const words = 'ax cx dx bx sp bp si di r8w r9w r10w r11w r12w r13w r14w r15w'.split(' ');
const bytes = 'al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b'.split(' ');
const named = { 1: bytes, 2: words, 4: doubles, 8: quads } as const;
const pointer = { 1: 'byte', 2: 'word', 4: 'dword', 8: 'qword' } as const;

const registers = quads.map((_, number) => number as x.Reg);
const sizes = [1, 2, 4, 8] as const;
const addresses = [0, 0x400000, 0x612345, 0x7fffffff];
const signed32 = [0, 1, -1, 127, 128, -128, -129, 0x7fffffff, -0x80000000];
const bytes8 = [0, 1, 127, 128, 255];
const at = (size: 1 | 2 | 4 | 8, address: number): string =>
  `${pointer[size]} ptr ds:0x${address.toString(16)}`;

const form = (encoder: keyof typeof x, assembler: string, emit: Form['emit']): Form => ({
  encoder,
  assembler,
  emit,
});

/** Every register with one constant, and two registers with every constant. */
const withConstants = (
  constants: readonly number[],
  make: (reg: x.Reg, constant: number) => Form,
): Form[] => [
  ...registers.map((reg) => make(reg, constants[1] ?? 0)),
  ...([0, 9] as const).flatMap((reg) => constants.map((constant) => make(reg, constant))),
];

const alus = Object.entries(x.alu) as readonly (readonly [string, x.Alu])[];
const shifts = Object.entries(x.shift) as readonly (readonly [string, x.Shift])[];
const conditions = Object.entries(x.cc) as readonly (readonly [string, x.ConditionCode])[];

/** Around the ends of what a byte reaches, and of what 32 bits do. */
const distances = (size: number): number[] => [
  0,
  2,
  size,
  size + 126,
  size + 127,
  size + 128,
  size - 128,
  size - 129,
  size - 130,
  0x10000,
  -0x10000,
  0x70000000,
];
const jump = (
  encoder: 'jmp' | 'jcc',
  mnemonic: string,
  emit: (out: CodeBuffer, target: number) => void,
): Form[] =>
  distances(2).map((distance) =>
    form(encoder, `${mnemonic} .${distance < 0 ? distance : `+${distance}`}`, (out) =>
      emit(out, BASE + distance),
    ),
  );

const all: readonly Form[] = [
  ...registers.map((reg) =>
    form('zero', `xor ${doubles[reg]}, ${doubles[reg]}`, (out) => x.zero(out, reg)),
  ),
  ...withConstants([0, 1, 0x7fffffff, 0x80000000, 0xffffffff], (reg, imm) =>
    form('movImm32', `mov ${doubles[reg]}, ${imm}`, (out) => x.movImm32(out, reg, imm)),
  ),
  ...withConstants(signed32, (reg, imm) =>
    form('movSignedImm32', `mov ${quads[reg]}, ${imm}`, (out) => x.movSignedImm32(out, reg, imm)),
  ),
  ...registers.flatMap((reg) =>
    [0x123456789abcdef0n, -0x8000000000000000n, 0x7fffffffffffffffn, 0x80000000n].map((imm) =>
      form('movImm64', `movabs ${quads[reg]}, ${imm}`, (out) => x.movImm64(out, reg, imm)),
    ),
  ),
  ...registers.flatMap((dst) =>
    registers.map((src) =>
      form('movReg', `mov ${quads[dst]}, ${quads[src]}`, (out) => x.movReg(out, dst, src)),
    ),
  ),
  ...sizes.flatMap((size) =>
    withConstants(addresses, (reg, address) => {
      const [mnemonic, to] =
        size === 8 ? ['mov', quads[reg]] : [size === 4 ? 'mov' : 'movzx', doubles[reg]];
      return form('load', `${mnemonic} ${to}, ${at(size, address)}`, (out) =>
        x.load(out, reg, address, size),
      );
    }),
  ),
  ...sizes.flatMap((size) =>
    withConstants(addresses, (reg, address) => {
      const mnemonic = size === 8 ? 'mov' : size === 4 ? 'movsxd' : 'movsx';
      return form('loadSigned', `${mnemonic} ${quads[reg]}, ${at(size, address)}`, (out) =>
        x.loadSigned(out, reg, address, size),
      );
    }),
  ),
  ...registers.flatMap((dst) =>
    registers
      .filter((index) => index !== 4) // rsp is no index
      .map((index) =>
        form('loadIndexed', `mov ${quads[dst]}, [${quads[index]}*8 + 0x612340]`, (out) =>
          x.loadIndexed(out, dst, index, 0x612340),
        ),
      ),
  ),
  ...sizes.flatMap((size) =>
    withConstants(addresses, (reg, address) =>
      form('store', `mov ${at(size, address)}, ${named[size][reg]}`, (out) =>
        x.store(out, address, reg, size),
      ),
    ),
  ),
  ...sizes.flatMap((size) =>
    addresses.flatMap((address) =>
      [0, 1, 127, -128, ...(size > 1 ? [0x7fff, -0x8000] : []), ...(size > 2 ? signed32 : [])].map(
        (imm) =>
          form('storeImm', `mov ${at(size, address)}, ${imm}`, (out) =>
            x.storeImm(out, address, imm, size),
          ),
      ),
    ),
  ),
  ...([0, 1, 2, 3, 6, 7] as const).flatMap((base) => [
    ...bytes8.map((imm) =>
      form('storeByteImm', `mov byte ptr [${quads[base]}], ${imm}`, (out) =>
        x.storeByteImm(out, base, imm),
      ),
    ),
    ...([0, 1, 2, 3] as const).map((src) =>
      form('storeByte', `mov byte ptr [${quads[base]}], ${bytes[src]}`, (out) =>
        x.storeByte(out, base, src),
      ),
    ),
    ...([0, 1, 2, 3, 6, 7] as const).flatMap((other) => [
      form('loadByteAt', `movzx ${doubles[other]}, byte ptr [${quads[base]}]`, (out) =>
        x.loadByteAt(out, other, base),
      ),
      form('loadQuadAt', `mov ${quads[other]}, qword ptr [${quads[base]}]`, (out) =>
        x.loadQuadAt(out, other, base),
      ),
      form('storeQuadAt', `mov qword ptr [${quads[base]}], ${quads[other]}`, (out) =>
        x.storeQuadAt(out, base, other),
      ),
    ]),
  ]),
  ...alus.flatMap(([name, op]) => [
    ...registers.flatMap((reg) => [
      form('aluReg', `${name} ${quads[reg]}, rcx`, (out) => x.aluReg(out, op, reg, 1)),
      form('aluReg', `${name} rcx, ${quads[reg]}`, (out) => x.aluReg(out, op, 1, reg)),
    ]),
    ...withConstants(signed32, (reg, imm) =>
      form('aluImm', `${name} ${quads[reg]}, ${imm}`, (out) => x.aluImm(out, op, reg, imm)),
    ),
    ...withConstants(signed32, (reg, imm) =>
      form('aluImm32', `${name} ${doubles[reg]}, ${imm}`, (out) => x.aluImm32(out, op, reg, imm)),
    ),
  ]),
  ...shifts.flatMap(([name, op]) => [
    // GNU as has another form for a count of one.
    ...withConstants([2, 3, 7, 31, 32, 63], (reg, count) =>
      form('shiftImm', `${name} ${quads[reg]}, ${count}`, (out) => x.shiftImm(out, op, reg, count)),
    ),
    ...registers.map((reg) =>
      form('shiftCl', `${name} ${quads[reg]}, cl`, (out) => x.shiftCl(out, op, reg)),
    ),
  ]),
  ...registers.flatMap((reg) => [
    form('neg', `neg ${quads[reg]}`, (out) => x.neg(out, reg)),
    form('div', `div ${quads[reg]}`, (out) => x.div(out, reg)),
    form('dec32', `dec ${doubles[reg]}`, (out) => x.dec32(out, reg)),
    form('test', `test ${quads[reg]}, ${quads[reg]}`, (out) => x.test(out, reg)),
    form('movsxd', `movsxd ${quads[reg]}, ecx`, (out) => x.movsxd(out, reg, 1)),
    form('movsxd', `movsxd rcx, ${doubles[reg]}`, (out) => x.movsxd(out, 1, reg)),
  ]),
  form('syscall', 'syscall', x.syscall),
  form('ud2', 'ud2', x.ud2),
  ...jump('jmp', 'jmp', x.jmp),
  ...conditions.flatMap(([name, condition]) =>
    jump('jcc', `j${name}`, (out, target) => x.jcc(out, condition, target)),
  ),
];

/** Every instruction form of src/codegen/x64/encode.ts with every class of operands. */
export const x64Forms = [...new Map(all.map((each) => [each.assembler, each])).values()];
