import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const sources = join(import.meta.dirname, '../bench/c');

const flags = [
  '-O2',
  '-std=gnu11',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-stack-protector',
  '-fno-strict-aliasing',
  '-fno-asynchronous-unwind-tables',
  '-nostdlib',
  '-static',
  '-no-pie',
  '-Wl,--build-id=none',
  '-Wl,-z,norelro',
  '-I',
  sources,
];

/** One that also finds the headers of the kernel. */
const compiler = ['cc', 'gcc', 'clang'].find(
  (name) =>
    spawnSync(name, ['-E', '-include', 'linux/sched.h', '-x', 'c', '/dev/null']).status === 0,
);

/** Why there are no programs in C to compare with; undefined if there are. */
export const noCompiler: string | undefined =
  compiler === undefined ? 'needs a C compiler and the headers of Linux' : undefined;

/** Makes a program without a C library. `source` is a file of bench/c, or a path. @throws Error with what the compiler says */
export function compileC(source: string, output: string, defines: readonly string[] = []): string {
  if (compiler === undefined) throw new Error(noCompiler);
  const file = source.includes('/') ? source : join(sources, source);
  const macros = defines.map((name) => `-D${name}`);
  const { status, stderr } = spawnSync(compiler, [...flags, ...macros, file, '-o', output], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${compiler} ${source}: ${stderr.split('\n')[0]}`);
  return output;
}
