import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    globalSetup: 'scripts/generate-for-tests.mjs',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Live and peer tests start real containers on one host: files run one after another.
    fileParallelism: false,
  },
});
