import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');

test('a fault of the program itself is told with the places in its source', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-fault-'));
  cpSync(join(repository, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(repository, 'bin'), join(folder, 'bin'), { recursive: true });
  copyFileSync(join(repository, 'package.json'), join(folder, 'package.json'));
  // A validator that is broken stands for whatever may go wrong inside.
  const validator = join(folder, 'dist/plan-validator.cjs');
  writeFileSync(validator, `${readFileSync(validator, 'utf8')}\nmodule.exports = 1;\n`);
  const plan = join(repository, 'plans/examples/private-root.json');
  const { status, stdout, stderr } = spawnSync(join(folder, 'bin/lxplain'), ['plan', plan], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
  expect(stderr).toMatch(
    /^error: this is a fault of lxplain itself, please report it:\nTypeError: /,
  );
  expect(stderr).toMatch(/^ {4}at \S+ \(src\/plan\/read\.ts:\d+\)$/m);
});
