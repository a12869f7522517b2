import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnosticsPage } from '../../src/diagnostics/explain.ts';

test('docs/diagnostics.md is what the explanations say', async () => {
  const page = join(import.meta.dirname, '../../docs/diagnostics.md');
  await expect(diagnosticsPage()).toMatchFileSnapshot(page);
});
