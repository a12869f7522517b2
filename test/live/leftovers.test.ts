import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeFacts } from '../../src/facts/probe.ts';
import { HANGS_MS } from '../tools.ts';
import { started } from './containers.ts';

const repository = join(import.meta.dirname, '../..');
const root = process.getuid?.() === 0;
const why = root ? '' : ' (skipped: needs root)';
const name = 'lxplain-leftovers';
const state = join('/run/lxplain', name);

const { v1, v2 } = probeFacts(() => ({ paths: [] })).cgroups;
const hierarchy = v1.find(({ controllers }) => controllers.includes('memory')) ?? v2;
const group = join(hierarchy?.mountPoint ?? '', `lxplain-${name}`);

const lxplain = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), args, {
    encoding: 'utf8',
    timeout: HANGS_MS,
  });
  return { status, stdout, stderr };
};

let folder: string;
let sleeper: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-leftovers-'));
});
afterEach(() => {
  sleeper?.kill('SIGKILL');
  lxplain('clean', name);
  rmSync(folder, { recursive: true });
});

/** What stays of a container if its supervisor and its guard are killed and a set-uid init goes on. */
async function leave(): Promise<void> {
  mkdirSync(join(group, 'below'), { recursive: true });
  mkdirSync(state, { recursive: true, mode: 0o700 });
  writeFileSync(join(state, 'lock'), `\nrmdir ${group}\n`);
  sleeper = spawn('sleep', ['1000']);
  writeFileSync(join(group, 'below/cgroup.procs'), String(sleeper.pid));
}

const ended = (): Promise<string | null> =>
  new Promise((resolve) => {
    if (sleeper?.signalCode) resolve(sleeper.signalCode);
    sleeper?.once('exit', (_, signal) => resolve(signal));
  });
const told = (): string =>
  `warning: ${name}: its supervisor was killed, and these still ran and have been ended: ${sleeper?.pid} (sleep) [state/processes-ended]\n`;

test.skipIf(!root)(`list names what is left${why}`, async () => {
  await leave();
  const { status, stdout, stderr } = lxplain('list');
  expect(status).toBe(0);
  expect(stdout).not.toContain(name);
  expect(stderr).toContain(`warning: ${name} does not run, and something of it is left`);
  expect(sleeper?.exitCode).toBe(null);
});

test.skipIf(!root)(`clean ends what still runs, and removes the rest${why}`, async () => {
  await leave();
  const { status, stdout, stderr } = lxplain('clean', name);
  expect({ status, stderr }).toEqual({ status: 0, stderr: told() });
  expect(stdout).toBe(`removed ${group}\nremoved ${state}\n`);
  expect(await ended()).toBe('SIGKILL');
  expect(existsSync(group) || existsSync(state)).toBe(false);
});

test.skipIf(!root)(`destroy does the same${why}`, async () => {
  await leave();
  const answer = lxplain('destroy', name);
  expect(answer).toEqual({ status: 0, stdout: `Domain '${name}' destroyed\n\n`, stderr: told() });
  expect(await ended()).toBe('SIGKILL');
  expect(existsSync(group) || existsSync(state)).toBe(false);
});

const domain = (): string => {
  const file = join(folder, 'vm.xml');
  writeFileSync(
    file,
    `<domain type='lxc'><name>${name}</name><memory unit='MiB'>64</memory><os><type>exe</type><init>/bin/sleep</init><initarg>1000</initarg></os><devices><console type='pty'/></devices></domain>`,
  );
  return file;
};

