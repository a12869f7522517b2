import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS, hasGcc, until } from '../tools.ts';
import { domainXml, makeRoot, mounted, noContainer, privnet, skipped } from './domains.ts';

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const why = skipped(noContainer);
const reason = noContainer ?? (hasGcc ? undefined : 'needs gcc');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-passed-'));
  if (noContainer !== undefined) return;
  makeRoot(join(folder, 'root'), ['sh', 'cat', 'env', 'ls', 'sleep']);
  for (const each of ['proc', 'sys', 'dev', 'out']) mkdirSync(join(folder, 'root', each));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, init: readonly string[], more = ''): string {
  const file = join(folder, `${name}.xml`);
  const devices = mounted(join(folder, 'root'), '/');
  writeFileSync(file, domainXml(name, { init, more: more || privnet, devices }));
  return file;
}

/** Runs a command with descriptors from 3 on. */
function run(args: readonly string[], given: readonly number[] = [], command = lxplain) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: HANGS_MS,
    stdio: ['ignore', 'pipe', 'pipe', ...given],
    env: { ...process.env, LISTEN_FDNAMES: 'first:second' },
  });
  return { status, stdout, stderr };
}

const contents = (name: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `${name}\n`);
  return path;
};

/** What init tells of what it got: its descriptors, and what it was told of them. */
const SCRIPT = 'exec >/out/told; cat <&3; cat <&4; env | grep LISTEN; ls /proc/self/fd';
const TOLD =
  'two\none\nLISTEN_FDS=2\nLISTEN_PID=1\nLISTEN_FDNAMES=first:second\n0\n1\n2\n3\n4\n5\n';

test.skipIf(noContainer !== undefined).each(['plain', 'again after reboot'])(
  `create: they arrive from 3 on, in the order given, and nothing else (%s)${why}`,
  async (kind) => {
    const again = kind === 'plain' ? '' : `[ -e /out/once ] || { >/out/once; exit 1; }; `;
    const more = kind === 'plain' ? '' : `${privnet}<on_crash>restart</on_crash>`;
    const script = SCRIPT.replace(
      'env | grep LISTEN',
      'env | while read l; do case $l in LISTEN*) echo $l;; esac; done',
    );
    const file = write('lxplain-passed', ['/bin/sh', '-c', `${again}${script}`], more);
    const given = [contents('one'), contents('two')].map((path) => openSync(path, 'r'));
    const told = join(folder, 'root/out/told');
    try {
      const { status, stderr } = run(['create', file, '--pass-fds', '4,3'], given);
      expect({ status, stderr: stderr.replace(/^warning.*\n( .*\n)*/m, '') }).toEqual({
        status: 0,
        stderr: '',
      });
      await until(() => existsSync(told) && readFileSync(told, 'utf8').endsWith('5\n'), 'init');
      expect(readFileSync(told, 'utf8')).toBe(TOLD);
      await until(() => !existsSync('/run/lxplain/lxplain-passed'), 'the end');
    } finally {
      given.forEach(closeSync);
      rmSync(told, { force: true });
      rmSync(join(folder, 'root/out/once'), { force: true });
    }
  },
);

test.skipIf(noContainer !== undefined)(`a compiled program gets them of who runs it${why}`, () => {
  const file = write('lxplain-passed-program', [
    '/bin/sh',
    '-c',
    'cat <&3; cat <&4; echo $LISTEN_FDS',
  ]);
  const program = join(folder, 'program');
  expect(run(['compile', file, '-o', program, '--pass-fds', '3,4'])).toMatchObject({ status: 0 });
  const given = [contents('one'), contents('two')].map((path) => openSync(path, 'r'));
  try {
    const { status, stdout } = run([], given, program);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'one\r\ntwo\r\n2\r\n' });
    // One is missing: nothing of who runs it gets in its place.
    const { status: without, stderr } = run([], given.slice(0, 1), program);
    expect({ without, error: /EBADF/.test(stderr) }).toEqual({ without: 1, error: true });
  } finally {
    given.forEach(closeSync);
  }
});

/** The words of the page's unit are those of `start`. @see https://libvirt.org/drvlxc.html, "Systemd Socket Activation Integration" */
test.skipIf(reason !== undefined).each(['create', 'start'])(
  `%s by the first client: a listening socket of the host is served inside${skipped(reason)}`,
  async (verb) => {
    const name = `lxplain-passed-${verb}`;
    const build = (source: string, output: string) => {
      const from = join(import.meta.dirname, source);
      execFileSync('gcc', ['-static', '-O', '-o', join(folder, output), from]);
    };
    build('passed.c', 'root/bin/serve');
    build('activate.c', 'activate');
    const file = write(name, ['/bin/serve']);
    if (verb === 'start') expect(run(['define', file])).toMatchObject({ status: 0, stderr: '' });
    const words =
      verb === 'create'
        ? ['create', file, '--pass-fds', '3']
        : ['-c', 'lxc:///', 'start', '--pass-fds', '3', name];
    const path = join(folder, `${verb}.socket`);
    const activate = spawn(join(folder, 'activate'), [path, lxplain, ...words], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await new Promise((resolve) => activate.stdout.once('data', resolve));
      expect(existsSync(`/run/lxplain/${name}`)).toBe(false);
      const client = connect(path);
      client.write('a word\n');
      let heard = '';
      for await (const data of client) heard += String(data);
      expect(heard).toBe('1 heard a word\n');
      await until(() => !existsSync(`/run/lxplain/${name}`), 'the end');
    } finally {
      if (verb === 'start') run(['undefine', name]);
    }
  },
);

test.skipIf(noContainer !== undefined)(
  `what cannot be passed is refused, and nothing starts${why}`,
  () => {
    const file = write('lxplain-passed-refused', ['/bin/sleep', '100']);
    const directory = openSync('/', 'r');
    const code = (given: readonly number[], ...args: readonly string[]) =>
      /\[(passed\/[a-z-]+)\]/.exec(run([...args], given).stderr)?.[1];
    try {
      expect(code([directory], 'create', file, '--pass-fds', '3')).toBe('passed/directory');
      expect(code([], 'create', file, '--pass-fds', '3')).toBe('passed/not-open');
      // Node has opened more for itself.
      for (const own of ['10', '12', '17', '20'])
        expect(code([], 'create', file, '--pass-fds', own)).toBe('passed/not-open');
      for (const bad of ['abc', '1', '3,3', '', '-3'])
        expect(code([directory], 'create', file, `--pass-fds=${bad}`)).toBe('passed/invalid');
      expect(code([], 'compile', file, '-o', '/dev/null', '--pass-fds', '4')).toBe(
        'passed/not-in-a-row',
      );
      expect(existsSync('/run/lxplain/lxplain-passed-refused')).toBe(false);
    } finally {
      closeSync(directory);
    }
  },
);
