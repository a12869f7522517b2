import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostile } from './hostile.ts';

const repository = join(import.meta.dirname, '../..');
const measure = pathToFileURL(join(import.meta.dirname, 'measure.mjs')).href;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Answer {
  readonly codes: readonly string[];
  readonly output: string;
  readonly ms: number;
  readonly megabytes: number;
}

/** What `lxplain check` says of a file in a process of its own, and what that costs. */
function check(document: string | Uint8Array): Answer {
  const file = join(folder, 'vm1.xml');
  writeFileSync(file, document);
  const { stderr, output } = spawnSync(
    join(repository, 'bin/lxplain'),
    ['check', file, '--facts', join(repository, 'golden/facts/hybrid.json')],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: `--import ${measure}` },
    },
  );
  const codes = [...stderr.matchAll(/\[([a-z]+\/[a-z0-9-]+)\]$/gm)].map(([, code]) => code ?? '');
  const { wall, processor, megabytes } = JSON.parse(output[3] ?? '{}');
  // Whoever else uses the processors is not what is measured.
  return { codes, output: stderr, ms: Math.min(wall, processor), megabytes };
}

/** Milliseconds, on a machine where a check of a small domain takes 40. */
const MOST = 200;

/**
 * The quickest of a few runs, if the first takes too long: a busy machine makes each slower. One that is slow
 * in itself, or shares its caches with others, is told by what it takes for a small domain.
 */
function best(document: string | Uint8Array): Answer {
  const answers = [check(document)];
  while (answers.length < 8 && answers.every(({ ms }) => ms > MOST)) {
    const slowness = Math.max(1, check(small).ms / 40);
    const answer = check(document);
    answers.push({ ...answer, ms: answer.ms / slowness });
  }
  return answers.reduce((a, b) => (a.ms <= b.ms ? a : b));
}

const small = readFileSync(join(repository, 'examples/hello.xml'), 'utf8');

test.each(hostile)('$name', ({ document, code }) => {
  const { codes, output, ms, megabytes } = best(document);
  const found = codes.some((each) => new RegExp(`^(${code})`).test(each));
  expect(found, output.slice(0, 500)).toBe(true);
  expect(output.length).toBeLessThan(200_000);
  expect(ms).toBeLessThan(MOST);
  expect(megabytes).toBeLessThan(100);
});
