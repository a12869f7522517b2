import type { ElfNote } from './codegen/elf.ts';
import { readNotes } from './codegen/read-elf.ts';
import { pack, unpack } from './lz4.ts';

/**
 * Whose notes they are, and their types: the plan as JSON, the domain as XML, and the plan as a block of LZ4 behind its
 * size in 4 bytes, as files have it.
 */
const NOTE_NAME = 'lxplain';
const [NOTE_PLAN, NOTE_DOMAIN, NOTE_PACKED_PLAN] = [0x6c780001, 0x6c780002, 0x6c780003] as const;
/** What is longer is not unpacked. */
const LONGEST = 16 * 1024 * 1024;

/** A program in a file is to be small; one in memory is to be made soon. */
export function programNotes({ planJson, domainXml }: ProgramNotes, isFile: boolean): ElfNote[] {
  const note = (type: number, desc: Uint8Array): ElfNote => ({ name: NOTE_NAME, type, desc });
  const json = Buffer.from(planJson);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  return [
    isFile ? note(NOTE_PACKED_PLAN, Buffer.concat([size, pack(json)])) : note(NOTE_PLAN, json),
    ...(domainXml === undefined ? [] : [note(NOTE_DOMAIN, Buffer.from(domainXml))]),
  ];
}

/** What a program says of itself. Anybody can write such a program: `readPlan` judges the plan. */
export interface ProgramNotes {
  readonly planJson: string;
  readonly domainXml?: string;
}

/**
 * The plan and the XML in a program that `compilePlan` made; undefined for any other program.
 * @throws ElfFormatError for what is no ELF file
 */
export function readProgram(elf: Uint8Array): ProgramNotes | undefined {
  const notes = readNotes(elf).filter(({ name }) => name === NOTE_NAME);
  const text = (wanted: number): string | undefined => {
    const note = notes.find(({ type }) => type === wanted);
    return note === undefined ? undefined : Buffer.from(note.desc).toString();
  };
  const packed = notes.find(({ type }) => type === NOTE_PACKED_PLAN)?.desc;
  const [planJson, domainXml] = [text(NOTE_PLAN) ?? unpackText(packed), text(NOTE_DOMAIN)];
  if (planJson === undefined) return undefined;
  return { planJson, ...(domainXml === undefined ? {} : { domainXml }) };
}

function unpackText(packed: Uint8Array | undefined): string | undefined {
  if (packed === undefined || packed.length < 4) return undefined;
  const size = Buffer.from(packed).readUInt32LE();
  const bytes = size > LONGEST ? undefined : unpack(packed.subarray(4), size);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}
