import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../../src/linux/syscalls.ts';
import { BASE, hex } from './form.ts';

const prefixes = { x86_64: 'x86_64-linux-gnu-', aarch64: 'aarch64-linux-gnu-' } as const;

export const hasAssembler = (arch: Arch): boolean =>
  ['as', 'ld', 'objcopy'].every(
    (tool) => spawnSync(`${prefixes[arch]}${tool}`, ['--version']).status === 0,
  );

/**
 * What GNU as and ld make of each text. `adrp` depends on its own address, so it is assembled by itself, at BASE; it
 * takes no number for its target but a symbol.
 */
export function assemble(arch: Arch, texts: readonly string[]): string[] {
  const adrp = /(?<=^adrp x\d+, )0x[0-9a-f]+/;
  const fixed = (text: string): boolean => adrp.test(text);
  const alone = (text: string): string | undefined =>
    run(arch, [text.replace(adrp, 'target')], [`--defsym=target=${adrp.exec(text)?.[0]}`])[0];
  const together = run(
    arch,
    texts.filter((text) => !fixed(text)),
  );
  return texts.map((text) => (fixed(text) ? alone(text) : together.shift()) ?? '');
}

function run(arch: Arch, texts: readonly string[], link: readonly string[] = []): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-as-'));
  const at = (name: string): string => join(folder, name);
  const tool = (name: string, ...args: string[]): void => {
    execFileSync(`${prefixes[arch]}${name}`, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const lines = texts.map(
    (text) =>
      `1: ${text.replaceAll('; ', '\n')}\n2: .pushsection .sizes\n.long 2b-1b\n.popsection\n`,
  );
  const syntax = arch === 'x86_64' ? '.intel_syntax noprefix\n' : '';
  try {
    writeFileSync(
      at('a.s'),
      `${syntax}.section .sizes,"a"\n.text\n.globl _start\n_start:\n${lines.join('')}`,
    );
    tool('as', at('a.s'), '-o', at('a.o'));
    tool('ld', at('a.o'), '-o', at('a'), `-Ttext=0x${BASE.toString(16)}`, ...link);
    tool('objcopy', '-O', 'binary', '-j', '.text', at('a'), at('text'));
    tool('objcopy', '-O', 'binary', '-j', '.sizes', at('a'), at('sizes'));
    const [text, sizes] = [readFileSync(at('text')), readFileSync(at('sizes'))];
    let start = 0;
    return texts.map((_, index) => {
      const end = start + sizes.readUInt32LE(4 * index);
      const found = hex(text.subarray(start, end));
      start = end;
      return found;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
