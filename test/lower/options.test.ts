import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/assemble.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { printPlan } from '../../src/plan/print.ts';

const plan = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/cases/private-root/plan.json'), 'utf8'),
) as Plan;
const domainXml = `<domain type='lxc'>\n${'  <!-- a comment -->\n'.repeat(5000)}</domain>\n`;
const emulators = { x86_64: [], aarch64: ['qemu-aarch64-static'] } as const;
const isNative = process.arch === 'x64' && process.platform === 'linux';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-options-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.for(['x86_64', 'aarch64'] as const)('%s', (arch) => {
  const [emulator] = emulators[arch];
  const isMissing =
    emulator !== undefined && spawnSync(emulator, ['--version']).error !== undefined;
  const why = !isNative
    ? ' (skipped: needs Linux on x86-64)'
    : isMissing
      ? ` (skipped: needs ${emulator})`
      : '';
  const run = (...args: string[]) => {
    const file = join(folder, arch);
    const command = emulator === undefined ? [file, ...args] : [emulator, file, ...args];
    const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  beforeAll(() => {
    const mode = { kind: 'foreground', client: false } as const;
    const elf = compilePlan(plan, { arch, mode, domainXml, madeBy: 'a test' });
    writeFileSync(join(folder, arch), elf, { mode: 0o755 });
  });

  test.skipIf(why !== '')(`a program tells its texts${why}`, () => {
    expect(run('--plan')).toEqual({ status: 0, stdout: printPlan(plan), stderr: '' });
    expect(run('--xml')).toEqual({ status: 0, stdout: domainXml, stderr: '' });
    expect(run('--version')).toEqual({
      status: 0,
      stdout: `${plan.name} (a test)\n`,
      stderr: '',
    });
    expect(run('-h')).toEqual(run('--help'));
  });

  const usage = `'${plan.name} --help' says how it is used\n`;
  test.skipIf(why !== '').for([
    ['--pla', "unexpected argument '--pla'"],
    ['--plan2', "unexpected argument '--plan2'"],
    ['--versioN', "unexpected argument '--versioN'"],
    ['', "unexpected argument ''"],
    ['a\u001b[31m\u007fb', "unexpected argument 'a?[31m?b'"],
    ['--grace=-1', "'--grace': expected seconds from 0 to 86400 instead of '-1'"],
    ['--grace=123456', "'--grace': expected seconds from 0 to 86400 instead of '123456'"],
    ['--grace=86401', "'--grace': expected seconds from 0 to 86400 instead of '86401'"],
  ])(`%j is refused${why}`, ([argument, message]) => {
    expect(run(argument!)).toEqual({
      status: 2,
      stdout: '',
      stderr: `error: ${message}\n${usage}`,
    });
  });

  test.skipIf(why !== '')(`nothing stands beside what is asked for${why}`, () => {
    for (const more of ['--plan', '--', 'x'])
      expect(run('--help', more)).toEqual({
        status: 2,
        stdout: '',
        stderr: `error: unexpected argument '${more}'\n${usage}`,
      });
  });
});

test('a typical program has at most 80 KiB', () => {
  const mode = { kind: 'foreground', client: false } as const;
  for (const arch of ['x86_64', 'aarch64'] as const)
    expect(compilePlan(plan, { arch, mode, domainXml: '<domain/>' }).length).toBeLessThan(
      80 * 1024,
    );
});
