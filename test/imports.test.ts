import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/**
 * What each folder may import: folders of ours, and packages. `compile` is src/compile.ts, and so on; `cli` may import everything;
 * `node` stands for all of Node's modules.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  grammar: ['chevrotain', 'diagnostics'],
  generated: ['json', 'cli'],
  diagnostics: [],
  linux: [],
  ir: ['diagnostics', 'linux'],
  json: ['diagnostics'],
  facts: ['diagnostics', 'linux', 'json', 'generated', 'node'],
  plan: ['diagnostics', 'linux', 'facts', 'json', 'generated'],
  program: ['diagnostics', 'linux'],
  monitor: ['diagnostics'],
  libvirt: ['ir', 'facts', 'diagnostics', 'linux'],
  seccomp: ['ir', 'facts', 'json', 'generated', 'diagnostics', 'linux'],
  container: ['ir', 'facts', 'libvirt', 'seccomp', 'diagnostics', 'linux'],
  print: ['ir', 'libvirt', 'diagnostics', 'linux'],
  frontend: [
    'ir',
    'libvirt',
    'diagnostics',
    'linux',
    'grammar',
    'json',
    'generated',
    'plans/domain.schema.json',
  ],
  convert: ['ir', 'libvirt', 'diagnostics', 'linux'],
  passes: ['ir', 'facts', 'libvirt', 'seccomp', 'diagnostics', 'linux', '@noble/hashes/legacy'],
  planner: ['container', 'facts', 'libvirt', 'plan', 'diagnostics', 'linux'],
  lz4: [],
  lower: ['plan', 'facts', 'program', 'seccomp', 'diagnostics', 'linux', 'lz4'],
  codegen: ['program', 'diagnostics', 'linux'],
  // Text → plan, and plan → ELF: most commands need the first alone, and start the sooner.
  compile: [
    'frontend',
    'ir',
    'container',
    'facts',
    'passes',
    'planner',
    'plan',
    'diagnostics',
    'linux',
    'print',
  ],
  assemble: ['facts', 'plan', 'lower', 'program', 'codegen', 'diagnostics', 'linux', 'notes'],
  notes: ['codegen', 'lz4'],
  exec: ['plan', 'program', 'diagnostics', 'linux', 'node', 'koffi'],
  network: ['diagnostics', 'linux'],
  state: ['exec', 'network', 'plan', 'program', 'diagnostics', 'linux', 'node'],
};

/** Packages that one folder alone loads: the command line, foreign functions, the grammar of lxc configs. */
const owners: Readonly<Record<string, string>> = {
  commander: 'cli',
  koffi: 'exec',
  chevrotain: 'grammar',
};

/** What reads a machine. Everything else is a function of its arguments. */
const touchesMachine = (file: string): boolean =>
  /^src\/(cli|exec|state)\/|^src\/facts\/probe[./]/.test(file);

const sources = ['src', 'grammar'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);

/** `src/plan/read.ts` is in `plan`, `src/compile.ts` in `compile`, `grammar/tokens.ts` in `grammar`. */
const folderOf = (file: string): string =>
  (file.replace(/^src\//, '').split('/')[0] ?? '').replace(/\.ts$/, '');

/** Everything that a file imports: values, types, for its effects, or when it runs. Ours as paths from the root. */
function importsOf(file: string, text = readFileSync(join(root, file), 'utf8')): string[] {
  const { importedFiles, referencedFiles } = ts.preProcessFile(text, true, true);
  return [...importedFiles, ...referencedFiles].map(({ fileName }) =>
    fileName.startsWith('.') ? relative(root, resolve(root, dirname(file), fileName)) : fileName,
  );
}

describe('imports', () => {
  test.each(sources)('%s', (file) => {
    const folder = folderOf(file);
    for (const name of importsOf(file)) {
      expect(name, `${file} imports ${name}`).not.toMatch(/^(test|bench|scripts|dist)\//);
      if (owners[name] !== undefined) expect(folder, `${file} imports ${name}`).toBe(owners[name]);
      const ours = /^(src|grammar)\//.test(name);
      const target = ours ? folderOf(name) : name;
      if (target === folder || folder === 'cli') continue;
      const wanted = target.startsWith('node:') && touchesMachine(file) ? 'node' : target;
      expect(allowed[folder] ?? [], `${file} imports ${name}`).toContain(wanted);
      expect(name, `${file} probes`).not.toMatch(/^src\/facts\/probe[./]/);
    }
  });

  // Types and what is imported when it is needed make no circle.
  test('no file loads itself through others', () => {
    const graph = new Map(
      sources.map((file) => {
        const text = readFileSync(join(root, file), 'utf8');
        return [
          file,
          importsOf(file, text.replaceAll(/^import type [^;]+;$|\bimport\([^)]*\)/gm, '')),
        ];
      }),
    );
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, `${[...path, file].join(' → ')}`).not.toContain(file);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
  });
});

/** What makes a result depend on more than the arguments. */
const impure = [
  /\bconsole\.(log|error|warn)\b/,
  /\bprocess\./,
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bfetch\(/,
  /\bglobalThis\b/,
];

const commentOrText = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g;

test.each(sources.filter((file) => !touchesMachine(file)))(
  '%s uses no clock, no process and no console',
  (file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(commentOrText, '');
    for (const use of impure) expect(text, file).not.toMatch(use);
  },
);
