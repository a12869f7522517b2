import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileEntry } from '../../src/assemble.ts';
import type { Arch } from '../../src/facts/facts.ts';
import { type Entry, lowerEnter } from '../../src/lower/enter.ts';
import { printSyscalls } from '../../src/program/print.ts';

const golden = join(import.meta.dirname, '../../golden');
const entry = (name: string): Entry => ({
  plan: JSON.parse(readFileSync(join(golden, 'cases', name, 'plan.json'), 'utf8')),
  paths: ['/bin/ls', '/usr/bin/ls'],
  argv: ['ls', '-l'],
  isTerminal: true,
  environment: ['TERM=xterm'],
  permitted: 0x1ff_ffff_ffffn,
});
const archs: readonly Arch[] = ['x86_64', 'aarch64'];

test.each(['private-root', 'idmap', 'v2'])('%s: the calls that enter it', async (name) => {
  const text = archs.map((arch) => `# ${arch}\n${printSyscalls(lowerEnter(entry(name), arch))}`);
  await expect(text.join('\n')).toMatchFileSnapshot(join(golden, 'enter', `${name}.syscalls.txt`));
});

test.each(archs)('%s: a small program, the same each time', (arch) => {
  const elf = compileEntry(entry('idmap'), arch);
  expect(elf.length).toBeLessThan(24 * 1024);
  expect(compileEntry(entry('idmap'), arch)).toEqual(elf);
});
