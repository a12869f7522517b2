// Bundles the command line into dist/main.cjs and its other parts, and V8's code of its commands beside it; manual pages and completion, too.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { joinChunks } from './chunks.mjs';
import { writeDocuments, writeLicenses } from './documents.mjs';
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
    onResolve({ filter: /generated\/(plan|facts|domain|seccomp)\.js$/ }, ({ path }) => ({
      path: `./${basename(path, '.js')}-validator.cjs`,
      external: true,
    }));
  },
};

/**
 * Two things that chevrotain does at every start cost as much as reading a hundred configs. It fills a table of 65,536
 * numbers, of which we need none; and it deletes eighty properties of the parser, which makes it slow for good.
 */
const chevrotainStartsQuickly = {
  name: 'chevrotain-starts-quickly',
  setup({ onLoad }) {
    const changed = (filter, changes) =>
      onLoad({ filter }, ({ path }) => {
        const contents = changes.reduce((text, [from, to]) => {
          const changed = text.replaceAll(from, to);
          if (changed === text) throw new Error(`${path} is not the one that the build knows: no ${from}`);
          return changed;
        }, readFileSync(path, 'utf8'));
        return { contents };
      });
    changed(/chevrotain\/lib\/src\/scan\/lexer\.js$/, [
      [': charCodeToOptimizedIdxMap[charCode]', ': 255 + ~~(charCode / 255)'],
      ['i < 65536', 'i < 1'],
    ]);
    changed(/chevrotain\/lib\/src\/parse\/parser\/traits\/gast_recorder\.js$/, [
      [/delete that(\[`[^`]*`\]|\.\w+);/g, 'that$1 = Object.getPrototypeOf(that)$1;'],
    ]);
  },
};

/** Of all source texts: what one build has compiled another one makes anew. */
function buildId() {
  const hash = createHash('sha256');
  for (const folder of ['src', 'grammar']) {
    const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts'));
    for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Small, for every command reads it; a fault is reported with the names and lines of the source all the same. */
const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { LXPLAIN_BUILD: JSON.stringify(buildId()) },
};

await generate();
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const bundle = await build({
  ...options,
  format: 'esm',
  splitting: true,
  write: false,
  metafile: true,
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist',
  external: ['koffi'],
  sourcemap: 'external',
  sourcesContent: false,
  plugins: [noChildProcesses, validatorsApart, chevrotainStartsQuickly],
});
const commands = (...names) => names.map((name) => `src/cli/commands/${name}.ts`);
const parts = {
  main: ['src/cli/main.ts', ...commands('plan', 'check', 'create', 'compile', 'format', 'list', 'start', 'destroy')],
  lxc: ['src/frontend/lxc/read.ts', ...commands('domxml-from-native')],
  xml: ['src/cli/xml-nodes.ts'], // XPath, which is large
  rest: [],
};
for (const { name, code, map } of joinChunks(bundle, parts)) {
  writeFileSync(`dist/${name}.cjs`, code);
  writeFileSync(`dist/${name}.cjs.map.gz`, gzipSync(map));
}
await build({
  ...options,
  format: 'cjs',
  entryPoints: Object.fromEntries(
    ['plan', 'facts', 'domain', 'seccomp'].map((name) => [`${name}-validator`, `src/generated/${name}.js`]),
  ),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  footer: { js: 'module.exports = module.exports.default;' }, // what Node takes for the default export
});
const { status } = spawnSync(process.execPath, ['bin/cache.cjs'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
await writeDocuments();
writeLicenses(bundle.metafile);
