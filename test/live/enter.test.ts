import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRunning } from '../../src/state/running.ts';
import { HANGS_MS, hasKeyctl, until } from '../tools.ts';
import {
  domainXml,
  extension,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  privnet,
  skipped,
} from './domains.ts';
import { onTerminal } from './on-terminal.ts';

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const why = skipped(noContainer);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-enter-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], input = '', env: NodeJS.ProcessEnv = process.env) => {
  const { status, stdout, stderr } = spawnSync(lxplain, args, {
    encoding: 'utf8',
    timeout: HANGS_MS,
    input,
    env,
  });
  return { status, stdout, stderr };
};

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'] as const;

const locked = extension("security no_new_privs='yes'");
const confining = ["security seccomp='builtin'", "limit name='nofile' soft='64' hard='128'"];

describe.skipIf(noContainer !== undefined).each([
  ['no new rights', `${locked}${privnet}`],
  ['plain', privnet],
  ['confined', `${extension(...confining)}${privnet}`],
  [
    'confined and locked',
    `${extension("security no_new_privs='yes' seccomp='builtin'")}${privnet}`,
  ],
  [
    'confined with fewer rights',
    `${extension(...confining)}<features><privnet/><capabilities policy='deny'><chown state='on'/></capabilities></features>`,
  ],
  ['confined and mapped', `${extension(...confining)}${idmap}${privnet}`],
  ['host-network', ''],
  ['mapped', `${idmap}${privnet}`],
  [
    'fewer rights',
    "<features><privnet/><capabilities policy='deny'><chown state='on'/></capabilities></features>",
  ],
])(`%s${why}`, (kind, more) => {
  const name = `lxplain-enter-${kind.replace(/\W/g, '-')}`;
  const init = (): number => {
    const pid = findRunning('/run/lxplain', name)?.initPid;
    if (pid === undefined) throw new Error(`${name} has ended`);
    return pid;
  };
  const exec = (...command: string[]) => run(['exec', name, ...command]);

  beforeAll(() => {
    const root = join(folder, kind);
    makeRoot(root, [
      'umount',
      'sh',
      'cat',
      'sleep',
      'id',
      'env',
      'ls',
      'ps',
      'tty',
      'stty',
      'grep',
      'readlink',
    ]);
    for (const each of ['proc', 'sys', 'dev', 'etc']) mkdirSync(join(root, each));
    writeFileSync(join(root, 'etc/script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    writeFileSync(join(root, 'etc/itself'), '#!/proc/self/exe\n', { mode: 0o755 });
    writeFileSync(join(root, 'etc/text'), 'no program\n');
    if (more.includes('<idmap>')) spawnSync('chown', ['-R', `${ID}:${ID}`, root]);
    const file = join(folder, `${name}.xml`);
    const init = ['/bin/sleep', '1000'];
    writeFileSync(file, domainXml(name, { init, more, devices: mounted(root, '/') }));
    expect(run(['create', file])).toMatchObject({ status: 0, stderr: '' });
  });
  afterAll(() => {
    expect(run(['destroy', name]).status).toBe(0);
    expect(existsSync(`/run/lxplain/${name}`)).toBe(false);
  });

  test('it has the namespaces, the groups, the root and the rights of init', () => {
    const script = `for n in ${namespaces.join(' ')}; do readlink /proc/self/ns/$n; done; grep -e Cap -e NoNew -e Seccomp /proc/self/status; grep -e open /proc/self/limits; id; cat /proc/self/cgroup`;
    const { status, stdout, stderr } = exec('sh', '-c', script);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const proc = `/proc/${init()}`;
    const links = namespaces.map((each) => readlinkSync(`${proc}/ns/${each}`));
    const of = (file: string, pattern: RegExp): readonly string[] =>
      readFileSync(`${proc}/${file}`, 'utf8').match(pattern) ?? [];
    const rights = [
      ...of('status', /^(?:Cap|NoNew|Seccomp).*$/gm),
      ...of('limits', /^.*open.*$/gm),
    ];
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, links.length)).toEqual(links);
    expect(lines.slice(links.length, links.length + rights.length)).toEqual(rights);
    expect(stdout).toContain('uid=0 gid=0');
    expect(stdout).toContain(`NoNewPrivs:\t${more.includes('no_new_privs') ? 1 : 0}\n`);
    const held = spawn(lxplain, ['exec', name, 'sleep', '60'], { stdio: 'ignore' });
    return until(
      () => groupsBeside(init()).length > 0,
      'the command in the groups of init',
    ).finally(() => held.kill('SIGKILL'));
  });

  test('it has the environment of init, and no descriptor of the host', () => {
    const own = readFileSync(`/proc/${init()}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(exec('env').stdout.trimEnd().split('\n').sort()).toEqual(own.sort());
    const { stdout } = exec('ls', '/proc/self/fd');
    expect(stdout.trim().split(/\s+/)).toEqual(['0', '1', '2', '3']); // 3 is the directory that ls reads
  });

  test('its status, its input and its output are those of the command', () => {
    expect(exec('sh', '-c', 'exit 3')).toEqual({ status: 3, stdout: '', stderr: '' });
    expect(exec('sh', '-c', 'kill -9 $$').status).toBe(137);
    expect(run(['exec', name, 'cat'], 'a line\n')).toEqual({
      status: 0,
      stdout: 'a line\n',
      stderr: '',
    });
    const virsh = [
      'lxc-enter-namespace',
      name,
      '--noseclabel',
      '--',
      '/bin/sh',
      '-c',
      'echo "$0 $1"',
      '-a',
      '--',
    ];
    expect(run(virsh)).toEqual({ status: 0, stdout: '-a --\n', stderr: '' });
    // Without a command it is a shell.
    expect(run(['exec', name], 'echo $0; exit 4\n')).toMatchObject({ status: 4 });
  });

  test('what cannot be executed is told as a shell does', () => {
    const not = (program: string) => {
      const { status, stdout, stderr } = exec(program);
      return {
        status,
        stdout,
        error: /: (E[A-Z]+) /.exec(stderr)?.[1],
        code: stderr.includes('[enter/failed]'),
      };
    };
    const told = { stdout: '', code: true };
    expect(not('no-such-program')).toEqual({ ...told, status: 127, error: 'ENOENT' });
    expect(not('/no/such/program')).toEqual({ ...told, status: 127, error: 'ENOENT' });
    expect(not('/etc/script')).toEqual({ ...told, status: 127, error: 'ENOENT' });
    expect(not('/etc')).toEqual({ ...told, status: 126, error: 'EACCES' });
    expect(not('/etc/text')).toEqual({ ...told, status: 126, error: 'EACCES' });
    // The program that enters is a file of the host, and is not for whoever is inside.
    expect(not('/etc/itself')).toEqual({ ...told, status: 126, error: 'EACCES' });
  });

  test('on a terminal it has one of its own, with job control', async () => {
    const isSleeping = () => processes('sleep 88').length > 0;
    const output = await onTerminal(
      `TERM=vt100 ${lxplain} exec ${name}; echo "status $?"; stty -a`,
      [
        ['# ', 'tty; stty size; echo "<$TERM>"; sleep 88\n'],
        // The shell itself takes no notice of ^C: the command has to be there.
        ['<vt100>', (_, type) => void until(isSleeping, 'sleep').then(() => type('\x03'))],
        ['# ', 'echo after; exit 5\n'],
      ],
    );
    expect(output).toMatch(/\n\/dev\/pts\/\d+\n33 101\n<vt100>\n/);
    expect(output).toMatch(/\nafter\n(?:.*\n)?status 5\n/);
    expect(output).toContain(' icanon'); // the terminal of who called is as it was
  });

  test('who is killed takes the command along', async () => {
    const child = spawn(lxplain, ['exec', name, 'sleep', '77'], { stdio: 'ignore' });
    await until(() => processes('sleep 77').length > 0, 'the command');
    child.kill('SIGKILL');
    await until(() => processes('sleep 77').length === 0, 'its end');
  });

  test.skipIf(!hasKeyctl)('no key of the session comes along', () => {
    // Only who possesses it by its session sees the key.
    const make = 'keyctl setperm $(keyctl add user enter-test secret @s) 0x3f000000';
    const script = `keyctl new_session >/dev/null; ${make}; cat /proc/keys; echo inside; ${lxplain} exec ${name} sh -c 'umount /proc/keys 2>/dev/null; cat /proc/keys'`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: HANGS_MS });
    const [outside = '', inside = ''] = stdout.split('inside\n');
    expect(outside).toContain('enter-test');
    // Without an id map the list is hidden, which only who has sys_admin takes away.
    const isHidden = more.includes("policy='deny'");
    if (isHidden) expect(inside).toBe('');
    else expect(inside).toContain('keyring');
    expect(inside).not.toContain('enter-test');
  });
});

/** The processes of the v1 group for memory of this one, but itself. */
function groupsBeside(pid: number): readonly number[] {
  const path = /^\d+:(?:.*,)?memory(?:,.*)?:(.*)$/m.exec(
    readFileSync(`/proc/${pid}/cgroup`, 'utf8'),
  )?.[1];
  if (path === undefined) return [0]; // v2 alone: test/machines
  const file = ['/sys/fs/cgroup/memory']
    .map((root) => `${root}${path}/cgroup.procs`)
    .find(existsSync);
  return file === undefined
    ? []
    : readFileSync(file, 'utf8')
        .split('\n')
        .map(Number)
        .filter((each) => each > 0 && each !== pid);
}

/** By their command lines. */
function processes(command: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line === command);
}

test.skipIf(noContainer !== undefined)(`what does not run cannot be entered${why}`, () => {
  const { status, stderr } = run(['exec', 'no-such-domain', 'true']);
  expect({ status, told: stderr.includes('[domain/not-running]') }).toEqual({
    status: 1,
    told: true,
  });
});
