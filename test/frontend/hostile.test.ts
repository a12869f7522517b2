import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostile } from './hostile.ts';
import { best, hybridFacts, MOST_MEGABYTES, MOST_MS } from './measured.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(hostile)('$name', ({ document, code }) => {
  writeFileSync(join(folder, 'vm1.xml'), document);
  const answer = best(['check', 'vm1.xml', '--facts', hybridFacts()], folder);
  const { codes, output, ms, megabytes } = answer;
  const found = codes.some((each) => new RegExp(`^(${code})`).test(each));
  expect(found, output.slice(0, 500)).toBe(true);
  expect(output.length).toBeLessThan(200_000);
  expect(ms).toBeLessThan(MOST_MS);
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
});
