import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileC, noCompiler } from '../../bench/compiler.ts';
import { sameCalls } from '../../bench/same-calls.ts';
import { makeFolder, planOf, removeFolder, work } from '../../bench/work.ts';
import { lower } from '../../src/lower/lower.ts';
import { compareTrace } from '../live/trace.ts';
import { busybox, hasStrace } from '../tools.ts';

const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : !hasStrace
      ? ' (skipped: needs strace)'
      : busybox === undefined
        ? ' (skipped: needs busybox-static)'
        : noCompiler === undefined
          ? ''
          : ` (skipped: ${noCompiler})`;

/** Else the comparison with C would be one with other work. */
test.skipIf(why !== '').each([
  ['plain', false],
  ['mapped', true],
])(`%s: the program in C makes the calls of the listing${why}`, (name, mapped) => {
  const folder = makeFolder();
  try {
    const { plan } = planOf(`lxplain-same-${name}`, work(folder, mapped, '/bin/true'));
    const listed = lower(plan, plan.arch, { kind: 'foreground', client: false });
    const [source, program, trace] = ['c', 'program', 'trace'].map((end) =>
      join(folder, `same.${end}`),
    ) as [string, string, string];
    writeFileSync(source, sameCalls(listed));
    compileC(source, program);
    const options = ['-f', '-v', '-e', 'abbrev=bpf', '-s', '100000', '-o', trace, program];
    const { status, stderr } = spawnSync('strace', options, { encoding: 'utf8', input: '' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { differences, compared } = compareTrace(listed, readFileSync(trace, 'utf8'));
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  } finally {
    removeFolder(folder);
  }
});
