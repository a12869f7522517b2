/** The smallest ELF file of 64 bits that says of itself what it is and who loads it. */
export function elfProgram({
  machine,
  interpreter,
  type = 2,
}: {
  readonly machine: number;
  readonly interpreter?: string;
  readonly type?: number;
}): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('\x7fELF', 'latin1');
  bytes.set([2, 1, 1], 4);
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  if (interpreter === undefined) return bytes;
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(128n, 64 + 8);
  bytes.writeBigUInt64LE(BigInt(interpreter.length + 1), 64 + 32);
  bytes.write(interpreter, 128);
  return bytes;
}
