import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS, until } from '../tools.ts';
import { domainFile, lxplain } from './containers.ts';
import { noContainer, skipped } from './domains.ts';

// Defined domains, and several commands on one name at once.

const name = 'lxplain-defined';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-defined-'));
  mkdirSync(join(folder, 'run'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  run('-q', 'destroy', name);
  run('-q', 'undefine', name);
});

const environment = () => ({ ...process.env, LXPLAIN_ROOT: folder });
const run = (...args: readonly string[]) =>
  spawnSync(lxplain, args, { encoding: 'utf8', env: environment(), timeout: HANGS_MS });

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

const start = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(lxplain, args, { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    child.once('close', (status) => resolve({ status, stderr }));
  });

const define = (script = 'sleep 1000') => {
  const file = domainFile(folder, name, '/bin/sh', ['-c', script]);
  expect(run('-q', 'define', file)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  return file;
};
const supervisor = (): number =>
  JSON.parse(run('list', '--json').stdout).domains.find(
    (each: { readonly name: string }) => each.name === name,
  )?.supervisor;

describe.skipIf(noContainer !== undefined)(`defined domains${skipped(noContainer)}`, () => {
  test('of a hundred starts at once one wins, and the others say why not', async () => {
    define();
    const ended: Ended[] = [];
    const begin = async (): Promise<void> => {
      while (ended.length + begun < 100) {
        begun++;
        const one = await start('start', name);
        begun--;
        ended.push(one);
      }
    };
    let begun = 0;
    await Promise.all(Array.from({ length: 20 }, begin));
    expect(ended.filter(({ status }) => status === 0)).toHaveLength(1);
    for (const { status, stderr } of ended)
      if (status !== 0)
        expect(stderr).toBe(
          `error: domain '${name}' is already running [domain/already-running]\n`,
        );
    expect(run('list', '--name').stdout).toBe(`${name}\n\n`);
  });

  test('define, undefine, start, destroy at once: each does its work or says why not', async () => {
    const file = define();
    const verbs: readonly (readonly string[])[] = [
      ['define', file],
      ['undefine', name],
      ['start', name],
      ['destroy', name],
      ['autostart', name],
    ];
    for (let round = 0; round < 4; round++) {
      const ended = await Promise.all([...verbs, ...verbs].map((args) => start(...args)));
      for (const { status, stderr } of ended) {
        expect([0, 1]).toContain(status);
        if (status === 1) expect(stderr).toMatch(/^error: .* \[domain\/[a-z-]+\]$/m);
      }
    }
    run('destroy', name);
    run('undefine', name);
    expect(run('list', '--all', '--name').stdout).toBe('\n');
    expect(readdirSync(join(folder, 'etc/lxplain')).sort()).toEqual(['.lock', 'autostart']);
    expect(readdirSync(join(folder, 'etc/lxplain/autostart'))).toEqual([]);
  });

  test('a killed supervisor: the domain is shut off, and starts again', async () => {
    define();
    expect(run('start', name).status).toBe(0);
    process.kill(supervisor(), 'SIGKILL');
    await until(() => run('domstate', name).stdout === 'shut off\n\n', 'it has ended');
    expect(run('list', '--all').stdout).toMatch(/^ - +lxplain-defined +shut off$/m);
    await until(() => !existsSync(join(folder, 'run/lxplain', name)), 'the guard has cleaned');
    const again = run('start', name);
    expect(again).toMatchObject({ status: 0, stderr: '' });
  });

  test('the stored program runs as it is until something changes that it depends on', () => {
    define();
    const program = join(folder, 'var/lib/lxplain', name, 'program');
    const before = readFileSync(program);
    expect(run('start', name)).toMatchObject({ status: 0, stderr: '' });
    run('destroy', name);
    expect(readFileSync(program).equals(before)).toBe(true);
    const xml = join(folder, 'etc/lxplain', `${name}.xml`);
    writeFileSync(xml, readFileSync(xml, 'utf8').replaceAll('65536', '70000'));
    expect(run('start', name).stderr).toContain('made anew: its XML has changed');
    run('destroy', name);
    expect(run('start', name).stderr).toBe('');
  });

  test('half of a stored program is none', () => {
    define();
    const program = join(folder, 'var/lib/lxplain', name, 'program');
    writeFileSync(program, readFileSync(program).subarray(0, 1000), { mode: 0o700 });
    expect(run('start', name)).toMatchObject({ status: 0, stderr: '' });
  });

  test('--autodestroy ends it with the command', () => {
    define();
    expect(run('start', name, '--autodestroy').stdout).toBe(`Domain '${name}' started\n\n`);
    expect(run('domstate', name, '--reason').stdout).toBe('shut off (destroyed)\n\n');
  });

  test('what is suspended can be destroyed, and leaves no group', () => {
    define();
    run('start', name);
    expect(run('suspend', name).stdout).toBe(`Domain '${name}' suspended\n\n`);
    expect(run('domstate', name, '--reason').stdout).toBe('paused (user)\n\n');
    expect(run('destroy', name).status).toBe(0);
    const groups = readFileSync('/proc/self/mountinfo', 'utf8').match(/^.* - cgroup2 .*$/m)?.[0];
    expect(existsSync(join(groups?.split(' ')[4] ?? '/', `lxplain-${name}`))).toBe(false);
  });

  test('every autostarted domain is started', () => {
    define();
    run('autostart', name);
    expect(run('autostart-all').stdout).toBe(`Domain '${name}' started\n\n`);
    expect(run('autostart-all').stdout).toBe('');
  });

  test('memory is limited while it runs, and counted', () => {
    define();
    run('start', name);
    expect(run('memtune', name).stdout).toMatch(/^hard_limit {5}: 65536$/m);
    expect(run('memtune', name, '--hard-limit', '40000').status).toBe(0);
    expect(run('memtune', name).stdout).toMatch(/^hard_limit {5}: 40000$/m);
    expect(run('setmem', name, '32M').status).toBe(0);
    expect(run('memtune', name).stdout).toMatch(/^hard_limit {5}: 32768$/m);
    expect(run('setmem', name, '1G').stderr).toContain('at most 65536');
    expect(run('domstats', name).stdout).toMatch(/^ {2}state\.state=1$/m);
    expect(run('schedinfo', name, '--set', 'cpu_shares=7').stderr).toContain('joined no such');
  });

  test('a signal reaches process 1', async () => {
    define('trap "exit 3" USR1; while :; do sleep 0.05; done');
    run('start', name);
    expect(run('send-process-signal', name, '1', 'sigusr1')).toMatchObject({ status: 0 });
    await until(() => run('domstate', name).stdout === 'shut off\n\n', 'it has ended');
    expect(run('send-process-signal', name, '1', 'nosuch').stderr).toContain('no running domain');
  });
});
