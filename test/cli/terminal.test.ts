import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePlan } from '../../src/assemble.ts';
import type { Plan } from '../../src/plan/plan.ts';

const repository = join(import.meta.dirname, '../..');
const script = spawnSync('script', ['--version']).status === 0;
const why = script ? '' : ' (skipped: needs script of util-linux)';
let folder: string;

/** Sets the title of the terminal, clears it, and turns the direction of the text. */
const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b2J\u202e';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-terminal-'));
  const plan = JSON.parse(
    readFileSync(join(repository, 'golden/cases/private-root/plan.json'), 'utf8'),
  ) as Plan;
  const mode = { kind: 'foreground', client: false } as const;
  const domainXml = `<domain>\n\t<name>${hostile}</name>\n</domain>\n`;
  writeFileSync(join(folder, 'program'), compilePlan(plan, { arch: 'x86_64', mode, domainXml }));
  // Of what XML can hold.
  writeFileSync(
    join(folder, 'vm.xml'),
    `<domain type='lxc'><name>vm1</name><title>a\u009b2J\u202eb</title><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os></domain>`,
  );
  writeFileSync(
    join(folder, 'vm.conf'),
    'lxc.uts.name = vm1\nlxc.rootfs.options = a\u009b2J\u202eb\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = join(repository, 'bin/lxplain');
const onTerminal = (command: string): string =>
  spawnSync('script', ['-qec', `${lxplain} ${command}`, '/dev/null'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).stdout;
const piped = (command: string): string =>
  spawnSync(lxplain, command.split(' '), { cwd: folder, encoding: 'utf8' }).stdout;

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal must not get these.
const ACTS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]/;

const FACTS = join(repository, 'golden/facts/hybrid.json');

test.skipIf(!script).each([
  ['inspect program --xml', 'owned'],
  [`format vm.xml --facts ${FACTS}`, '<title>'],
  [`format vm.xml --json --facts ${FACTS}`, '"title"'],
  ['format vm.conf', 'lxc.rootfs.options'],
  ['domxml-to-native lxc-tools --xml vm.xml', 'lxc.uts.name'],
])(`%s writes nothing to a terminal that acts on it${why}`, (command, part) => {
  const shown = onTerminal(command);
  expect(shown).toContain(part);
  expect(shown).not.toMatch(ACTS);
});

test('a pipe gets the bytes as they are', () => {
  expect(piped('inspect program --xml')).toBe(`<domain>\n\t<name>${hostile}</name>\n</domain>\n`);
  expect(piped('format vm.conf')).toContain('a\u009b2J\u202eb');
});
