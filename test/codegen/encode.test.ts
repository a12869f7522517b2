import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeArm64 } from '../../src/codegen/arm64/decode.ts';
import * as arm64 from '../../src/codegen/arm64/encode.ts';
import { decodeX64 } from '../../src/codegen/x64/decode.ts';
import * as x64 from '../../src/codegen/x64/encode.ts';
import { arm64Forms } from './arm64-forms.ts';
import { assemble, hasAssembler } from './assemble.ts';
import { BASE, bytesOf, type Form } from './form.ts';
import { x64Forms } from './x64-forms.ts';

const forms = { x86_64: x64Forms, aarch64: arm64Forms } as const;
const encoders = { x86_64: x64, aarch64: arm64 } as const;
const archs = ['x86_64', 'aarch64'] as const;
const recorded = (arch: (typeof archs)[number]): string =>
  join(import.meta.dirname, '../../golden/recorded/encoders', `${arch}.txt`);

/** The recorded table: the bytes and the text of each instruction, a line each. */
const table = (list: readonly Form[], bytes: readonly string[]): string =>
  list.map(({ assembler }, index) => `${bytes[index]?.padEnd(36)}${assembler}\n`).join('');

test.each(archs)('%s: every form has the bytes that GNU as gave it', (arch) => {
  const list = forms[arch];
  const lines = (text: string) => text.split('\n');
  expect(lines(table(list, list.map(bytesOf)))).toEqual(
    lines(readFileSync(recorded(arch), 'utf8')),
  );
});

test.each(archs)('%s: every encoder is in the table', (arch) => {
  const functions = Object.entries(encoders[arch]).filter(
    ([, value]) => typeof value === 'function',
  );
  const tested = new Set(forms[arch].map(({ encoder }) => encoder));
  expect([...tested].sort()).toEqual(functions.map(([name]) => name).sort());
});

const decoders = { x86_64: decodeX64, aarch64: decodeArm64 } as const;

/** Decodes all of some bytes, with distances as GNU as has them. */
function decoded(arch: (typeof archs)[number], text: string): string {
  const code = Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));
  const texts: string[] = [];
  for (let at = 0; at < code.length; ) {
    const dot = BASE + at;
    const place = (target: number): string => `.${target < dot ? '' : '+'}${target - dot}`;
    const found = decoders[arch](code, at, dot, place);
    texts.push(found?.text ?? '?');
    at += found?.size ?? code.length;
  }
  return texts.join('; ');
}

test.each(archs)('%s: every recorded form is decoded to its text', (arch) => {
  const texts = new Map<string, string[]>();
  for (const line of readFileSync(recorded(arch), 'utf8').split('\n').filter(Boolean)) {
    const [bytes, text] = [line.slice(0, 36).trim(), line.slice(36)];
    texts.set(bytes, [...(texts.get(bytes) ?? []), text]);
  }
  for (const [bytes, known] of texts) expect(known).toContain(decoded(arch, bytes));
});

for (const arch of archs) {
  const missing = hasAssembler(arch) ? '' : ` (skipped: needs GNU binutils for ${arch})`;
  test.skipIf(missing !== '')(`${arch}: GNU as still gives these bytes${missing}`, async () => {
    const texts = forms[arch].map(({ assembler }) => assembler);
    await expect(table(forms[arch], assemble(arch, texts))).toMatchFileSnapshot(recorded(arch));
  });
}
