// What is made of the tree of commands for those who install lxplain: manual pages in dist/man, completion in
// dist/completion, under the names that the shells look for.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const completions = { bash: 'lxplain', zsh: '_lxplain', fish: 'lxplain.fish' };

export async function writeDocuments() {
  mkdirSync('dist/man', { recursive: true });
  for (const [name, text] of await pages()) writeFileSync(`dist/man/${name}`, text);
  for (const [shell, name] of Object.entries(completions)) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/lxplain.cjs', 'completion', shell], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    mkdirSync(`dist/completion/${shell}`, { recursive: true });
    writeFileSync(`dist/completion/${shell}/${name}`, stdout);
  }
}

async function pages() {
  const outfile = 'dist/manual.mjs';
  await build({
    entryPoints: ['src/cli/manual/pages.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  const { manual } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return manual();
}

/** The licences of the packages that are in the bundle: each wants its notice to go with its code. */
export function writeLicenses({ inputs }) {
  const inBundle = Object.keys(inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  const texts = [...new Set([...inBundle, 'ajv'])].sort().map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? `Its package names the licence ${license}.` : readFileSync(`${folder}/${file}`, 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync('dist/LICENSES', texts.join(`\n${'-'.repeat(80)}\n\n`));
}
