// Bundles the command line into dist/main.cjs, and keeps what V8 compiles of it while it plans and
// compiles an example.
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { generate } from './generate.mjs';

const require = createRequire(import.meta.url);

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
  minify: true,
  keepNames: true, // a fault of this program is reported with the names of its functions
  legalComments: 'none',
  plugins: [noChildProcesses],
  logLevel: 'warning',
});

const { load, run } = require('../bin/lxplain.cjs');
const script = load();
const { main } = run(script);
const write = process.stdout.write;
process.stdout.write = () => true;
await main(['plan', 'examples/hello.xml']);
await main(['compile', 'examples/hello.xml', '-o', '/dev/null']);
process.stdout.write = write;
writeFileSync('dist/main.cache', script.createCachedData());
