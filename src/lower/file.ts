import { AT_FDCWD, int, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import type { Assembly } from './assembly.ts';

/** Opens a file of the host, has it written as `file`, and closes it. */
export function writeFile(out: Assembly, path: Operand, write: () => void): void {
  out.call('openat', [AT_FDCWD, path, out.open('O_WRONLY', 'O_CLOEXEC')], { result: 'file' });
  write();
  out.call('close', [value('file')]);
}

/** Writes a text with a call of its own. */
export function writeText(out: Assembly, handle: string, text: string): void {
  out.call('write', [value(handle), string(text), int(Buffer.byteLength(text))]);
}
