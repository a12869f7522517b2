import { expect, test } from 'vitest';
import { withoutQueries } from '../../src/cli/terminal-queries.ts';

/** What comes through of text that arrives in these pieces. */
async function through(...pieces: readonly string[]): Promise<string> {
  const filter = withoutQueries();
  for (const piece of pieces) filter.write(Buffer.from(piece));
  filter.end();
  return Buffer.concat(await filter.toArray()).toString();
}

test.each([
  ['the place of the cursor, as busybox asks', '\x1b[6n'],
  ['whether it works', '\x1b[5n'],
  ['what it is', '\x1b[c'],
  ['what it is, in another way', '\x1b[>0c'],
  ['its size', '\x1b[18t'],
  ['the colour of its background', '\x1b]11;?\x1b\\'],
  ['a colour of its palette', '\x1b]4;15;?\x07'],
  ['a mode', '\x1b[?2026$p'],
  ['its version', '\x1b[>0q'],
  ['a capability', '\x1bP+q544e\x1b\\'],
])('%s', async (_, query) => {
  expect(await through(`~ # ${query}ls`)).toBe('~ # ls');
  const bytes = [...`~ # ${query}ls`];
  expect(await through(...bytes), 'byte by byte').toBe('~ # ls');
});

test.each([
  ['colours', '\x1b[1;36mbin\x1b[0m'],
  ['the title of a window', '\x1b]0;box\x07'],
  ['movement', '\x1b[2J\x1b[H\x1b[6A'],
  ['a sequence that does not end', 'a\x1b[6'],
  ['an escape alone', 'a\x1b'],
  ['characters of several bytes', 'grün 🗃'],
  ['a long text of a terminal', `\x1b]2;${'x'.repeat(500)}`],
])('%s stay', async (_, text) => {
  expect(await through(text)).toBe(text);
  expect(await through(...text), 'piece by piece').toBe(text);
});
