// Bundles the command line into dist/main.cjs, and has V8's code for it kept beside it.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { generate } from './generate.mjs';

/** commander loads this for subcommands that are programs of their own. We have none, and loading takes 2 ms. */
const noChildProcesses = {
  name: 'no-child-processes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'empty', namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }));
  },
};

generate();
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/main.cjs',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['koffi'],
  minifySyntax: true,
  minifyWhitespace: true, // but not the names: a fault of this program is reported with those of its functions
  legalComments: 'none',
  plugins: [noChildProcesses],
  logLevel: 'warning',
});

// In a process of its own, because the commands print.
const { status } = spawnSync(process.execPath, ['scripts/cache.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (status !== 0) process.exit(1);
