import { defineConfig } from 'vitest/config';

/** What starts containers or measures, one file after another: there is one machine. */
const ofMachine = [
  ...['live', 'peers', 'machines', 'cli', 'state', 'bench', 'fuzz'].map(
    (folder) => `**/${folder}/**/*.test.ts`,
  ),
  '**/frontend/hostile.test.ts',
];

export default defineConfig({
  test: {
    dir: 'test',
    globalSetup: 'scripts/generate-for-tests.mjs',
    // Clocks end what waits for ever, and nothing else: a busy host may need ten times as long as an idle one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['**/*.test.ts'],
          exclude: ofMachine,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'machine',
          include: ofMachine,
          maxWorkers: 1,
          // What fails once on a machine that does other things, too, is tried once more, and told: scripts/test.mjs.
          retry: process.env.LXPLAIN_WHOLE === undefined ? 1 : 0,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
