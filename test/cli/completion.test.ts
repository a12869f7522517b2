import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { completionModel } from '../../src/cli/completion/model.ts';
import { commandTree } from '../../src/cli/tree.ts';
import { explanations } from '../../src/diagnostics/explanations.ts';
import { pipeline } from '../../src/passes/pipeline.ts';
import { HANGS_MS } from '../tools.ts';

const repository = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lxplain-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of ['web', 'web two', 'db']) {
  mkdirSync(join(folder, 'state/run/lxplain', name), { recursive: true });
}
const work = join(folder, 'work');
mkdirSync(join(work, 'sub'), { recursive: true });
for (const name of ['vm1.xml', 'facts.json', 'box.conf', 'config', 'notes.txt', 'vm1']) {
  writeFileSync(join(work, name), '');
}
chmodSync(join(work, 'vm1'), 0o755);

const environment = {
  PATH: process.env.PATH,
  HOME: folder,
  TERM: 'dumb',
  LXPLAIN_ROOT: join(folder, 'state'),
};
const run = (command: string, ...args: readonly string[]) =>
  spawnSync(command, args, { cwd: work, encoding: 'utf8', env: environment, timeout: HANGS_MS });

const scriptOf = (shell: string): string => {
  const { status, stdout, stderr } = run(join(repository, 'bin/lxplain'), 'completion', shell);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const file = join(folder, `script.${shell}`);
  writeFileSync(file, stdout);
  return file;
};

/** What a shell offers for the last word of a line, in order, without the folder separators and quotes of each shell. */
const shells: Readonly<Record<string, (script: string, line: string) => readonly string[]>> = {
  // A function of the shell is called as readline does; the words are cut where readline cuts them.
  bash: (script, line) => {
    const words = line.split(/ +|(?==)|(?<==)/);
    const driver = join(import.meta.dirname, 'capture.bash');
    const { stdout, stderr } = run('bash', '--norc', driver, script, ...words);
    expect(stderr).toBe('');
    return stdout.split('\n').map((word) => word.replaceAll('\\', ''));
  },
  zsh: (script, line) => {
    const { stdout } = run('zsh', '-f', join(import.meta.dirname, 'capture.zsh'), script, line);
    return [...stdout.matchAll(/<hit>(.*?)<\/hit>/g)].map(([, word = '']) =>
      word.replace(/^.*=/, '').replaceAll('\\', ''),
    );
  },
  fish: (script, line) => {
    const { stdout, stderr } = run('fish', '-N', '-c', `source ${script}; complete -C '${line}'`);
    expect(stderr).toBe('');
    return stdout
      .split('\n')
      .map((row) => (row.split('\t')[0] ?? '').replace(/^--[\w-]+=/, '').replaceAll('\\', ''));
  },
};

const commands = commandTree().commands.map((command) => command.name());
const inputs = ['box.conf', 'config', 'facts.json', 'sub', 'vm1', 'vm1.xml'];

/** A line with the cursor at its end, and all that is offered there. */
const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['lxplain ', commands],
  ['lxplain cl', ['clean']],
  ['lxplain help comp', ['compile', 'completion']],
  ['lxplain plan --ar', ['--arch']],
  ['lxplain plan --arch ', ['aarch64', 'x86_64']],
  ['lxplain plan --arch=x', ['x86_64']],
  ['lxplain plan ', inputs],
  ['lxplain plan --json vm', ['vm1', 'vm1.xml']],
  ['lxplain plan --facts ', ['facts.json', 'sub']],
  ['lxplain plan --facts=f', ['facts.json']],
  ['lxplain plan vm1.xml --stop-after default-', passesFrom('default-')],
  ['lxplain explain idmap/', [...explanations.keys()].filter((code) => code.startsWith('idmap/'))],
  ['lxplain explain --arch x86_64 vm1.', ['vm1.xml']],
  ['lxplain explain vm1.xml ', []],
  ['lxplain inspect ', ['sub', 'vm1']],
  ['lxplain create box', ['box.conf']],
  ['lxplain destroy ', ['db', 'web', 'web two']],
  ['lxplain dumpxml w', ['web', 'web two']],
  ['lxplain domxml-from-native ', ['lxc-tools']],
  ['lxplain domxml-from-native lxc-tools ', ['box.conf', 'config', 'sub']],
  ['lxplain domxml-from-native lxc-tools box.conf ', ['box.conf', 'config', 'sub']],
  ['lxplain domxml-from-native --report ', ['json', 'text']],
  ['lxplain domxml-from-native --root ', ['sub']],
  ['lxplain domxml-to-native lxc-tools --cgroups ', ['both', 'v1', 'v2']],
  ['lxplain completion ', ['bash', 'fish', 'zsh']],
];

function passesFrom(start: string): readonly string[] {
  return pipeline.map(({ name }) => name).filter((name) => name.startsWith(start));
}

for (const [shell, complete] of Object.entries(shells)) {
  const missing = spawnSync('which', [shell]).status !== 0;
  describe.skipIf(missing)(missing ? `${shell} is not installed` : shell, () => {
    const script = missing ? '' : scriptOf(shell);
    test.each(cases)('%s', (line, offered) => {
      const words = complete(script, line).map((word) => word.replace(/\/$/, ''));
      expect([...new Set(words)].filter((word) => word !== '').sort()).toEqual([...offered].sort());
    });

    test('all options of a command', () => {
      const format = commandTree('format').commands[0];
      const long = (format?.options ?? []).map((option) => option.long);
      const words = complete(script, 'lxplain format --');
      for (const option of [...long, '--help']) expect(words).toContain(option);
    });
  });
}

test('a place of the tree that nobody knows how to complete is a fault', () => {
  const program = new Command('lxplain');
  program.command('new').argument('<unheard-of>');
  expect(() => completionModel(program, { passes: [], codes: [] })).toThrow('<unheard-of>');
});

test('an unknown shell', () => {
  const { status, stderr } = run(join(repository, 'bin/lxplain'), 'completion', 'csh');
  expect(status).toBe(1);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
