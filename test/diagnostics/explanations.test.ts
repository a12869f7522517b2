import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lxcHost } from '../../src/cli/lxc-host.ts';
import { readDomain } from '../../src/compile.ts';
import { exampleDocument } from '../../src/diagnostics/explanations/explanation.ts';
import { explanations } from '../../src/diagnostics/explanations.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { runPasses } from '../../src/passes/pipeline.ts';

const repository = join(import.meta.dirname, '../..');
const hybrid = JSON.parse(
  readFileSync(join(repository, 'golden/facts/hybrid.json'), 'utf8'),
) as HostFacts;

async function codesOf(file: string, text: string, facts: object = {}): Promise<string[]> {
  const { domain, diagnostics } = await readDomain(file, text, lxcHost());
  const more =
    domain === undefined ? [] : runPasses(domain, { ...hybrid, ...facts } as HostFacts).diagnostics;
  return [...diagnostics, ...more].map(({ code }) => code);
}

/** Runs a command of an example as a shell would, in a folder of its own. */
function run(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-example-'));
  try {
    copyFileSync(join(repository, 'examples/hello.xml'), join(folder, 'hello.xml'));
    const { stderr } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(repository, 'bin')}:${process.env.PATH}` },
    });
    return stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([...explanations])('%s: its example yields it', async (code, { example }) => {
  if (example.kind === 'domain') {
    const text = exampleDocument(example.xml);
    expect(await codesOf('vm1.xml', text, example.facts)).toContain(code);
  } else if (example.kind === 'config') {
    expect(await codesOf('vm1.conf', example.text)).toContain(code);
  } else if (example.untested === undefined) {
    expect(run(`${example.setup ?? ':'}\n${example.command}`)).toContain(`[${code}]`);
  } else {
    expect(example.untested).not.toBe('');
  }
});

test('every code that has an explanation is given by the catalogue', () => {
  const folder = join(repository, 'src/diagnostics/catalog');
  const catalogue = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
  // The constructor of the codes `ignored/…` takes what follows.
  const isGiven = (code: string) =>
    catalogue.includes(`'${code}'`) || catalogue.includes(`'${code.replace(/^ignored\//, '')}'`);
  expect([...explanations.keys()].filter((code) => !isGiven(code))).toEqual([]);
});
