import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busybox, HANGS_MS, until } from '../tools.ts';
import {
  destroyIfThere,
  domainFile,
  hasEnded,
  lxplain,
  programFile,
  running,
  started,
  stuck,
} from './containers.ts';

const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : busybox === undefined
      ? ' (skipped: needs busybox-static)'
      : '';
const names: string[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-relay-'));
});
afterAll(() => {
  for (const name of names) destroyIfThere(name);
  rmSync(folder, { recursive: true });
});

const named = (name: string): string => {
  names.push(`lxplain-relay-${name}`);
  return `lxplain-relay-${name}`;
};

const shell = (script: string) => ['sh', '-c', script];

/** A pipe with the given end of it open for as long as the test likes; nobody reads it. */
function pipeWithoutReader(name: string): { readonly reader: number; readonly writer: number } {
  const path = join(folder, `${name}.fifo`);
  spawnSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', resolve);
  });

/** Ways to have a reader that takes nothing, and what the end by a signal looks like there. */
const stuckReaders = [
  ['a pipe', 'foreground'],
  ['a socket', 'foreground'],
  ['a terminal', 'foreground'],
  ['a pipe of create --console', 'detached'],
] as const;
const ends = [
  ['destroy', 143],
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const;

test
  .skipIf(why !== '')
  .each(stuckReaders.flatMap((reader) => ends.map((end) => [...reader, ...end] as const)))(
  `%s that nobody reads (%s): %s ends the container${why}`,
  async (reader, kind, how, status) => {
    const name = named(
      `stuck-${stuckReaders.findIndex(([each]) => each === reader)}-${how}`.toLowerCase(),
    );
    const init = [busybox!, ['yes']] as const;
    const command =
      kind === 'foreground'
        ? programFile(folder, name, ...init)
        : `${lxplain} create ${domainFile(folder, name, ...init)} --console`;
    const { reader: end, writer } = pipeWithoutReader(name);
    const child =
      reader === 'a socket'
        ? spawn(command, { stdio: ['ignore', 'pipe', 'inherit'] }) // Node takes some, and then no more
        : reader === 'a terminal'
          ? spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', writer, 'inherit'] })
          : spawn('sh', ['-c', `exec ${command}`], { stdio: ['ignore', writer, 'inherit'] });
    closeSync(writer);
    const ended = endOf(child);
    const { supervisorPid, initPid } = await started(name);
    await stuck(initPid!);
    if (how === 'destroy') expect(spawnSync(lxplain, ['destroy', name]).status).toBe(0);
    else process.kill(supervisorPid, how);
    await until(() => running(name) === undefined, `${name} ends`);
    expect(hasEnded(name)).toBe(true);
    closeSync(end);
    child.stdout?.resume();
    child.stdin?.destroy();
    const code = await ended;
    if (kind === 'foreground' && reader !== 'a terminal') expect(code).toBe(status);
  },
);

test.skipIf(why !== '')(
  `init has ended, and its last words nobody reads: a signal ends the wait${why}`,
  async () => {
    const name = named('last-words');
    // 64 KiB lie in the pipe, 4 KiB in the supervisor, the rest in the console.
    const script = `${busybox} stty raw -echo; ${busybox} head -c 71000 /dev/zero; exit 7`;
    const program = programFile(folder, name, busybox!, shell(script));
    const { reader, writer } = pipeWithoutReader(name);
    const child = spawn(program, { stdio: ['ignore', writer, 'inherit'] });
    closeSync(writer);
    const ended = endOf(child);
    const { supervisorPid, initPid } = await started(name);
    await until(
      () => spawnSync('kill', ['-0', String(initPid)]).status !== 0 || isZombie(initPid!),
      'init ends',
    );
    await stuck(supervisorPid);
    process.kill(supervisorPid, 'SIGTERM');
    expect(await ended).toBe(7);
    expect(hasEnded(name)).toBe(true);
    closeSync(reader);
  },
);

const isZombie = (pid: number): boolean =>
  spawnSync('sh', ['-c', `grep -q '^State:.Z' /proc/${pid}/status`]).status === 0;

test.skipIf(why !== '').each([
  ['a compiled program', 'foreground'],
  ['create --console', 'detached'],
] as const)(`%s loses nothing of 10 MB to a slow reader${why}`, async (_, kind) => {
  const name = named(`slow-${kind}`);
  const last = 1_450_000;
  const script = `${busybox} stty raw -echo; ${busybox} seq ${last}; exit 7`;
  const [command, ...args] =
    kind === 'foreground'
      ? [programFile(folder, name, busybox!, shell(script))]
      : [lxplain, 'create', domainFile(folder, name, busybox!, shell(script)), '--console'];
  const { reader, writer } = pipeWithoutReader(name);
  const child = spawn(command, args, { stdio: ['ignore', writer, 'inherit'] });
  closeSync(writer);
  const ended = endOf(child);
  const chunks: Buffer[] = [];
  const buffer = Buffer.alloc(50_000);
  for (let more = true; more; ) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    try {
      const read = readSync(reader, buffer);
      more = read > 0;
      chunks.push(Buffer.from(buffer.subarray(0, read)));
    } catch {} // nothing there yet
  }
  expect(await ended).toBe(7);
  const text = Buffer.concat(chunks).toString();
  const expected = `${Array.from({ length: last }, (_, index) => index + 1).join('\n')}\n`;
  expect(text.length).toBeGreaterThan(10_000_000);
  // Not toBe: the difference of two such texts takes minutes.
  expect(text.slice(text.indexOf('\n\n') + (kind === 'foreground' ? 1 : 2)) === expected).toBe(
    true,
  );
  closeSync(reader);
});

