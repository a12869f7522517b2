/** One instruction in the syntax of GNU as. */
export interface Decoded {
  readonly size: number;
  readonly text: string;
}

/**
 * Decodes the instruction at `at`, which has the address `address`; undefined for one that our encoders do not make.
 * `place` writes the address that an instruction points to.
 */
export type Decode = (
  code: Uint8Array,
  at: number,
  address: number,
  place: (target: number) => string,
) => Decoded | undefined;

export const hex = (value: number): string => `0x${value.toString(16)}`;
