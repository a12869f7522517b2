import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack, unpack } from '../src/lz4.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test.for([
  ['nothing', ''],
  ['a byte', 'a'],
  ['nothing that comes twice', 'The quick brown fox'],
  ['one byte, again and again', 'a'.repeat(70_000)],
  [
    'literals of more than 15 and 270 bytes',
    Array.from({ length: 400 }, (_, i) => String(i)).join('-'),
  ],
])('%s comes back', ([, text]) => {
  const block = pack(bytes(text!));
  expect(Buffer.from(unpack(block, bytes(text!).length) ?? []).toString()).toBe(text);
});

test('a block is that of the specification', () => {
  // A token for 1 literal and a match of 4 + 9 bytes, the literal, the distance 1; then a token for 6 literals.
  expect([...pack(bytes('a'.repeat(20)))]).toEqual([
    0x1a, 0x61, 1, 0, 0x50, 0x61, 0x61, 0x61, 0x61, 0x61,
  ]);
});

test('whatever is packed comes back', () => {
  const text = fc.array(fc.constantFrom('mount', 'cgroup', 'a', 'b', '\n', '…'), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(text, (words) => {
      const given = bytes(words.join(''));
      expect(unpack(pack(given), given.length)).toEqual(new Uint8Array(given));
    }),
  );
});

test('what is no block is none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(1000), (block, size) => {
      const found = unpack(block, size);
      expect(found === undefined || found.length === size).toBe(true);
    }),
  );
  expect(unpack(Uint8Array.of(0x10), 1)).toBeUndefined(); // the literal is missing
  expect(unpack(Uint8Array.of(0, 1, 0), 4)).toBeUndefined(); // there is nothing to copy
  expect(unpack(Uint8Array.of(0x10, 0x61), 2)).toBeUndefined(); // shorter than it says
});
