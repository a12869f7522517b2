import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** What each folder may import: folders of ours, and packages. `compile` is src/compile.ts. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  diagnostics: [],
  linux: [],
  ir: ['diagnostics', 'linux'],
  json: ['diagnostics', 'generated'],
  facts: ['diagnostics', 'linux', 'json', 'generated', 'node'],
  plan: ['diagnostics', 'linux', 'facts', 'json', 'generated'],
  program: ['diagnostics', 'linux'],
  print: ['ir', 'diagnostics', 'linux'],
  frontend: ['ir', 'convert', 'diagnostics', 'linux', 'grammar'],
  convert: ['ir', 'diagnostics', 'linux'],
  passes: ['ir', 'facts', 'diagnostics', 'linux', '@noble/hashes/legacy'],
  planner: ['ir', 'facts', 'plan', 'diagnostics', 'linux'],
  lower: ['plan', 'facts', 'program', 'diagnostics', 'linux'],
  codegen: ['program', 'diagnostics', 'linux'],
  compile: [
    'frontend',
    'ir',
    'facts',
    'passes',
    'planner',
    'plan',
    'lower',
    'program',
    'codegen',
    'diagnostics',
    'linux',
    'print',
  ],
  exec: ['plan', 'program', 'diagnostics', 'linux', 'node', 'koffi'],
  state: ['exec', 'plan', 'program', 'diagnostics', 'linux', 'node'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const folderOf = (file: string): string => (file.split('/')[0] ?? '').replace(/\.ts$/, '');

test.each(files)('%s imports only what its folder may', (file) => {
  const folder = folderOf(file);
  const text = readFileSync(join(src, file), 'utf8');
  const names = [...text.matchAll(/(?:from|import\() ?'([^']+)'/g)].map(([, name]) => name ?? '');
  for (const name of names) {
    const path = relative(src, resolve(src, dirname(file), name));
    const target = name.startsWith('.') ? folderOf(path.replace(/^\.\.\//, '')) : name;
    if (target === folder || folder === 'cli') continue;
    const may = allowed[folder] ?? [];
    const found = may.includes(target) || (target.startsWith('node:') && may.includes('node'));
    expect(found, `${file} imports ${name}`).toBe(true);
    if (target === 'koffi') expect(folder).toBe('exec');
    if (target === 'chevrotain') expect(folder, 'only grammar/ loads it').toBe('grammar');
    if (target === 'commander') expect(folder).toBe('cli');
  }
  if (folder !== 'cli')
    expect(text, `${file} uses the console`).not.toMatch(/\bconsole\.(log|error)\(/);
  if (folder !== 'cli') expect(text.includes('/probe.ts'), `${file} probes`).toBe(false);
});
