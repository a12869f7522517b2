import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { manual } from '../../src/cli/manual/pages.ts';
import { commandTree } from '../../src/cli/tree.ts';
import { ops } from '../../src/plan/ops.ts';

const folder = mkdtempSync(join(tmpdir(), 'lxplain-manual-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pages = [...manual()];
for (const [name, text] of pages) writeFileSync(join(folder, name), text);

/** Bold and italics for a terminal: a character, a backspace, the same character. */
const OVERSTRUCK = new RegExp(`.${String.fromCharCode(8)}`, 'g');

/** As a reader sees it. */
const shown = (name: string): string =>
  spawnSync('mandoc', ['-T', 'utf8', '-O', 'width=200', join(folder, name)], {
    encoding: 'utf8',
  }).stdout.replaceAll(OVERSTRUCK, '');

test('npm installs every page: `man` in package.json', () => {
  const { man } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  expect(man).toEqual(pages.map(([name]) => `dist/man/${name}`).sort());
});

const noMandoc = spawnSync('which', ['mandoc']).status !== 0;
describe.skipIf(noMandoc)(noMandoc ? 'mandoc is not installed' : 'mandoc', () => {
  test.each(pages)('finds no fault in %s', (name) => {
    const { status, stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', name], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test('a page has all options and operands of its command', () => {
    for (const command of commandTree().commands) {
      const text = shown(`lxplain-${command.name()}.1`);
      for (const { long, short } of command.options) {
        expect(text).toContain(long);
        if (short !== undefined) expect(text).toContain(`${short}, ${long}`);
      }
      for (const argument of command.registeredArguments) expect(text).toContain(argument.name());
    }
  });

  test('lxplain-plan(5) has every operation with what it does, and texts come through as they are', () => {
    const text = shown('lxplain-plan.5').replaceAll(/\s+/g, ' ');
    for (const [op, { what, why }] of Object.entries(ops)) {
      expect(text).toContain(` ${op} ${what} ${why}`);
    }
  });
});

const noMan = spawnSync('which', ['groff']).status !== 0;
describe.skipIf(noMan)(noMan ? 'groff is not installed' : 'groff', () => {
  test.each(pages)('finds no fault in %s', (name) => {
    const { status, stderr } = spawnSync(
      'groff',
      ['-man', '-ww', '-K', 'utf8', '-T', 'utf8', name],
      { cwd: folder, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
