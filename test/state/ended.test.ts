import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endOfChild } from '../../src/state/ended.ts';

const hasProc = existsSync('/proc/self/stat');

/** What is said of a child while it runs, and when it has ended; Node waits for it only after this turn. */
function endOf(script: string): readonly (number | undefined)[] {
  const { pid } = spawn('sh', ['-c', script], { stdio: 'ignore' });
  if (pid === undefined) throw new Error('sh runs');
  const before = endOfChild(pid);
  for (;;) {
    const end = endOfChild(pid);
    if (end !== undefined) return [before, end];
  }
}

test.skipIf(!hasProc).each([
  ['sleep 0.2; exit 0', 0],
  ['sleep 0.2; exit 3', 3],
  ['sleep 0.2; kill -KILL $$', 137],
])(`%s${hasProc ? '' : ' (skipped: no /proc)'}`, (script, end) => {
  expect(endOf(script)).toEqual([undefined, end]);
});

test('of what is no child nothing is known', () => {
  expect(endOfChild(process.pid)).toBeUndefined();
  expect(endOfChild(2 ** 22 + 1)).toBeUndefined();
});
