import { ElfFormatError } from '../codegen/read-elf.ts';
import { wrongFile } from '../diagnostics/catalog/cli.ts';
import { isLxcConfig } from '../frontend/lxc/detect.ts';
import { jsonKind } from '../json/kind.ts';
import { jsonFault } from '../json/read.ts';
import { type ProgramNotes, readProgram } from '../notes.ts';
import { Failure } from './failure.ts';
import { decode, fileName, MAX_BYTES, readBytes } from './text-file.ts';

/** A file that a command was given, and what kind of file it is. */
export type Input = TextInput | ProgramInput;

export interface TextInput {
  readonly kind: 'xml' | 'lxc' | 'domain-json' | 'plan' | 'facts' | 'oci' | 'json';
  /** As messages call it. */
  readonly file: string;
  readonly text: string;
}

/** A program that lxplain compiled, or any other. */
export interface ProgramInput {
  readonly kind: 'program' | 'other-program';
  readonly file: string;
  readonly elf: Uint8Array;
  readonly notes: ProgramNotes | undefined;
}

/** Far more than a program of the largest input has. */
const MAX_PROGRAM = 256 * 1024 * 1024;

const isElf = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && Buffer.from(bytes.subarray(0, 4)).toString('latin1') === '\x7fELF';

/** Reads a file, or standard input for `-`. The kind is told by what is in it, not by its name. */
export function readInput(path: string): Input {
  const file = fileName(path);
  const bytes = readBytes(path, (head) => (isElf(head) ? MAX_PROGRAM : MAX_BYTES));
  if (isElf(bytes)) {
    const notes = notesOf(bytes);
    return { kind: notes === undefined ? 'other-program' : 'program', file, elf: bytes, notes };
  }
  const text = decode(file, bytes);
  const kind = kindOf(file, text);
  if (text.length > LONG && kind !== 'lxc') optimizeLate();
  return { kind, file, text };
}

/** Of anything shorter the start of Node takes longer than the answer. */
const LONG = 64 * 1024;

/** V8 runs so many bytes of its code of a function, not a fifteenth of it, before it compiles that once more. */
const BUDGET = 1_000_000;
/** V8 does not promise that it keeps a flag, and tells on standard error of one that it does not know. */
const LAST_KNOWN_V8 = 13;

/**
 * A command is over before code pays that V8 has optimized: a third of the time of a large plan went there. Not for
 * configs, whose reader has not been loaded yet: the code that is kept for it would not fit other flags.
 */
function optimizeLate(): void {
  if (Number.parseInt(process.versions.v8, 10) > LAST_KNOWN_V8) return;
  // Loading the module takes 2 ms.
  process.getBuiltinModule?.('node:v8').setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}

function kindOf(file: string, text: string): TextInput['kind'] {
  if (!text.trimStart().startsWith('{')) return isLxcConfig(file, text) ? 'lxc' : 'xml';
  return jsonKind(text);
}

/** Undefined for a program that is none of ours, or that is cut off. */
function notesOf(elf: Uint8Array): ProgramNotes | undefined {
  try {
    return readProgram(elf);
  } catch (cause) {
    if (!(cause instanceof ElfFormatError)) throw cause;
    return undefined;
  }
}

/** A domain, in whatever form. */
export const isDomain = (input: Input): input is TextInput =>
  input.kind === 'xml' || input.kind === 'lxc' || input.kind === 'domain-json';

/** What each kind of file is, and what it is good for: a command of which FILE is the file. */
const kinds: Readonly<Record<Input['kind'], readonly [what: string, use: string]>> = {
  xml: ['domain XML', 'lxplain plan FILE'],
  lxc: ['a config of lxc-tools', 'lxplain domxml-from-native lxc-tools FILE'],
  'domain-json': ['a domain as JSON', 'lxplain plan FILE'],
  plan: ['a plan', 'lxplain plan FILE'],
  facts: ['a file with the facts of a machine', 'lxplain plan DOMAIN.xml --facts FILE'],
  program: ['a compiled program', 'lxplain inspect FILE'],
  'other-program': ['a program, but none that lxplain compiled', ''],
  oci: ['a config of an OCI runtime, which is not supported yet', ''],
  json: ['JSON, but neither a domain nor a plan nor the facts of a machine', ''],
};

/** What commands expect that do not care in which form it is. */
export const A_DOMAIN = 'a domain';

/** The command cannot do anything with this kind of file. `use` says what can, where the common answer is not the best. */
export function wrongKind(input: Input, expected: string, use?: string): Failure {
  const { kind, file } = input;
  const fault = kind === 'json' ? jsonFault(file, input.text) : undefined;
  if (fault !== undefined && kind === 'json')
    return new Failure([fault], new Map([[file, input.text]]));
  const [what, usual] = kinds[kind];
  const common = kind === 'program' && expected === A_DOMAIN ? 'lxplain inspect FILE --xml' : usual;
  const given = file.startsWith('<') ? '-' : file;
  return new Failure([wrongFile(file, what, expected, (use ?? common).replaceAll('FILE', given))]);
}
