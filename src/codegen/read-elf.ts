import type { ElfNote, ElfSymbol } from './elf.ts';

/** The file is not an executable as `writeElf` makes them. The message says what is wrong with it. */
export class ElfFormatError extends Error {
  override readonly name = 'ElfFormatError';
}

/** Limits far above what `writeElf` makes, for the sake of hostile files. */
const maxProgramHeaders = 64;
const maxNotes = 16;
const maxSymbols = 10_000;
const maxSymbolName = 255;

/**
 * The notes in the PT_NOTE segments of a little-endian ELF64 file. Nothing in the file is trusted.
 * @throws {@link ElfFormatError}
 * @see elf(5)
 */
export function readNotes(bytes: Uint8Array): readonly ElfNote[] {
  const view = executable(bytes);
  const table = offsetAt(view, 32);
  const entrySize = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (entrySize !== 56 || count > maxProgramHeaders || table + count * entrySize > bytes.length) {
    throw new ElfFormatError('the program headers are not within the file');
  }
  const notes: ElfNote[] = [];
  for (let index = 0; index < count; index++) {
    const header = table + index * entrySize;
    if (view.getUint32(header, true) !== 4) continue; // PT_NOTE
    const offset = offsetAt(view, header + 8);
    const size = offsetAt(view, header + 32);
    if (offset + size > bytes.length) throw new ElfFormatError('the notes are not within the file');
    notes.push(...notesIn(bytes.subarray(offset, offset + size)));
    if (notes.length > maxNotes) throw new ElfFormatError('too many notes');
  }
  return notes;
}

/** The code of an executable, and its functions in the order of the symbol table. */
export interface ElfCode {
  /** `e_machine`. */
  readonly machine: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly symbols: readonly ElfSymbol[];
}

/**
 * The code and the symbols of a file that `writeElf` made. Nothing in the file is trusted.
 * @throws {@link ElfFormatError}
 */
export function readCode(bytes: Uint8Array): ElfCode {
  const view = executable(bytes);
  const [table, count] = [offsetAt(view, 40), view.getUint16(60, true)];
  if (table + count * 64 > bytes.length) {
    throw new ElfFormatError('the section headers are not within the file');
  }
  const content = (index: number): Uint8Array => {
    const at = table + index * 64;
    const [offset, size] = [offsetAt(view, at + 24), offsetAt(view, at + 32)];
    if (offset + size > bytes.length) throw new ElfFormatError('a section is not within the file');
    return bytes.subarray(offset, offset + size);
  };
  const indices = Array.from({ length: count }, (_, index) => index);
  const typeOf = (index: number): number => view.getUint32(table + index * 64 + 4, true);
  const text = indices.find((index) => (view.getUint32(table + index * 64 + 8, true) & 4) !== 0);
  const symbols = indices.find((index) => typeOf(index) === 2); // SHT_SYMTAB
  if (text === undefined || symbols === undefined)
    throw new ElfFormatError('no code or no symbols');
  const names = view.getUint32(table + symbols * 64 + 40, true);
  if (names >= count) throw new ElfFormatError('the symbols have no names');
  return {
    machine: view.getUint16(18, true),
    address: offsetAt(view, table + text * 64 + 16),
    bytes: content(text),
    symbols: symbolsIn(content(symbols), content(names)),
  };
}

function symbolsIn(table: Uint8Array, names: Uint8Array): readonly ElfSymbol[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  if (table.length > maxSymbols * 24) throw new ElfFormatError('too many symbols');
  // The first one is empty.
  return Array.from({ length: Math.max(0, Math.floor(table.length / 24) - 1) }, (_, index) => {
    const at = (index + 1) * 24;
    const start = view.getUint32(at, true);
    const name = names.subarray(start, start + maxSymbolName + 1);
    const end = name.indexOf(0);
    if (end < 0) throw new ElfFormatError('a name of a symbol is cut off');
    return {
      name: new TextDecoder().decode(name.subarray(0, end)),
      address: offsetAt(view, at + 8),
      size: offsetAt(view, at + 16),
    };
  });
}

function executable(bytes: Uint8Array): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46) {
    throw new ElfFormatError('not an ELF file');
  }
  if (bytes[4] !== 2 || bytes[5] !== 1) {
    throw new ElfFormatError('not a little-endian 64-bit ELF file');
  }
  if (view.getUint16(16, true) !== 2) throw new ElfFormatError('not a static executable');
  return view;
}

function notesIn(bytes: Uint8Array): readonly ElfNote[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pad = (size: number): number => Math.ceil(size / 4) * 4;
  const notes: ElfNote[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 12 > bytes.length) throw new ElfFormatError('a note is cut off');
    const nameSize = view.getUint32(at, true);
    const descSize = view.getUint32(at + 4, true);
    const type = view.getUint32(at + 8, true);
    const descAt = at + 12 + pad(nameSize);
    if (descAt + descSize > bytes.length) throw new ElfFormatError('a note is cut off');
    if (nameSize === 0 || bytes[at + 11 + nameSize] !== 0) {
      throw new ElfFormatError('a note has no name');
    }
    const name = new TextDecoder().decode(bytes.subarray(at + 12, at + 11 + nameSize));
    notes.push({ name, type, desc: bytes.slice(descAt, descAt + descSize) });
    at = descAt + pad(descSize);
    if (notes.length > maxNotes) throw new ElfFormatError('too many notes');
  }
  return notes;
}

/** A 64-bit offset; one that no file can have becomes infinite, so that every comparison with a size refuses it. */
function offsetAt(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}
