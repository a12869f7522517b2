import { type Decode, type Decoded, hex } from '../decode.ts';
import { alu, cc, shift } from './encode.ts';

const quads = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');
const doubles = 'eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d'.split(' ');
const words = 'ax cx dx bx sp bp si di r8w r9w r10w r11w r12w r13w r14w r15w'.split(' ');
const bytes = 'al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b'.split(' ');
const names = { 1: bytes, 2: words, 4: doubles, 8: quads } as const;
const pointers = { 1: 'byte', 2: 'word', 4: 'dword', 8: 'qword' } as const;
type Size = keyof typeof names;

const nameIn = (table: Readonly<Record<string, number>>, value: number): string | undefined =>
  Object.entries(table).find(([, number]) => number === value)?.[0];

/** Reads an instruction from its first byte on. */
class Reader {
  private readonly view: DataView;
  readonly start: number;
  at: number;

  constructor(code: Uint8Array, at: number) {
    this.view = new DataView(code.buffer, code.byteOffset, code.byteLength);
    this.start = at;
    this.at = at;
  }

  byte(): number {
    return this.view.getUint8(this.at++);
  }

  /** A signed number of so many bytes; an immediate of 64 bits has 32. */
  signed(size: Size): number {
    const at = this.at;
    this.at += Math.min(size, 4);
    if (size === 1) return this.view.getInt8(at);
    return size === 2 ? this.view.getInt16(at, true) : this.view.getInt32(at, true);
  }

  unsigned32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  signed64(): bigint {
    this.at += 8;
    return this.view.getBigInt64(this.at - 8, true);
  }
}

/** What ModR/M and SIB say: a register, `[register]`, an absolute address, or a table with an index. */
interface Operands {
  readonly reg: number;
  readonly rm?: number;
  readonly base?: number;
  readonly memory?: string;
}

/** The instructions that encode.ts makes. @see Intel SDM vol. 2, chapter 2 */
export const decodeX64: Decode = (code, at, address, place) => {
  const reader = new Reader(code, at);
  let opcode = reader.byte();
  const half = opcode === 0x66;
  if (half) opcode = reader.byte();
  const rex = opcode >= 0x40 && opcode < 0x50 ? opcode : 0;
  if (rex !== 0) opcode = reader.byte();
  const size: Size = (rex & 8) !== 0 ? 8 : half ? 2 : 4;
  const jump = (name: string, wide: boolean): string => {
    const distance = reader.signed(wide ? 4 : 1);
    return `${name} ${place(address + reader.at - at + distance)}`;
  };
  const text =
    opcode === 0x0f ? twoBytes(reader, rex, size, jump) : oneByte(reader, opcode, rex, size, jump);
  return text === undefined ? undefined : ({ size: reader.at - at, text } satisfies Decoded);
};

type Jump = (name: string, wide: boolean) => string;

function oneByte(
  reader: Reader,
  opcode: number,
  rex: number,
  size: Size,
  jump: Jump,
): string | undefined {
  const register = (of: Size, number: number): string => names[of][number] ?? '';
  const low = (opcode & 7) | ((rex & 1) << 3);
  if (opcode === 0xeb || opcode === 0xe9) return jump('jmp', opcode === 0xe9);
  if (opcode >= 0x70 && opcode < 0x80) return jump(`j${nameIn(cc, opcode & 15)}`, false);
  if (opcode >= 0xb8 && opcode < 0xc0) {
    return size === 8
      ? `movabs ${register(8, low)}, ${reader.signed64()}`
      : `mov ${register(4, low)}, ${reader.unsigned32()}`;
  }
  if ((opcode & 7) === 5 && opcode < 0x40) {
    return `${nameIn(alu, opcode >> 3)} ${register(size, 0)}, ${reader.signed(4)}`;
  }
  const { reg, rm, base, memory } = operands(reader, rex);
  const at = (of: Size): string => `${pointers[of]} ptr ${memory ?? `[${register(8, base ?? 0)}]`}`;
  switch (opcode) {
    case 0x31:
      return rm === reg && size === 4 ? `xor ${register(4, reg)}, ${register(4, reg)}` : undefined;
    case 0x63:
      return `movsxd ${register(8, reg)}, ${rm === undefined ? at(4) : register(4, rm)}`;
    case 0x81:
    case 0x83:
      return `${nameIn(alu, reg & 7)} ${register(size, rm ?? 0)}, ${reader.signed(opcode === 0x83 ? 1 : 4)}`;
    case 0x85:
      return `test ${register(size, rm ?? 0)}, ${register(size, reg)}`;
    case 0x88:
      return `mov ${at(1)}, ${register(1, reg)}`;
    case 0x89:
      return `mov ${rm === undefined ? at(size) : register(size, rm)}, ${register(size, reg)}`;
    case 0x8b:
      return memory?.startsWith('[')
        ? `mov ${register(8, reg)}, ${memory}`
        : `mov ${register(size, reg)}, ${at(size)}`;
    case 0xc1:
      return `${nameIn(shift, reg & 7)} ${register(size, rm ?? 0)}, ${reader.byte()}`;
    case 0xc6:
      return `mov ${at(1)}, ${base === undefined ? reader.signed(1) : reader.byte()}`;
    case 0xc7:
      return `mov ${rm === undefined ? at(size) : register(size, rm)}, ${reader.signed(size)}`;
    case 0xd3:
      return `${nameIn(shift, reg & 7)} ${register(size, rm ?? 0)}, cl`;
    case 0xf7:
      return `${(reg & 7) === 3 ? 'neg' : 'div'} ${register(size, rm ?? 0)}`;
    case 0xff:
      return `dec ${register(size, rm ?? 0)}`;
    default: {
      const name = (opcode & 7) === 1 ? nameIn(alu, opcode >> 3) : undefined;
      if (name === undefined || rm === undefined) return undefined;
      return `${name} ${register(size, rm)}, ${register(size, reg)}`;
    }
  }
}

function twoBytes(reader: Reader, rex: number, size: Size, jump: Jump): string | undefined {
  const opcode = reader.byte();
  if (opcode === 0x05) return 'syscall';
  if (opcode === 0x0b) return 'ud2';
  if (opcode >= 0x80 && opcode < 0x90) return jump(`j${nameIn(cc, opcode & 15)}`, true);
  const name = { 182: 'movzx', 183: 'movzx', 190: 'movsx', 191: 'movsx' }[opcode];
  if (name === undefined) return undefined;
  const { reg, base, memory } = operands(reader, rex);
  const pointer = (opcode & 1) === 0 ? 'byte' : 'word';
  return `${name} ${names[size][reg]}, ${pointer} ptr ${memory ?? `[${quads[base ?? 0]}]`}`;
}

function operands(reader: Reader, rex: number): Operands {
  const modrm = reader.byte();
  const reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
  const low = modrm & 7;
  if (modrm >= 0xc0) return { reg, rm: low | ((rex & 1) << 3) };
  if (low !== 4) return { reg, base: low };
  const sib = reader.byte();
  if (sib === 0x25) return { reg, memory: `ds:${hex(reader.unsigned32())}` };
  const index = ((sib >> 3) & 7) | ((rex & 2) << 2);
  return { reg, memory: `[${quads[index]}*8 + ${hex(reader.unsigned32())}]` };
}