test.skipIf(why !== '').each(['foreground', 'detached'] as const)(
  `a signal without a meaning changes nothing (%s)${why}`,
  async (kind) => {
    const name = named(`meaningless-${kind}`);
    const init = [busybox!, ['sleep', '1000']] as const;
    if (kind === 'foreground') {
      spawn(programFile(folder, name, ...init), { stdio: 'ignore' });
    } else {
      expect(spawnSync(lxplain, ['create', domainFile(folder, name, ...init)]).status).toBe(0);
    }
    const { supervisorPid, initPid } = await started(name);
    const meaningless = [
      'ABRT',
      'USR1',
      'USR2',
      'PIPE',
      'ALRM',
      'STKFLT',
      'CHLD',
      'TTIN',
      'TTOU',
      'URG',
    ];
    meaningless.push(
      'XCPU',
      'XFSZ',
      'VTALRM',
      'PROF',
      'WINCH',
      'IO',
      'PWR',
      'CONT',
      'RTMIN',
      'RTMAX',
    );
    const send = `for each in ${meaningless.join(' ')}; do kill -$each ${supervisorPid} || exit; done`;
    expect(spawnSync('bash', ['-c', send]).status).toBe(0);
    await stuck(supervisorPid);
    expect(running(name)).toMatchObject({ supervisorPid, initPid });
    expect(spawnSync(lxplain, ['destroy', name]).status).toBe(0);
    expect(hasEnded(name)).toBe(true);
  },
);

const bash = spawnSync('which', ['bash']).status === 0;
const whyBash = why !== '' ? why : bash ? '' : ' (skipped: needs bash)';

/** An init that reads its console, its input, and its status. */
const readers = [
  ['sh', '/bin/sh', [], 'true\n', 0],
  ['sh, without a newline', '/bin/sh', [], 'exit 3', 3],
  ['bash', '/bin/bash', ['--norc'], 'true\n', 0],
  ['bash, without a newline', '/bin/bash', ['--norc'], 'exit 3', 3],
  ['bash, that does not end at once', '/bin/bash', ['--norc'], 'IGNOREEOF=2\n', 0],
  ['bash, busy meanwhile', '/bin/bash', ['--norc'], 'sleep 0.3\ncat\n(exit 4)\n', 0],
  ['busybox sh', '/bin/busybox', ['sh'], 'exit 5', 5],
  ['cat', '/bin/cat', [], 'one\ntwo', 0],
  ['two in turn', '/bin/sh', ['-c', 'cat; cat; read x; exit 6'], 'one\n', 6],
  [
    'one that flushes its input first',
    '/bin/sh',
    [
      '-c',
      'stty -echo; sleep 0.2; python3 -c "import termios; termios.tcflush(0, 0)" || exit 6; cat; exit 6',
    ],
    '',
    6,
  ],
  ['another character for the end', '/bin/sh', ['-c', 'stty eof Q; cat; exit 6'], 'one\n', 6],
] as const;

test.skipIf(whyBash !== '').each(readers)(
  `the end of the input reaches %s, each time${whyBash}`,
  async (reader, init, args, input, status) => {
    const name = named(`end-${readers.findIndex(([each]) => each === reader)}`);
    const program = programFile(folder, name, init, args);
    const create = ['create', join(folder, `${name}.xml`), '--console'];
    const options = { encoding: 'utf8', input, timeout: HANGS_MS } as const;
    for (let run = 0; run < 10; run++) {
      expect(spawnSync(program, options).status, `run ${run}`).toBe(status);
    }
    for (let run = 0; run < 3; run++) {
      expect(spawnSync(lxplain, create, options).status, `create, run ${run}`).toBe(status);
    }
  },
);

