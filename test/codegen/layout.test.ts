import { expect, test } from 'vitest';
import { imageBase } from '../../src/codegen/elf.ts';
import { generate } from '../../src/codegen/generate.ts';
import { layOut } from '../../src/codegen/layout.ts';
import type { Program } from '../../src/program/program.ts';

const place = { variable: 'counter', offset: 0, size: 8 } as const;
const program: Program = {
  entry: 'start',
  failure: { step: place, errno: place },
  kept: { zero: [], handedOn: [], guarded: [], handles: new Map(), acrossPivot: [] },
  data: [
    { kind: 'variable', name: 'buffer', size: 9000 },
    { kind: 'variable', name: 'counter', size: 8 },
    { kind: 'variable', name: 'request', size: 64, initial: new Uint8Array([1, 2, 3]) },
    { kind: 'constant', name: 'text', bytes: new Uint8Array(5000).fill(7) },
  ],
  code: [
    { kind: 'label', name: 'start' },
    { kind: 'jump', to: 'start' },
  ],
};

test('small variables share the page of the headers, buffers come behind them', () => {
  const layout = layOut(program, 4096);
  const at = (name: string) => layout.address(name, 0, 0);
  expect(at('request')).toBeLessThan(imageBase + 4096);
  expect(at('counter')).toBeLessThan(imageBase + 4096);
  expect(at('buffer')).toBeGreaterThan(at('counter'));
});

test.each([
  ['x86_64', 0x1000],
  ['aarch64', 0x10000],
] as const)('%s: segments lie in the page as in the file, and share none', (arch, pageSize) => {
  const elf = generate(program, arch, []);
  const view = new DataView(elf.buffer, elf.byteOffset);
  const word = (at: number) => Number(view.getBigUint64(at, true));
  const headers = Array.from({ length: view.getUint16(56, true) }, (_, index) => 64 + index * 56);
  const segments = headers
    .filter((at) => view.getUint32(at, true) === 1) // PT_LOAD
    .map((at) => ({ offset: word(at + 8), address: word(at + 16), size: word(at + 40) }));
  expect(segments).toHaveLength(3);
  let end = 0;
  for (const { offset, address, size } of segments) {
    expect(address % pageSize).toBe(offset % pageSize);
    expect(Math.floor(address / pageSize)).toBeGreaterThanOrEqual(Math.ceil(end / pageSize));
    end = address + size;
  }
});
