import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ElfNote } from '../../src/codegen/elf.ts';
import { generate } from '../../src/codegen/generate.ts';
import { ElfFormatError, readNotes } from '../../src/codegen/read-elf.ts';
import type { Operand, Place, Program } from '../../src/program/program.ts';

const int = (value: number): Operand => ({ kind: 'int', value: BigInt(value) });
const at = (variable: string, offset = 0): Place => ({ variable, offset, size: 8 });
const show = { kind: 'address', of: 'line', offset: 0 } as const;

/** Fails a tolerated chdir(2), a fatal close(2) and one that fails because of that; prints the errno of the second and exits with its step. */
const program: Program = {
  entry: 'start',
  failure: { step: at('failed'), errno: at('failed', 8) },
  kept: { zero: [], handedOn: [], guarded: [], handles: new Map(), acrossPivot: [] },
  data: [
    { kind: 'variable', name: 'failed', size: 16 },
    { kind: 'variable', name: 'line', size: 4096, initial: new TextEncoder().encode('....\n') },
  ],
  code: [
    { kind: 'label', name: 'start' },
    { kind: 'step', step: 3, symbol: 'tolerated' },
    {
      kind: 'syscall',
      name: 'chdir',
      args: [{ kind: 'string', value: '/nowhere/at/all' }],
      tolerates: ['ENOENT'],
      onError: 'failed',
      step: 3,
    },
    { kind: 'step', step: 7, symbol: 'fatal' },
    { kind: 'syscall', name: 'close', args: [int(-1)], onError: 'failed', step: 7 },
    { kind: 'syscall', name: 'exit_group', args: [int(0)], step: -1 },
    { kind: 'label', name: 'failed' },
    { kind: 'step', step: 9, symbol: 'follows' },
    {
      kind: 'syscall',
      name: 'chdir',
      args: [{ kind: 'string', value: '/nowhere/at/all' }],
      onError: 'told',
      step: 9,
    },
    { kind: 'label', name: 'told' },
    {
      kind: 'decimal',
      value: { kind: 'load', place: at('failed', 8) },
      variable: 'line',
      offset: 0,
      width: 4,
      pad: ' ',
    },
    { kind: 'syscall', name: 'write', args: [int(1), show, int(5)], step: -1 },
    {
      kind: 'syscall',
      name: 'exit_group',
      args: [{ kind: 'load', place: at('failed') }],
      step: -1,
    },
  ],
};
const notes: readonly ElfNote[] = [
  { name: 'lxplain', type: 1, desc: new TextEncoder().encode('a plan') },
];

const runners = { x86_64: [], aarch64: ['qemu-aarch64-static'] } as const;
const native = process.arch === 'x64' && process.platform === 'linux';

describe.for(['x86_64', 'aarch64'] as const)('%s', (arch) => {
  const [emulator] = runners[arch];
  const isMissing =
    emulator !== undefined && spawnSync(emulator, ['--version']).error !== undefined;
  const why = !native
    ? ' (skipped: needs Linux on x86-64)'
    : isMissing
      ? ` (skipped: needs ${emulator})`
      : '';
  test.skipIf(why !== '')(`a failing step leaves its number and errno${why}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'codegen-'));
    const file = join(folder, 'program');
    writeFileSync(file, generate(program, arch, notes), { mode: 0o755 });
    const run = emulator === undefined ? spawnSync(file) : spawnSync(emulator, [file]);
    rmSync(folder, { recursive: true });
    expect({ out: String(run.stdout), status: run.status }).toEqual({ out: '   9\n', status: 7 });
  });
});

test.for(['x86_64', 'aarch64'] as const)(
  '%s: the notes come back, the bytes are stable',
  (arch) => {
    const bytes = generate(program, arch, notes);
    expect(generate(program, arch, notes)).toEqual(bytes);
    expect(readNotes(bytes)).toEqual(notes);
    expect(() => readNotes(bytes.subarray(0, 400))).toThrow(ElfFormatError);
  },
);
