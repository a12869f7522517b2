import { type Decode, hex } from '../decode.ts';
import { cond } from './encode.ts';

/** The fields of an instruction. */
interface Fields {
  readonly word: number;
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly a: number;
  readonly imm12: number;
  readonly imm16: number;
  readonly shift: number;
  /** Where it points to, for a number of `bits` from bit `at` on that counts in words. */
  readonly branch: (bits: number, at: number) => string;
  readonly adr: (page: boolean) => string;
}

interface Pattern {
  readonly mask: number;
  readonly value: number;
  readonly text: (fields: Fields) => string;
}

const x = (register: number): string => (register === 31 ? 'xzr' : `x${register}`);
const w = (register: number): string => (register === 31 ? 'wzr' : `w${register}`);
const condition = (code: number): string =>
  Object.entries(cond).find(([, value]) => value === code)?.[0] ?? String(code);

const pattern = (mask: number, value: number, text: Pattern['text']): Pattern => ({
  mask: mask >>> 0,
  value: value >>> 0,
  text,
});
const move = (value: number, name: string, register: typeof x): Pattern =>
  pattern(
    0xff800000,
    value,
    ({ d, imm16, shift }) => `${name} ${register(d)}, #${imm16}, lsl #${shift}`,
  );
const three = (value: number, name: string): Pattern =>
  pattern(0xffe0fc00, value, ({ d, n, m }) => `${name} ${x(d)}, ${x(n)}, ${x(m)}`);
const immediate = (value: number, name: string): Pattern =>
  pattern(0xffc00000, value, ({ d, n, imm12 }) => `${name} ${x(d)}, ${x(n)}, #${imm12}`);
const memory = (value: number, name: string, register: typeof x): Pattern =>
  pattern(0xfffffc00, value, ({ d, n }) => `${name} ${register(d)}, [${x(n)}]`);
const memories = (value: number, texts: readonly (readonly [string, typeof x])[]): Pattern[] =>
  texts.map(([name, register], size) => memory(value | (size << 30), name, register));

/** What encode.ts makes, the names of special cases first. @see Arm ARM, C4.1 */
const patterns: readonly Pattern[] = [
  move(0xd2800000, 'movz', x),
  move(0x92800000, 'movn', x),
  move(0xf2800000, 'movk', x),
  move(0x12800000, 'movn', w),
  pattern(0xffe0ffe0, 0xaa0003e0, ({ d, m }) => `mov ${x(d)}, ${x(m)}`),
  pattern(0xffe0ffe0, 0xcb0003e0, ({ d, m }) => `neg ${x(d)}, ${x(m)}`),
  pattern(0xffe0fc1f, 0xeb00001f, ({ n, m }) => `cmp ${x(n)}, ${x(m)}`),
  three(0x8b000000, 'add'),
  three(0xcb000000, 'sub'),
  three(0x8a000000, 'and'),
  three(0xaa000000, 'orr'),
  three(0x9ac02000, 'lsl'),
  three(0x9ac02400, 'lsr'),
  three(0x9ac00800, 'udiv'),
  pattern(0xffe08000, 0x9b008000, ({ d, n, m, a }) => `msub ${x(d)}, ${x(n)}, ${x(m)}, ${x(a)}`),
  pattern(0xffc0001f, 0xf100001f, ({ n, imm12 }) => `cmp ${x(n)}, #${imm12}`),
  pattern(0xffc0001f, 0xb100001f, ({ n, imm12 }) => `cmn ${x(n)}, #${imm12}`),
  pattern(0xffffffe0, 0x910003e0, ({ d }) => `mov ${x(d)}, sp`),
  immediate(0x91000000, 'add'),
  immediate(0xd1000000, 'sub'),
  ...memories(0x39400000, [
    ['ldrb', w],
    ['ldrh', w],
    ['ldr', w],
    ['ldr', x],
  ]),
  ...memories(0x39800000, [
    ['ldrsb', x],
    ['ldrsh', x],
    ['ldrsw', x],
  ]),
  ...memories(0x39000000, [
    ['strb', w],
    ['strh', w],
    ['str', w],
    ['str', x],
  ]),
  pattern(0xffe0fc00, 0xf8607800, ({ d, n, m }) => `ldr ${x(d)}, [${x(n)}, ${x(m)}, lsl #3]`),
  pattern(0xfffffc00, 0x381ffc00, ({ d, n }) => `strb ${w(d)}, [${x(n)}, #-1]!`),
  pattern(0xffffffff, 0xd4000001, () => 'svc #0'),
  pattern(0xffffffff, 0, () => 'udf #0'),
  pattern(0x9f000000, 0x10000000, ({ d, adr }) => `adr ${x(d)}, ${adr(false)}`),
  pattern(0x9f000000, 0x90000000, ({ d, adr }) => `adrp ${x(d)}, ${adr(true)}`),
  pattern(0xfc000000, 0x14000000, ({ branch }) => `b ${branch(26, 0)}`),
  pattern(
    0xff000010,
    0x54000000,
    ({ word, branch }) => `b.${condition(word & 15)} ${branch(19, 5)}`,
  ),
  pattern(0xff000000, 0xb4000000, ({ d, branch }) => `cbz ${x(d)}, ${branch(19, 5)}`),
  pattern(0xff000000, 0xb5000000, ({ d, branch }) => `cbnz ${x(d)}, ${branch(19, 5)}`),
  pattern(0xfff80000, 0xb7f80000, ({ d, branch }) => `tbnz ${x(d)}, #63, ${branch(14, 5)}`),
  pattern(0xfff80000, 0xb6f80000, ({ d, branch }) => `tbz ${x(d)}, #63, ${branch(14, 5)}`),
];

export const decodeArm64: Decode = (code, at, address, place) => {
  const word = new DataView(code.buffer, code.byteOffset, code.byteLength).getUint32(at, true);
  const found = patterns.find(({ mask, value }) => (word & mask) >>> 0 === value);
  return found === undefined
    ? undefined
    : { size: 4, text: found.text(fields(word, address, place)) };
};

function fields(word: number, address: number, place: (target: number) => string): Fields {
  const bits = (at: number, count: number): number => (word >>> at) & (2 ** count - 1);
  const signed = (value: number, count: number): number =>
    value >= 2 ** (count - 1) ? value - 2 ** count : value;
  const distance = signed(bits(5, 19) * 4 + bits(29, 2), 21);
  return {
    word,
    d: bits(0, 5),
    n: bits(5, 5),
    m: bits(16, 5),
    a: bits(10, 5),
    imm12: bits(10, 12),
    imm16: bits(5, 16),
    shift: bits(21, 2) * 16,
    branch: (count, at) => place(address + 4 * signed(bits(at, count), count)),
    adr: (page) =>
      page ? hex((Math.floor(address / 4096) + distance) * 4096) : place(address + distance),
  };
}
