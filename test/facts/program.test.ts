import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HEAD, programOf } from '../../src/facts/program.ts';
import { elfProgram } from './elf.ts';

function check(bytes: Buffer, expected: object): void {
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  expect(programOf(bytes.subarray(0, HEAD), read)).toEqual(expected);
}

test.each([
  ['#!/bin/sh\n', { format: 'script', interpreter: '/bin/sh' }],
  ['#! \t/usr/bin/env python3\n', { format: 'script', interpreter: '/usr/bin/env' }],
  ['#!/bin/sh', { format: 'script', interpreter: '/bin/sh' }],
  ['#!\n/bin/sh', { format: 'unknown' }],
  ['#!', { format: 'unknown' }],
  ['echo hello\n', { format: 'unknown' }],
  ['', { format: 'unknown' }],
  ['\x7fELF', { format: 'unknown' }],
])('%j', (text, expected) => check(Buffer.from(text, 'latin1'), expected));

test('architectures by their numbers', () => {
  check(elfProgram({ machine: 183 }), { format: 'elf', arch: 'aarch64' });
  check(elfProgram({ machine: 3 }), { format: 'elf', arch: 'i686' });
  check(elfProgram({ machine: 4711 }), { format: 'elf', arch: 'elf-4711' });
});

test('an object file and a core are no programs', () => {
  check(elfProgram({ machine: 62, type: 1 }), { format: 'unknown' });
  check(elfProgram({ machine: 62, type: 4 }), { format: 'unknown' });
});

test('headers that lie far behind, or beyond the end', () => {
  const far = elfProgram({ machine: 62 });
  far.writeBigUInt64LE(1n << 62n, 32);
  check(far, { format: 'elf', arch: 'x86_64' });
});

test('this very program', () => {
  const bytes = readFileSync(process.execPath);
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  expect(programOf(bytes.subarray(0, HEAD), read)).toMatchObject({ format: 'elf', arch });
});
