import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const isBuilt = existsSync(join(root, 'dist/main.cjs'));

test.skipIf(!isBuilt)(
  `docs/terminal.svg is what the commands print${isBuilt ? '' : ' (skipped: not built)'}`,
  async () => {
    const { picture } = await import(join(root, 'scripts/docs.mjs'));
    await expect(picture()).toMatchFileSnapshot(join(root, 'docs/terminal.svg'));
  },
);
