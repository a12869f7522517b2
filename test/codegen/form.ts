import { CodeBuffer } from '../../src/codegen/buffer.ts';

/** One instruction as an encoder writes it, and as GNU as reads it. */
export interface Form {
  /** The function of encode.ts. */
  readonly encoder: string;
  /** Lines of assembler, separated by `; `. Distances count from the instruction, which is `.`. */
  readonly assembler: string;
  readonly emit: (out: CodeBuffer) => void;
}

/** Where the instruction stands, for the encoders and for GNU ld. */
export const BASE = 0x400000;

export function bytesOf({ emit }: Form): string {
  const out = new CodeBuffer(BASE);
  emit(out);
  return hex(out.assemble().bytes);
}

export const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
