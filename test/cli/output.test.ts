import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');

test('a reader that is gone ends the command without a word', () => {
  const script = `bin/lxplain plan examples/hello.xml --facts golden/facts/hybrid.json --json | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: repository,
    encoding: 'utf8',
  });
  // 141: its last bytes found nobody; 0: they were written before the reader was gone.
  expect(stdout).toMatch(/^(141|0)\n$/);
  expect(stderr).toBe('');
});

test('nothing of a long output is lost in a slow pipe', () => {
  const script = `bin/lxplain plan examples/hello.xml --facts golden/facts/hybrid.json --json | (sleep 1; cat)`;
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: repository, encoding: 'utf8' });
  expect(JSON.parse(stdout).name).toBe('hello');
});

test.skipIf(!existsSync('/dev/full'))('output that cannot be written is an error', () => {
  const script = 'bin/lxplain plan examples/hello.xml --facts golden/facts/hybrid.json > /dev/full';
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    cwd: repository,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "error: cannot write 'standard output': ENOSPC [file/unwritable]\n",
  });
});
