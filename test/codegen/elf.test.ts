import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/assemble.ts';
import { listCode } from '../../src/codegen/listing.ts';
import { readNotes } from '../../src/codegen/read-elf.ts';
import type { Arch } from '../../src/facts/facts.ts';
import { readProgram } from '../../src/notes.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { writePlan } from '../../src/plan/write.ts';

const cases = join(import.meta.dirname, '../../golden/cases');
const plan = JSON.parse(readFileSync(join(cases, 'idmap', 'plan.json'), 'utf8')) as Plan;
const mode = { kind: 'foreground', client: false } as const;
const elfOf = (arch: Arch): Uint8Array => compilePlan(plan, { arch, mode, domainXml: '<domain/>' });
const symbols = plan.steps.map(({ id, op }) => `step${String(id).padStart(2, '0')}.${op}`);

const [READ, WRITE, EXECUTE] = [4, 2, 1];
const [LOAD, NOTE, STACK] = [1, 4, 0x6474e551];

/** Elf64_Phdr. @see elf(5) */
function segments(elf: Uint8Array) {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const number = (at: number): number => Number(view.getBigUint64(at, true));
  return Array.from({ length: view.getUint16(56, true) }, (_, index) => {
    const at = number(32) + index * view.getUint16(54, true);
    return {
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: number(at + 8),
      address: number(at + 16),
      fileSize: number(at + 32),
      memorySize: number(at + 40),
      align: number(at + 48),
    };
  });
}

