/** One instruction of the classic BPF. @see include/uapi/linux/filter.h, struct sock_filter */
export interface Instruction {
  readonly code: number;
  /** Of a conditional jump: how many instructions it leaves out if the condition holds, and if not; up to 255. */
  readonly yes: number;
  readonly no: number;
  /** 32 bits. */
  readonly k: number;
}

const make = (code: number, k: number, yes = 0, no = 0): Instruction => ({ code, yes, no, k });

/** Takes four bytes of `struct seccomp_data` into the accumulator. */
export const load = (offset: number): Instruction => make(0x20, offset);
export const and = (mask: number): Instruction => make(0x54, mask);
export const jump = (over: number): Instruction => make(0x05, over);
export const ret = (value: number): Instruction => make(0x06, value);
export const ifEqual = (k: number, yes: number, no: number) => make(0x15, k, yes, no);
export const ifAbove = (k: number, yes: number, no: number) => make(0x25, k, yes, no);
export const ifAtLeast = (k: number, yes: number, no: number) => make(0x35, k, yes, no);

/** Where `struct seccomp_data` has the number of the call, the kind of program, and the arguments. @see seccomp(2) */
export const [NUMBER, MACHINE, ARGUMENTS] = [0, 4, 16];

/** As the kernel reads it: eight bytes each. */
export function programBytes(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(8 * program.length);
  for (const [index, { code, yes, no, k }] of program.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(yes, 8 * index + 2);
    bytes.writeUInt8(no, 8 * index + 3);
    bytes.writeUInt32LE(k, 8 * index + 4);
  }
  return bytes;
}