test.skipIf(!root)(
  `a group that somebody else is in cannot be removed: that is told, and clean takes the rest${why}`,
  async () => {
    const program = join(folder, 'program');
    expect(lxplain('compile', domain(), '-o', program).status).toBe(0);
    const child = spawn(program, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    const { supervisorPid } = await started(name);
    sleeper = spawn('sleep', ['1000']);
    writeFileSync(join(group, 'cgroup.procs'), String(sleeper.pid));
    process.kill(supervisorPid, 'SIGTERM');
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toMatch(
      new RegExp(
        `^(?:\\S+: )?error: ${name}: step \\d+ cgroup\\.remove ${group}: EBUSY\n  note: somebody has put .*\n$`,
      ),
    );
    expect(status).toBe(1);
    expect(sleeper.exitCode).toBe(null);
    expect(existsSync(group) && existsSync(state)).toBe(true);
    const clean = lxplain('clean', name);
    expect(clean).toEqual({
      status: 0,
      stdout: `removed ${group}\nremoved ${state}\n`,
      stderr: told(),
    });
    expect(await ended()).toBe('SIGKILL');
    expect(existsSync(group) || existsSync(state)).toBe(false);
  },
);

test.skipIf(!root)(`create does so before it starts${why}`, async () => {
  await leave();
  const { status, stderr } = lxplain('create', domain());
  expect({ status, told: stderr.includes(told()) }, stderr).toEqual({ status: 0, told: true });
  expect(await ended()).toBe('SIGKILL');
  expect(lxplain('list').stdout).toContain(name);
  expect(lxplain('destroy', name).status).toBe(0);
  expect(existsSync(group) || existsSync(state)).toBe(false);
});

test.skipIf(!root).each(['dumpxml', 'domxml-to-native lxc-tools --domain'])(
  `%s says that it is left${why}`,
  async (command) => {
    await leave();
    const { status, stderr } = lxplain(...command.split(' '), name);
    expect(status).toBe(1);
    expect(stderr).toContain(`domain has the name, id or UUID '${name}'`);
    expect(stderr).toContain(`warning: ${name} does not run, and something of it is left`);
    expect(sleeper?.exitCode).toBe(null);
  },
);

test.skipIf(!root)(`check says that it is left, and whose name is taken${why}`, async () => {
  await leave();
  const left = lxplain('check', domain());
  expect(left).toMatchObject({ status: 0, stderr: expect.stringContaining('[state/leftover]') });
  expect(sleeper?.exitCode).toBe(null);
  expect(lxplain('create', domain()).status).toBe(0);
  const taken = lxplain('check', domain());
  expect(taken).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('[domain/name-taken]'),
  });
  expect(lxplain('destroy', name).status).toBe(0);
  expect(lxplain('check', domain()).stderr).not.toMatch(/\[(domain\/name-taken|state\/leftover)\]/);
});

const compiled = (): string => {
  const program = join(folder, 'program');
  const init = '<init>/bin/sh</init><initarg>-c</initarg><initarg>exit 5</initarg>';
  const text = readFileSync(domain(), 'utf8').replace(/<init>.*<\/initarg>/, init);
  writeFileSync(join(folder, 'ends.xml'), text);
  expect(lxplain('compile', join(folder, 'ends.xml'), '-o', program).status).toBe(0);
  return program;
};
const runs = (program: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
  });
  return { status, stderr };
};
const toldOfLeft = `warning: ${name}: a supervisor of this name was killed, and something is left of it\n  help: 'lxplain clean ${name}' removes it, or says what it is\n`;

test.skipIf(!root)(`a compiled program does not start beside what still runs${why}`, async () => {
  await leave();
  const program = compiled();
  expect(runs(program, '--check')).toEqual({ status: 0, stderr: toldOfLeft });
  expect(runs(program)).toEqual({
    status: 1,
    stderr: expect.stringMatching(/step \d+ state\.journal .*: EBUSY\n {2}note: .*lxplain clean/),
  });
  expect(sleeper?.exitCode).toBe(null);
  expect(readFileSync(join(state, 'lock'), 'utf8')).toBe(`\nrmdir ${group}\n`);
  expect(lxplain('clean', name).stderr).toBe(told());
  expect(runs(program)).toEqual({ status: 5, stderr: '' });
  expect(existsSync(group) || existsSync(state)).toBe(false);
});

