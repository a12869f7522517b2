import type { ProgramFact } from './facts.ts';

/** How much of a file is needed at most: the headers of a program, and the first line of a script. */
export const HEAD = 4096;

/** The kernel looks at no more of the first line. @see linux/binfmts.h, BINPRM_BUF_SIZE */
const SCRIPT_LINE = 256;

/**
 * What execve(2) makes of a file that begins with `head`. `read` gives bytes from further behind.
 * @see elf(5), and fs/binfmt_elf.c and fs/binfmt_script.c of Linux
 */
export function programOf(
  head: Buffer,
  read: (offset: number, length: number) => Buffer,
): ProgramFact {
  if (head.subarray(0, 2).toString('latin1') === '#!') return script(head.subarray(2, SCRIPT_LINE));
  if (head.subarray(0, 4).toString('latin1') !== '\x7fELF') return unknown;
  return elf(head, read) ?? unknown;
}

const unknown: ProgramFact = { format: 'unknown' };

function script(line: Buffer): ProgramFact {
  const text = line.toString('utf8').split('\n', 1)[0] ?? '';
  const [interpreter] = /[^ \t\0]+/.exec(text) ?? [];
  return interpreter === undefined ? unknown : { format: 'script', interpreter };
}

/** libvirt's names by `e_machine` of elf.h; those of two byte orders by the order, too. */
const machines: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i686',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'armv7l',
  43: 'sparc64',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** The name of an `e_machine`. */
export function archOfMachine(machine: number, isLittleEndian: boolean): string {
  const name = machines[machine] ?? `elf-${machine}`;
  return isLittleEndian && (name === 'ppc64' || name === 'mips')
    ? { ppc64: 'ppc64le', mips: 'mipsel' }[name]
    : name;
}

const PT_INTERP = 3;
const [ET_EXEC, ET_DYN] = [2, 3];
const PATH_MAX = 4096;

/** undefined for what the kernel does not execute. */
function elf(
  head: Buffer,
  read: (offset: number, length: number) => Buffer,
): ProgramFact | undefined {
  if (head.length < 52) return undefined;
  const is64 = head[4] === 2;
  const isLittle = head[5] === 1;
  const u16 = (from: Buffer, at: number) =>
    isLittle ? from.readUInt16LE(at) : from.readUInt16BE(at);
  const word = (from: Buffer, at: number): number => {
    if (!is64) return isLittle ? from.readUInt32LE(at) : from.readUInt32BE(at);
    return Number(isLittle ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
  };
  const type = u16(head, 16);
  if (type !== ET_EXEC && type !== ET_DYN) return undefined;
  const arch = archOfMachine(u16(head, 18), isLittle);
  const [size, count] = is64 ? [u16(head, 54), u16(head, 56)] : [u16(head, 42), u16(head, 44)];
  if (size !== (is64 ? 56 : 32)) return undefined;
  const headers = read(word(head, is64 ? 32 : 28), size * count);
  for (let at = 0; at + size <= headers.length; at += size) {
    const kind = isLittle ? headers.readUInt32LE(at) : headers.readUInt32BE(at);
    if (kind !== PT_INTERP) continue;
    const length = word(headers, at + (is64 ? 32 : 16));
    const text = read(word(headers, at + (is64 ? 8 : 4)), Math.min(length, PATH_MAX));
    const end = text.indexOf(0);
    return {
      format: 'elf',
      arch,
      interpreter: text.toString('utf8', 0, end < 0 ? undefined : end),
    };
  }
  return { format: 'elf', arch };
}