test.skipIf(why !== '').each([
  ['is a directory', '</tmp'],
  ['is only open for writing', '0>/dev/null'],
  ['is the writing end of a pipe', '0>&1 | cat'],
  ['is nothing', '<&-'],
  ['is an empty file', '</dev/null'],
])(`standard input %s: the input ends${why}`, (what, redirection) => {
  const name = named(`input-${what.replaceAll(/\W/g, '-')}`);
  const script = `${busybox} cat; echo "the end"; exit 7`;
  const program = programFile(folder, name, busybox!, shell(script));
  const create = `${lxplain} create ${program}.xml --console`;
  for (const command of [program, create]) {
    const line = `set -o pipefail; ${command} ${redirection}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
      encoding: 'utf8',
      input: 'not read',
      timeout: HANGS_MS,
    });
    expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
    expect(stdout).toContain('the end');
  }
});

test.skipIf(why !== '')(`a file as input and as output${why}`, () => {
  const name = named('files');
  const script = `${busybox} stty -echo; while read -r line; do echo "got $line"; done`;
  const program = programFile(folder, name, busybox!, shell(script));
  const [input, output] = [join(folder, 'input'), join(folder, 'output')];
  writeFileSync(input, Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join(''));
  const line = `${program} <${input} >${output}; echo $?; tail -1 ${output}; grep -c 'got line' ${output}`;
  const { stdout } = spawnSync('bash', ['-c', line], { encoding: 'utf8', timeout: HANGS_MS });
  expect(stdout).toBe('0\ngot line 19999\r\n20000\n');
});

test.skipIf(why !== '')(`a compiled program ends with its reader, as by SIGPIPE${why}`, () => {
  const name = named('head');
  const program = programFile(folder, name, busybox!, ['yes']);
  const { stdout } = spawnSync('bash', ['-c', `${program} | head -1; echo "\${PIPESTATUS[@]}"`], {
    encoding: 'utf8',
    input: '',
    timeout: HANGS_MS,
  });
  expect(stdout).toBe('y\r\n141 0\n');
  expect(hasEnded(name)).toBe(true);
});

test.skipIf(why !== '')(`a full disk does not end the container${why}`, () => {
  const name = named('full');
  const program = programFile(folder, name, busybox!, shell(`${busybox} seq 1000; exit 7`));
  const { status } = spawnSync('sh', ['-c', `${program} >/dev/full`], {
    input: '',
    timeout: HANGS_MS,
  });
  expect(status).toBe(7);
});

test.skipIf(why !== '').each([
  ['nohup', (program: string) => `trap '' HUP; exec ${program}`, 'SIGHUP'],
  ['a job of a script', (program: string) => `trap '' INT QUIT; exec ${program}`, 'SIGINT'],
] as const)(`what %s ignores, a compiled program ignores${why}`, async (_, line, signal) => {
  const name = named(`ignores-${signal}`.toLowerCase());
  const program = programFile(folder, name, busybox!, ['sleep', '1000']);
  const child = spawn('sh', ['-c', line(program)], { stdio: 'ignore' });
  const ended = endOf(child);
  const { supervisorPid, initPid } = await started(name);
  process.kill(supervisorPid, signal);
  await stuck(supervisorPid);
  expect(running(name)?.initPid).toBe(initPid);
  process.kill(supervisorPid, 'SIGTERM');
  expect(await ended).toBe(143);
});

test.skipIf(why !== '')(`who runs the program may ignore SIGCHLD${why}`, () => {
  const name = named('chld');
  const program = programFile(folder, name, busybox!, shell('exit 7'));
  const line = `perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' ${program}`;
  const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8', input: '' });
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
});

test.skipIf(why !== '')(
  `a standard output that is only open for reading takes nothing${why}`,
  () => {
    const name = named('read-only-output');
    const program = programFile(folder, name, busybox!, shell(`${busybox} seq 100000; exit 7`));
    const { reader, writer } = pipeWithoutReader(name);
    const { status } = spawnSync(program, {
      stdio: ['ignore', reader, 'ignore'],
      timeout: HANGS_MS,
    });
    for (const end of [reader, writer]) closeSync(end);
    expect(status).toBe(7);
  },
);

test.skipIf(why !== '')(`timeout ends a compiled program${why}`, () => {
  const name = named('timeout');
  const program = programFile(folder, name, busybox!, ['sleep', '1000']);
  expect(spawnSync('timeout', ['1', program], { timeout: HANGS_MS }).status).toBe(124);
  expect(hasEnded(name)).toBe(true);
});

test.skipIf(why !== '')(
  `nothing inside executes the program: init is a script for it${why}`,
  () => {
    const name = named('self');
    const script = join(folder, 'self');
    writeFileSync(script, '#!/proc/self/exe\n', { mode: 0o755 });
    const { status, stderr } = spawnSync(lxplain, ['create', domainFile(folder, name, script)], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(new RegExp(`error: ${name}: step \\d+ exec ${script}.*: EACCES \\(`));
    expect(status).toBe(1);
    expect(hasEnded(name)).toBe(true);
  },
);

test.skipIf(why !== '')(`a host that cannot take the program is told of${why}`, () => {
  const name = named('handed-over');
  const line = `ulimit -f 8; ${lxplain} create ${domainFile(folder, name, busybox!, ['true'])}`;
  const { status, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
  expect(stderr).toBe(
    `error: ${name}: its program cannot be run: write: EFBIG (File too large) [start/not-run]\n`,
  );
  expect(status).toBe(1);
});
