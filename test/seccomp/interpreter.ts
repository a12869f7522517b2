import type { Instruction } from '../../src/seccomp/bpf.ts';

/** What a filter sees of a call. @see seccomp(2), struct seccomp_data */
export interface Call {
  readonly number: number;
  readonly machine: number;
  readonly arguments: readonly bigint[];
}

/** Runs a filter as the kernel does. @see Documentation/networking/filter.rst */
export function run(program: readonly Instruction[], call: Call): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number >>> 0, 0);
  data.writeUInt32LE(call.machine, 4);
  for (const [index, argument] of call.arguments.entries())
    data.writeBigUInt64LE(BigInt.asUintN(64, argument), 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const each = program[at];
    if (each === undefined) throw new Error(`the program runs over its end at ${at}`);
    const { code, yes, no, k } = each;
    const branch = (holds: boolean) => (holds ? yes : no);
    switch (code) {
      case 0x20:
        accumulator = data.readUInt32LE(k);
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x05:
        at += k;
        break;
      case 0x15:
        at += branch(accumulator === k);
        break;
      case 0x25:
        at += branch(accumulator > k);
        break;
      case 0x35:
        at += branch(accumulator >= k);
        break;
      case 0x45:
        at += branch((accumulator & k) !== 0);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`instruction 0x${code.toString(16)} at ${at}`);
    }
  }
}

/** A program as the kernel reads it. */
export const decode = (bytes: Buffer): readonly Instruction[] =>
  Array.from({ length: bytes.length / 8 }, (_, index) => ({
    code: bytes.readUInt16LE(8 * index),
    yes: bytes.readUInt8(8 * index + 2),
    no: bytes.readUInt8(8 * index + 3),
    k: bytes.readUInt32LE(8 * index + 4),
  }));
