/**
 * Writes ELF executables: static, at fixed addresses, as small as the format allows.
 * @see elf(5), and the System V ABI, "Object Files" and "Program Loading and Dynamic Linking"
 */

/** A note of a section `.note.*`: whose it is, of which of their types, and what it says. */
export interface ElfNote {
  readonly name: string;
  readonly type: number;
  readonly desc: Uint8Array;
}

/** A function of the symbol table. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly size: number;
}

export interface ElfImage {
  readonly machine: number;
  readonly pageSize: number;
  readonly entry: number;
  /** Starts right after the headers, at `imageBase + headerSize`, and is one segment with them. */
  readonly data: { readonly address: number; readonly bytes: Uint8Array; readonly zeros: number };
  readonly rodata: { readonly address: number; readonly bytes: Uint8Array };
  readonly text: { readonly address: number; readonly bytes: Uint8Array };
  readonly symbols: readonly ElfSymbol[];
  readonly notes: readonly ElfNote[];
}

/** Where the first byte of the file lies in memory: the customary place of a program with fixed addresses. */
export const imageBase = 0x400000;

const fileHeaderSize = 64;
const programHeaderSize = 56;
const sectionHeaderSize = 64;
const programHeaders = 5;

/** The file header and the program headers. */
export const headerSize = fileHeaderSize + programHeaders * programHeaderSize;

const [PT_LOAD, PT_NOTE, PT_GNU_STACK] = [1, 4, 0x6474e551];
const [PF_X, PF_W, PF_R] = [1, 2, 4];
const [SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_NOTE, SHT_NOBITS] = [1, 2, 3, 7, 8];
const [SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR] = [1, 2, 4];

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly address?: number;
  readonly offset: number;
  readonly size: number;
  readonly link?: number;
  readonly info?: number;
  readonly align: number;
  readonly entrySize?: number;
}

export function writeElf(image: ElfImage): Uint8Array {
  const { rodata, data, text } = image;
  const names = new StringTable();
  const strings = new StringTable();
  const parts: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  let end = headerSize;
  const append = (bytes: Uint8Array, align: number): number => {
    const offset = Math.ceil(end / align) * align;
    parts.push({ offset, bytes });
    end = offset + bytes.length;
    return offset;
  };

  const dataAt = append(data.bytes, 8);
  const rodataAt = append(rodata.bytes, 8);
  const textAt = append(text.bytes, 16);
  const notes = noteBytes(image.notes);
  const notesAt = append(notes, 4);
  const symbols = symbolBytes(image.symbols, strings);
  const symbolsAt = append(symbols, 8);
  const stringsAt = append(strings.bytes(), 1);

  const sections: readonly Section[] = [
    {
      name: '.text',
      type: SHT_PROGBITS,
      flags: SHF_ALLOC | SHF_EXECINSTR,
      address: text.address,
      offset: textAt,
      size: text.bytes.length,
      align: 16,
    },
    {
      name: '.rodata',
      type: SHT_PROGBITS,
      flags: SHF_ALLOC,
      address: rodata.address,
      offset: rodataAt,
      size: rodata.bytes.length,
      align: 8,
    },
    {
      name: '.data',
      type: SHT_PROGBITS,
      flags: SHF_ALLOC | SHF_WRITE,
      address: data.address,
      offset: dataAt,
      size: data.bytes.length,
      align: 8,
    },
    {
      name: '.bss',
      type: SHT_NOBITS,
      flags: SHF_ALLOC | SHF_WRITE,
      address: data.address + data.bytes.length,
      offset: dataAt + data.bytes.length,
      size: data.zeros,
      align: 1,
    },
    { name: '.note.lxplain', type: SHT_NOTE, offset: notesAt, size: notes.length, align: 4 },
    {
      name: '.symtab',
      type: SHT_SYMTAB,
      offset: symbolsAt,
      size: symbols.length,
      link: 7, // .strtab
      info: image.symbols.length + 1, // all symbols are local
      align: 8,
      entrySize: 24,
    },
    {
      name: '.strtab',
      type: SHT_STRTAB,
      offset: stringsAt,
      size: strings.bytes().length,
      align: 1,
    },
  ];
  const nameOffsets = sections.map(({ name }) => names.add(name));
  const ownName = names.add('.shstrtab');
  const namesAt = append(names.bytes(), 1);
  const nameSection: Section = {
    name: '.shstrtab',
    type: SHT_STRTAB,
    offset: namesAt,
    size: names.bytes().length,
    align: 1,
  };
  const table = sectionTable([...sections, nameSection], [...nameOffsets, ownName]);
  const tableAt = append(table, 8);

  const file = new Uint8Array(end);
  file.set(fileHeader(image, tableAt, sections.length + 2));
  const programs = [
    programHeader(
      PT_LOAD,
      PF_R | PF_W,
      0,
      imageBase,
      dataAt + data.bytes.length,
      data.zeros,
      image.pageSize,
    ),
    programHeader(PT_LOAD, PF_R, rodataAt, rodata.address, rodata.bytes.length, 0, image.pageSize),
    programHeader(PT_LOAD, PF_R | PF_X, textAt, text.address, text.bytes.length, 0, image.pageSize),
    programHeader(PT_NOTE, PF_R, notesAt, 0, notes.length, -notes.length, 4),
    programHeader(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 16),
  ];
  programs.forEach((header, index) => {
    file.set(header, fileHeaderSize + index * programHeaderSize);
  });
  for (const { offset, bytes } of parts) file.set(bytes, offset);
  return file;
}