describe.each(['x86_64', 'aarch64'] as const)('%s', (arch) => {
  const elf = elfOf(arch);
  const all = segments(elf);
  const loaded = all.filter(({ type }) => type === LOAD);

  test('no memory is writable and executable, the stack is not executable', () => {
    const rights = loaded.map(({ flags }) => flags).sort();
    expect(rights).toEqual([READ, READ | EXECUTE, READ | WRITE]);
    expect(all.filter(({ type }) => type === STACK).map(({ flags }) => flags)).toEqual([
      READ | WRITE,
    ]);
  });

  test('no two segments share a page, and each lies in it as in the file', () => {
    const pages = loaded.flatMap(({ address, memorySize, align }) => {
      const [first, last] = [address, address + memorySize - 1].map((at) => Math.floor(at / align));
      return Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, n) => (first ?? 0) + n);
    });
    expect(new Set(pages).size).toBe(pages.length);
    for (const { address, offset, align } of loaded) expect(address % align).toBe(offset % align);
  });

  test('it starts in the code, and the plan and the domain are in the notes', () => {
    const entry = Number(new DataView(elf.buffer).getBigUint64(24, true));
    const code = loaded.find(({ flags }) => flags === (READ | EXECUTE));
    expect(entry).toBeGreaterThanOrEqual(code?.address ?? Number.POSITIVE_INFINITY);
    expect(entry).toBeLessThan((code?.address ?? 0) + (code?.fileSize ?? 0));
    expect(all.filter(({ type }) => type === NOTE)).toHaveLength(1);
    expect(readNotes(elf).map(({ name }) => name)).toEqual(['lxplain', 'lxplain']);
    expect(readProgram(elf)).toEqual({ planJson: writePlan(plan), domainXml: '<domain/>' });
  });

  const prefix = arch === 'x86_64' ? 'x86_64-linux-gnu-' : 'aarch64-linux-gnu-';
  const has = ['readelf', 'objdump'].every(
    (tool) => spawnSync(`${prefix}${tool}`, ['--version']).status === 0,
  );
  const missing = has ? '' : ` (skipped: needs GNU binutils for ${arch})`;

  test.skipIf(!has)(`readelf and objdump show every step${missing}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lxplain-elf-'));
    const file = join(folder, 'program');
    const run = (tool: string, ...args: string[]): string =>
      execFileSync(`${prefix}${tool}`, [...args, file], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    try {
      writeFileSync(file, elf);
      const shown = run('objdump', '-d').matchAll(/^[0-9a-f]+ <([^>]+)>:$/gm);
      const names = [...shown].map(([, name]) => name);
      expect(symbols.filter((symbol) => !names.includes(symbol))).toEqual([]);
      const { stderr } = spawnSync(`${prefix}readelf`, ['-aW', file], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(run('readelf', '-sW')).toMatch(/FUNC\s+LOCAL\s+DEFAULT\s+1 step01\.process\.harden\n/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.each(['x86_64', 'aarch64'] as const)('the listing for %s', (arch) => {
  const lines = listCode(elfOf(arch)).split('\n');
  const instructions = lines.flatMap((line) => {
    const [, address, bytes, text] =
      /^ {2}([0-9a-f]+) {2}((?:[0-9a-f]{2} )+) *(.*)$/.exec(line) ?? [];
    return address === undefined ? [] : [{ address, bytes: bytes?.replaceAll(' ', ''), text }];
  });

  test('has every step and knows every instruction', () => {
    expect(symbols.filter((symbol) => !lines.includes(`${symbol}:`))).toEqual([]);
    expect(instructions.length).toBeGreaterThan(1000);
    expect(instructions.filter(({ text }) => text === '?')).toEqual([]);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  const objdump = arch === 'x86_64' ? 'x86_64-linux-gnu-objdump' : 'aarch64-linux-gnu-objdump';
  const has = spawnSync(objdump, ['--version']).status === 0;
  const missing = has ? '' : ` (skipped: needs ${objdump})`;

  test.skipIf(!has)(`is what objdump sees${missing}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lxplain-elf-'));
    const file = join(folder, 'program');
    try {
      writeFileSync(file, elfOf(arch));
      const intel = arch === 'x86_64' ? ['-M', 'intel'] : [];
      const args = ['-d', '-w', '--insn-width=16', ...intel, file];
      const shown = execFileSync(objdump, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
      const seen = [...shown.matchAll(/^ *([0-9a-f]+):\t([0-9a-f ]+?) *\t(\S+)/gm)].map(
        ([, address, bytes, mnemonic]) => ({
          address,
          bytes: rejoined(arch, bytes ?? ''),
          mnemonic,
        }),
      );
      const listed = instructions.map(({ address, bytes, text }) => ({
        address,
        bytes,
        mnemonic: alias(arch, text?.split(' ')[0] ?? ''),
      }));
      expect(listed).toEqual(seen);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** objdump shows a word of AArch64 as a number, its last byte first. */
function rejoined(arch: Arch, bytes: string): string {
  const plain = bytes.replaceAll(' ', '');
  if (arch === 'x86_64') return plain;
  return Buffer.from(plain, 'hex').reverse().toString('hex');
}

/** objdump prefers another name for some. */
const alias = (arch: Arch, mnemonic: string): string =>
  arch === 'aarch64' && ['movz', 'movn'].includes(mnemonic) ? 'mov' : mnemonic;

test('every instruction belongs to a symbol, and no symbols overlap', () => {
  const elf = elfOf('x86_64');
  const view = new DataView(elf.buffer);
  const number = (at: number): number => Number(view.getBigUint64(at, true));
  const sections = Array.from({ length: view.getUint16(60, true) }, (_, index) => {
    const at = number(40) + index * 64;
    return { type: view.getUint32(at + 4, true), offset: number(at + 24), size: number(at + 32) };
  });
  const table = sections.find(({ type }) => type === 2); // SHT_SYMTAB
  const code = segments(elf).find(({ flags, type }) => type === LOAD && (flags & EXECUTE) !== 0);
  let end = code?.address ?? 0;
  for (
    let at = (table?.offset ?? 0) + 24;
    at < (table?.offset ?? 0) + (table?.size ?? 0);
    at += 24
  ) {
    expect(number(at + 8)).toBe(end);
    end += number(at + 16);
  }
  expect(end).toBe((code?.address ?? 0) + (code?.memorySize ?? 0));
});
