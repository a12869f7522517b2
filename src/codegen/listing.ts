import { decodeArm64 } from './arm64/decode.ts';
import { arm64 } from './arm64/select.ts';
import { type Decode, hex } from './decode.ts';
import type { ElfSymbol } from './elf.ts';
import { type ElfCode, ElfFormatError, readCode } from './read-elf.ts';
import { decodeX64 } from './x64/decode.ts';
import { x64 } from './x64/select.ts';

const decoders: ReadonlyMap<number, Decode> = new Map([
  [x64.elfMachine, decodeX64],
  [arm64.elfMachine, decodeArm64],
]);

/** The longest instruction that we make: a constant of 32 bits to an absolute address. */
const BYTES_WIDTH = 3 * 12;

/**
 * The machine code of a compiled program by step: address, bytes, and the instruction in the syntax of GNU as. An
 * instruction that our encoders do not make is a line of `?`, and the symbol ends there.
 * @throws ElfFormatError for what is no ELF file of ours
 */
export function listCode(elf: Uint8Array): string {
  const code = readCode(elf);
  const decode = decoders.get(code.machine);
  if (decode === undefined) throw new ElfFormatError(`machine ${code.machine} is not known`);
  const place = placeIn(code.symbols);
  return code.symbols
    .map((symbol) => `${symbol.name}:\n${linesOf(code, symbol, decode, place).join('')}`)
    .join('\n');
}

function linesOf(
  { address, bytes }: ElfCode,
  symbol: ElfSymbol,
  decode: Decode,
  place: (target: number) => string,
): string[] {
  const lines: string[] = [];
  const start = symbol.address - address;
  const code = bytes.subarray(Math.max(0, start), start + symbol.size);
  for (let at = 0; at < code.length; ) {
    const found = decodeSafely(decode, code, at, symbol.address + at, place);
    const end = found === undefined ? code.length : at + found.size;
    const text = Buffer.from(code.subarray(at, end)).toString('hex').replaceAll(/../g, '$& ');
    lines.push(
      `  ${(symbol.address + at).toString(16)}  ${text.padEnd(BYTES_WIDTH)} ${found?.text ?? '?'}\n`,
    );
    at = end;
  }
  return lines;
}

/** An instruction that is cut off is none. */
function decodeSafely(...[decode, ...args]: [Decode, ...Parameters<Decode>]): ReturnType<Decode> {
  try {
    return decode(...args);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** An address, and where it lies in which symbol. */
function placeIn(symbols: readonly ElfSymbol[]): (target: number) => string {
  return (target) => {
    const symbol = symbols.find(
      ({ address, size }) => target >= address && target < address + size,
    );
    if (symbol === undefined) return hex(target);
    const offset = target - symbol.address;
    return `${hex(target)} <${symbol.name}${offset === 0 ? '' : `+${hex(offset)}`}>`;
  };
}
