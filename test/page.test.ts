import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const repository = join(import.meta.dirname, '..');

/** The cells of each row of docs/page.md that is a statement. */
const rows = readFileSync(join(repository, 'docs/page.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:---|the page says|\*\*)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

test('each statement of the page has a status, and a test that is there holds it', () => {
  expect(rows.length).toBeGreaterThan(70);
  for (const [statement = '', status = '', by = ''] of rows) {
    expect(status, statement).toMatch(/^(?:holds|differs|missing)\b/);
    const [, path] = /^`(test\/[^`]+)`$/.exec(by.trim()) ?? [];
    expect(path === undefined, statement).toBe(status.startsWith('missing'));
    if (path !== undefined) expect(existsSync(join(repository, path)), path).toBe(true);
  }
});

test('no statement is there twice', () => {
  const statements = rows.map(([statement]) => statement);
  expect(new Set(statements).size).toBe(statements.length);
});
