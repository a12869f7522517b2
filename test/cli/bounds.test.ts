import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { best, MOST_MEGABYTES, MOST_MS } from '../frontend/measured.ts';
import { long } from '../long.ts';
import { ANY, inputs, OTHER } from './bounds.inputs.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-bounds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const LARGEST = 4 * 1024 * 1024;
/** A line of a message: its place, the message, and a code. */
const LONGEST_LINE = 2600;

/** Of the configs each with one command, and another one for the next; a long run takes all. */
const taken = inputs.filter(({ code }, index) => long || code !== ANY || index % 8 === 0);

test.each(taken)('$command: $name', ({ command, files, code }) => {
  let total = 0;
  for (const [name, content] of Object.entries(files())) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), content, { mode: 0o644 });
    total += content.length;
  }
  expect(total).toBeLessThanOrEqual(LARGEST);
  const { codes, output, status, ms, megabytes } = best(command.split(' '), folder);
  if (code === ANY || code === OTHER) expect([0, 1], output.slice(0, 500)).toContain(status);
  else if (code === '') expect(status, output.slice(0, 500)).toBe(0);
  else {
    const found = codes.some((each) => code.split('|').includes(each));
    expect(found, output.slice(0, 500)).toBe(true);
  }
  // A conversion tells of every line.
  expect(output.length).toBeLessThan(command.startsWith('domxml-') ? LARGEST : 200_000);
  expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThan(LONGEST_LINE);
  expect(ms).toBeLessThan(MOST_MS);
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
});