/** Elf64_Ehdr. */
function fileHeader(image: ElfImage, sectionTableAt: number, sectionCount: number): Uint8Array {
  const bytes = new Uint8Array(fileHeaderSize);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // magic, ELFCLASS64, ELFDATA2LSB, EV_CURRENT
  view.setUint16(16, 2, true); // e_type: ET_EXEC
  view.setUint16(18, image.machine, true);
  view.setUint32(20, 1, true); // e_version
  view.setBigUint64(24, BigInt(image.entry), true);
  view.setBigUint64(32, BigInt(fileHeaderSize), true); // e_phoff
  view.setBigUint64(40, BigInt(sectionTableAt), true);
  view.setUint16(52, fileHeaderSize, true);
  view.setUint16(54, programHeaderSize, true);
  view.setUint16(56, programHeaders, true);
  view.setUint16(58, sectionHeaderSize, true);
  view.setUint16(60, sectionCount, true);
  view.setUint16(62, sectionCount - 1, true); // e_shstrndx: the last one
  return bytes;
}

/** Elf64_Phdr. `zeros` is how much larger the segment is in memory than in the file. */
function programHeader(
  type: number,
  flags: number,
  offset: number,
  address: number,
  size: number,
  zeros: number,
  align: number,
): Uint8Array {
  const bytes = new Uint8Array(programHeaderSize);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, flags, true);
  [offset, address, address, size, size + zeros, align].forEach((value, index) => {
    view.setBigUint64(8 + index * 8, BigInt(value), true);
  });
  return bytes;
}

/** Elf64_Shdr of each section, after the null section. */
function sectionTable(sections: readonly Section[], names: readonly number[]): Uint8Array {
  const bytes = new Uint8Array((sections.length + 1) * sectionHeaderSize);
  const view = new DataView(bytes.buffer);
  sections.forEach((section, index) => {
    const at = (index + 1) * sectionHeaderSize;
    view.setUint32(at, names[index]!, true);
    view.setUint32(at + 4, section.type, true);
    view.setBigUint64(at + 8, BigInt(section.flags ?? 0), true);
    view.setBigUint64(at + 16, BigInt(section.address ?? 0), true);
    view.setBigUint64(at + 24, BigInt(section.offset), true);
    view.setBigUint64(at + 32, BigInt(section.size), true);
    view.setUint32(at + 40, section.link ?? 0, true);
    view.setUint32(at + 44, section.info ?? 0, true);
    view.setBigUint64(at + 48, BigInt(section.align), true);
    view.setBigUint64(at + 56, BigInt(section.entrySize ?? 0), true);
  });
  return bytes;
}

/** Elf64_Sym of each symbol, after the null symbol. They are local functions in section 1, `.text`. */
function symbolBytes(symbols: readonly ElfSymbol[], strings: StringTable): Uint8Array {
  const bytes = new Uint8Array((symbols.length + 1) * 24);
  const view = new DataView(bytes.buffer);
  symbols.forEach((symbol, index) => {
    const at = (index + 1) * 24;
    view.setUint32(at, strings.add(symbol.name), true);
    view.setUint8(at + 4, 2); // STB_LOCAL, STT_FUNC
    view.setUint16(at + 6, 1, true); // st_shndx
    setUint64(view, at + 8, symbol.address);
    setUint64(view, at + 16, symbol.size);
  });
  return bytes;
}

/** The same as setBigUint64, of which a large program has thousands. */
function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true); // modulo 2^32
  view.setUint32(at + 4, value / 2 ** 32, true);
}

/** Elf64_Nhdr of each note with its name and text, all padded to 4 bytes. */
function noteBytes(notes: readonly ElfNote[]): Uint8Array {
  const pad = (size: number): number => (size + 3) & ~3;
  const named = notes.map((note) => ({
    ...note,
    name: new TextEncoder().encode(`${note.name}\0`),
  }));
  const size = named.reduce(
    (sum, { name, desc }) => sum + 12 + pad(name.length) + pad(desc.length),
    0,
  );
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { name, type, desc } of named) {
    view.setUint32(at, name.length, true);
    view.setUint32(at + 4, desc.length, true);
    view.setUint32(at + 8, type, true);
    bytes.set(name, at + 12);
    bytes.set(desc, at + 12 + pad(name.length));
    at += 12 + pad(name.length) + pad(desc.length);
  }
  return bytes;
}

/** Names, each with a NUL behind it; the first is empty. */
class StringTable {
  private readonly offsets = new Map<string, number>([['', 0]]);
  private size = 1;

  add(name: string): number {
    const known = this.offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.size;
    this.offsets.set(name, offset);
    this.size += Buffer.byteLength(name) + 1;
    return offset;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode([...this.offsets.keys(), ''].join('\0'));
  }
}
