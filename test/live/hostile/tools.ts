import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const compiler = ['cc', 'gcc', 'clang'].find(
  (name) => spawnSync(name, ['-E', '-include', 'stdio.h', '-x', 'c', '/dev/null']).status === 0,
);

/** Why the tools in C that these tests need cannot be made; undefined if they can. */
export const noTools: string | undefined =
  process.getuid?.() !== 0
    ? 'needs root'
    : process.arch !== 'x64'
      ? 'the tracer is for x86-64'
      : compiler === undefined
        ? 'needs a C compiler and the headers of the C library'
        : undefined;

/** Compiles a C program that stands beside this file, unless it is in `folder` already. @returns its path */
export function compileTool(folder: string, name: string): string {
  const [source, output] = [join(import.meta.dirname, `${name}.c`), join(folder, name)];
  if (existsSync(output)) return output;
  if (compiler === undefined) throw new Error(noTools);
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static'];
  const { status, stderr } = spawnSync(compiler, [...flags, source, '-o', output], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${compiler} ${source}: ${stderr}`);
  return output;
}
