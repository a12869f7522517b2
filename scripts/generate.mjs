// Makes src/generated/*.js: each schema in plans/ as a function, so that no compiler of schemas is loaded at run time; and
// the table of the commands, so that commander is loaded for help and for faults only.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);

export async function generate() {
  for (const file of readdirSync(new URL('plans', root)).filter((name) => name.endsWith('.schema.json'))) {
    const schema = JSON.parse(readFileSync(new URL(`plans/${file}`, root), 'utf8'));
    const ajv = new Ajv2020({
      discriminator: true,
      inlineRefs: false,
      strictTypes: false, // the branches of a step leave `type` to the step
      code: { source: true, esm: true },
    });
    const name = file.replace('.schema.json', '.js');
    writeFileSync(new URL(`src/generated/${name}`, root), standalone.default(ajv, ajv.compile(schema)));
  }
  const table = await commandTable();
  writeFileSync(new URL('src/generated/commands.js', root), `export default ${JSON.stringify(table)};\n`);
}

/** The tree is TypeScript: it is bundled to be read. What its commands do is left out. */
async function commandTable() {
  const outfile = new URL(`src/generated/tree-${process.pid}.mjs`, root);
  const withoutActions = {
    name: 'without-actions',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/actions\.ts$/ }, () => ({ path: 'actions', namespace: 'none' }));
      onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const actions = {};' }));
    },
  };
  await build({
    stdin: {
      contents: "import { quickTable } from './quick-table.ts'; import { commandTree } from './tree.ts'; export default quickTable(commandTree());",
      resolveDir: new URL('src/cli', root).pathname,
    },
    outfile: outfile.pathname,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
    plugins: [withoutActions],
  });
  try {
    return (await import(outfile.href)).default;
  } finally {
    rmSync(outfile);
  }
}
