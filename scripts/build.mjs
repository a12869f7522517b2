// Bundles the command line into dist/main.cjs, and V8's code of its commands beside it.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
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

/** The validators are large and seldom needed: each is a file of its own, beside the bundle. */
const validatorsApart = {
  name: 'validators-apart',
  setup({ onResolve }) {
    onResolve({ filter: /generated\/\w+\.js$/ }, ({ path }) => ({
      path: `./${basename(path, '.js')}-validator.cjs`,
      external: true,
    }));
  },
};

/** Small, for every command reads it; a fault is reported with the names and lines of the source all the same. */
const options = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

generate();
rmSync('dist', { recursive: true, force: true });
await build({
  ...options,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/main.cjs',
  external: ['koffi'],
  sourcemap: 'external',
  sourcesContent: false,
  plugins: [noChildProcesses, validatorsApart],
});
await build({
  ...options,
  entryPoints: Object.fromEntries(
    ['plan', 'facts', 'domain'].map((name) => [`${name}-validator`, `src/generated/${name}.js`]),
  ),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  footer: { js: 'module.exports = module.exports.default;' }, // what Node takes for the default export
});

/** The commands that have to start quickly, and what they do meanwhile; `create` compiles, and cannot be run here. */
const commands = {
  plan: ['plan', 'examples/hello.xml'],
  create: ['compile', 'examples/hello.xml', '-o', '/dev/null'],
  check: ['check', 'examples/hello.xml'],
  format: ['format', 'examples/hello.xml'],
  'domxml-from-native': ['domxml-from-native', 'lxc-tools', 'examples/hello.conf'],
};
for (const [name, args] of Object.entries(commands)) {
  // Each in a process of its own, because commands print.
  const stdio = ['ignore', 'ignore', 'pipe'];
  const { status, stderr } = spawnSync(process.execPath, ['scripts/cache.mjs', name, ...args], { stdio });
  if (status === 0) continue;
  process.stderr.write(stderr);
  process.exit(1);
}
