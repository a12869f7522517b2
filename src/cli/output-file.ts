import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileUnwritable } from '../diagnostics/catalog/cli.ts';
import { errorCode } from '../linux/error-code.ts';
import { Failure } from './failure.ts';
import { print } from './output.ts';

/** Whether a path given with -o is standard output, which may be a pipe or a socket that cannot be opened once more. */
export const isStandardOutput = (path: string): boolean =>
  ['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(path);

/** Writes a text where -o says. @throws Failure */
export function writeText(path: string, text: string): void {
  if (isStandardOutput(path)) print(text);
  else written(path, () => writeFileSync(path, text));
}

/** Writes a program where -o says. One that runs keeps its file, and no half of one is ever seen. @throws Failure */
export function writeProgram(path: string, elf: Uint8Array): void {
  if (isStandardOutput(path)) return print(elf);
  const target = realPath(path);
  written(path, () => {
    if (target !== undefined && !statSync(target).isFile()) writeFileSync(target, elf);
    else replace(target ?? path, elf);
  });
}

function written(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new Failure([fileUnwritable(path, errorCode(cause))]);
  }
}

function replace(target: string, elf: Uint8Array): void {
  const fresh = `${target}.${process.pid}.new`;
  try {
    writeFileSync(fresh, elf, { mode: 0o755 });
    renameSync(fresh, target);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw cause;
  }
}

/** undefined if there is no such file. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