test.skipIf(!root || !v1.some(({ controllers }) => controllers.includes('pids')))(
  `a compiled program keeps the journal of another one for clean${why}`,
  () => {
    const others = v1.find(({ controllers }) => controllers.includes('pids'));
    const other = join(others?.mountPoint ?? '', `lxplain-${name}`);
    mkdirSync(join(group, 'below'), { recursive: true });
    mkdirSync(other, { recursive: true });
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(join(state, 'lock'), `\nrmdir ${other}\n`);
    expect(runs(compiled())).toEqual({ status: 5, stderr: toldOfLeft });
    expect(existsSync(group)).toBe(false);
    expect(lxplain('clean', name).stdout).toBe(`removed ${other}\nremoved ${state}\n`);
  },
);

test.skipIf(!root)(`a compiled program takes over what it has left itself${why}`, () => {
  const program = compiled();
  const { steps } = JSON.parse(lxplain('inspect', program, '--json').stdout);
  const { lines } = steps.find(({ op }: { op: string }) => op === 'state.journal');
  mkdirSync(join(group, 'below'), { recursive: true });
  mkdirSync(state, { recursive: true, mode: 0o700 });
  writeFileSync(join(state, 'lock'), `\n${lines.map((line: string) => `${line}\n`).join('')}`);
  expect(runs(program)).toEqual({ status: 5, stderr: '' });
  expect(existsSync(group) || existsSync(state)).toBe(false);
});

test.skipIf(!root)(`nobody else's group is touched, whatever the journal says${why}`, () => {
  const other = join(hierarchy?.mountPoint ?? '', 'lxplain-leftovers-other');
  mkdirSync(other, { recursive: true });
  mkdirSync(state, { recursive: true, mode: 0o700 });
  writeFileSync(join(state, 'lock'), `rmdir ${other}\n`);
  try {
    for (const command of [
      ['clean', name],
      ['destroy', name],
      ['create', domain()],
    ]) {
      const { status, stderr } = lxplain(...command);
      expect({ status, stderr }, command.join(' ')).toEqual({
        status: 1,
        stderr: expect.stringContaining('[state/not-ours]'),
      });
    }
    expect(existsSync(other)).toBe(true);
  } finally {
    rmSync(join(state, 'lock'));
    spawnSync('rmdir', [other, state]);
  }
});

test.skipIf(!root)(`a start does not follow a link in place of the lock${why}`, () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  symlinkSync(victim, join(state, 'lock'));
  try {
    const program = join(folder, 'program');
    expect(lxplain('compile', domain(), '-o', program).status).toBe(0);
    const { status, stderr } = spawnSync(program, { encoding: 'utf8', stdio: 'pipe' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/state\.lock .*ELOOP/),
    });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  } finally {
    rmSync(join(state, 'lock'), { force: true });
    spawnSync('rmdir', [state]);
  }
});

test.skipIf(!root)(`who loses a race for the name is told so, and nothing else${why}`, async () => {
  const program = join(folder, 'program');
  writeFileSync(
    join(folder, 'vm.xml'),
    `<domain type='lxc'><name>${name}</name><memory unit='MiB'>64</memory><os><type>exe</type><init>/bin/true</init></os><devices><console type='pty'/></devices></domain>`,
  );
  expect(lxplain('compile', join(folder, 'vm.xml'), '-o', program).status).toBe(0);
  const answers: string[] = [];
  const run = () =>
    new Promise<void>((resolve) => {
      const child = spawn(program, { stdio: ['ignore', 'ignore', 'pipe'] });
      let text = '';
      child.stderr.on('data', (data) => {
        text += data;
      });
      child.on('close', (code) => {
        answers.push(`${code} ${text}`);
        resolve();
      });
    });
  for (let round = 0; round < 40; round++) await Promise.all(Array.from({ length: 8 }, run));
  const other = answers.filter(
    (each) => each !== '0 ' && !/^1 .*already running: EAGAIN\n$/.test(each),
  );
  expect(other).toEqual([]);
  expect(answers.filter((each) => each === '0 ').length).toBeGreaterThan(39);
  expect(existsSync(state)).toBe(false);
});
