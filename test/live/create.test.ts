import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findRunning } from '../../src/state/running.ts';
import { busybox, HANGS_MS, hasKeyctl } from '../tools.ts';

const repository = join(import.meta.dirname, '../..');
const root = process.getuid?.() === 0;
const why = root ? '' : ' (skipped: needs root)';
const whyRootfs = !root ? why : busybox === undefined ? ' (skipped: needs busybox-static)' : '';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-create-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), args, {
    encoding: 'utf8',
    timeout: HANGS_MS,
    input,
  });
  return { status, stdout, stderr };
};

const domain = (name: string, script: string, devices = '', more = ''): string => {
  const path = join(folder, `${name}.xml`);
  writeFileSync(
    path,
    `<domain type='lxc'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type>exe</type>
    <init>/bin/sh</init>
    <initarg>-c</initarg>
    <initarg>${script}</initarg>
  </os>
${more}  <devices>
${devices}    <console type='pty'/>
  </devices>
</domain>
`,
  );
  return path;
};

const nothingLeft = (name: string): void => {
  for (const path of [
    `/run/lxplain/${name}`,
    `/sys/fs/cgroup/memory/lxplain-${name}`,
    `/sys/fs/cgroup/devices/lxplain-${name}`,
  ]) {
    expect(existsSync(path), path).toBe(false);
  }
};

test.skipIf(!root)(
  `create --console relays the console and returns the status of init${why}`,
  () => {
    const path = domain('lxplain-console', 'read line; echo got $line; exit 7');
    const { status, stdout } = lxplain(['create', path, '--console'], 'hello\n');
    expect(stdout).toContain('got hello');
    expect(status).toBe(7);
    nothingLeft('lxplain-console');
  },
);

test.skipIf(!root)(
  `the end of the input reaches init, also behind a line without an end${why}`,
  () => {
    const path = domain('lxplain-eof', 'while read -r line; do echo got $line; done; exit 7');
    const program = join(folder, 'eof');
    expect(lxplain(['compile', path, '-o', program]).status).toBe(0);
    for (const input of ['', 'one\n', 'one\ntwo']) {
      const create = lxplain(['create', path, '--console'], input);
      const run = spawnSync(program, { encoding: 'utf8', input, timeout: HANGS_MS });
      expect([create.status, run.status], input).toEqual([7, 7]);
      if (input !== '') expect(create.stdout).toContain('got one');
      if (input !== '') expect(run.stdout).toContain('got one');
    }
    nothingLeft('lxplain-eof');
  },
);

test.skipIf(!root)(`a reader that is gone leaves the console, not the container${why}`, () => {
  const path = domain('lxplain-unread', 'seq 1 100000; sleep 1000');
  const script = `bin/lxplain create ${path} --console < /dev/zero | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: repository,
    encoding: 'utf8',
    timeout: HANGS_MS,
  });
  expect({ stdout, stderr }).toEqual({
    stdout: `Domain 'lxplain-unread' created from ${path}\n141\n`,
    stderr: '',
  });
  expect(lxplain(['destroy', 'lxplain-unread']).status).toBe(0);
  nothingLeft('lxplain-unread');
});

test.skipIf(!root)(`create, list, dumpxml, destroy${why}`, () => {
  const path = domain('lxplain-verbs', 'sleep 1000');
  expect(lxplain(['create', path])).toEqual({
    status: 0,
    stdout: `Domain 'lxplain-verbs' created from ${path}\n\n`,
    stderr: '',
  });
  const [, id] = /^ (\d+) +lxplain-verbs +running$/m.exec(lxplain(['list']).stdout) ?? [];
  expect(lxplain(['dumpxml', 'lxplain-verbs']).stdout).toMatch(
    `<domain type='lxc' id='${id}'>\n  <name>lxplain-verbs</name>\n`,
  );
  const again = lxplain(['create', path]);
  expect(again.stderr).toContain('[domain/already-running]');
  expect(again.status).toBe(1);
  const program = join(folder, 'verbs');
  expect(lxplain(['compile', path, '-o', program]).status).toBe(0);
  const { status, stderr } = spawnSync(program, { encoding: 'utf8', input: '' });
  expect(stderr).toBe(
    `${path}:2:9: error: lxplain-verbs: step 3 state.lock /run/lxplain/lxplain-verbs: already running: EAGAIN\n`,
  );
  expect(status).toBe(1);
  expect(lxplain(['destroy', 'lxplain-verbs']).stdout).toBe("Domain 'lxplain-verbs' destroyed\n\n");
  expect(lxplain(['destroy', 'lxplain-verbs']).status).toBe(1);
  nothingLeft('lxplain-verbs');
});

test.skipIf(!root)(`of eight concurrent starts of one name exactly one wins${why}`, async () => {
  const path = domain('lxplain-race', 'sleep 1000');
  const runs = Array.from(
    { length: 8 },
    () =>
      new Promise<number | null>((resolve) => {
        spawn(join(repository, 'bin/lxplain'), ['create', path], { stdio: 'ignore' }).once(
          'exit',
          resolve,
        );
      }),
  );
  const statuses = await Promise.all(runs);
  expect(statuses.filter((status) => status === 0)).toHaveLength(1);
  expect(lxplain(['destroy', 'lxplain-race']).status).toBe(0);
  nothingLeft('lxplain-race');
});

/**
 * Kills the supervisor of a container as an out-of-memory killer would; `both`: the guard before it, so that nobody is
 * there to release.
 */
async function killSupervisor(name: string, both: boolean): Promise<void> {
  const supervisor = findRunning('/run/lxplain', name)?.supervisorPid ?? 0;
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8');
  const [guard] = children.split(' ').map(Number); // the first process that it clones
  if (both) process.kill(guard ?? 0, 'SIGKILL');
  process.kill(supervisor, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 200));
}

const whyKeys = !root ? why : hasKeyctl ? '' : ' (skipped: needs keyctl)';

test.skipIf(whyKeys !== '')(
  `neither keys nor supplementary groups of who starts it come along${whyKeys}`,
  () => {
    const script = 'grep ^Groups: /proc/self/status; keyctl search @s user lxplain-secret 2>&amp;1';
    const idmap = `  <idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>\n`;
    for (const more of ['', idmap]) {
      const path = domain('lxplain-strangers', script, '', more);
      const program = join(folder, 'strangers');
      expect(lxplain(['compile', path, '-o', program]).status).toBe(0);
      const starts = `keyctl add user lxplain-secret x @s >&2 && exec setpriv --groups 1234,5678 ${program}`;
      const { stdout } = spawnSync('keyctl', ['session', 'lxplain', 'sh', '-c', starts], {
        encoding: 'utf8',
        input: '',
      });
      expect(stdout.replaceAll('\r', '')).toBe(
        'Groups:\t \nkeyctl_search: Required key not available\n',
      );
    }
    nothingLeft('lxplain-strangers');
  },
);

test.skipIf(!root)(`a killed supervisor leaves nothing: its guard releases${why}`, async () => {
  const name = 'lxplain-guarded';
  expect(lxplain(['create', domain(name, 'sleep 1000')]).status).toBe(0);
  await killSupervisor(name, false);
  expect(lxplain(['list']).stdout).not.toContain(name);
  nothingLeft(name);
});

test.skipIf(!root)(
  `what a supervisor leaves that was killed with its guard, clean removes and the next start takes over${why}`,
  async () => {
    const path = domain('lxplain-killed', 'sleep 1000');
    for (const next of ['clean', 'create'] as const) {
      expect(lxplain(['create', path]).status).toBe(0);
      await killSupervisor('lxplain-killed', true);
      expect(lxplain(['list']).stdout).not.toContain('lxplain-killed');
      if (next === 'clean') {
        expect(lxplain(['clean', 'lxplain-killed']).stdout).toContain(
          'removed /run/lxplain/lxplain-killed',
        );
      } else {
        expect(lxplain(['create', path]).status).toBe(0);
        expect(lxplain(['clean', 'lxplain-killed']).stdout).toContain('runs');
        expect(lxplain(['destroy', 'lxplain-killed']).status).toBe(0);
      }
      nothingLeft('lxplain-killed');
    }
  },
);

const memory = '/sys/fs/cgroup/memory';
const whyMemory = !root
  ? why
  : existsSync(`${memory}/tasks`)
    ? ''
    : ' (skipped: needs the memory controller of cgroup v1)';

test.skipIf(whyMemory !== '')(
  `a start does not forget what is left elsewhere${whyMemory}`,
  async () => {
    const name = 'lxplain-moved';
    const partition = `<resource><partition>/${name}</partition></resource>`;
    const groups = [memory, '/sys/fs/cgroup/devices'].map((root) => join(root, name));
    for (const group of groups) mkdirSync(group);
    try {
      expect(lxplain(['create', domain(name, 'sleep 1000', '', partition)]).status).toBe(0);
      await killSupervisor(name, true);
      const path = domain(name, 'sleep 1000');
      mkdirSync(`${groups[0]}/lxplain-${name}/busy`);
      expect(lxplain(['create', path]).status).toBe(0);
      for (const group of groups) expect(existsSync(`${group}/lxplain-${name}`)).toBe(false);
      expect(lxplain(['destroy', name]).status).toBe(0);
    } finally {
      for (const group of groups) rmdirSync(group);
    }
    nothingLeft(name);
  },
);

test.skipIf(whyMemory !== '')(`groups below that of the container go with it${whyMemory}`, () => {
  const name = 'lxplain-used';
  const used = `${memory}/lxplain-${name}/used`;
  expect(lxplain(['create', domain(name, 'sleep 1000')]).status).toBe(0);
  mkdirSync(used);
  expect(lxplain(['destroy', name])).toEqual({
    status: 0,
    stdout: `Domain '${name}' destroyed\n\n`,
    stderr: '',
  });
  nothingLeft(name);
});

const rootfs = (): string => {
  const at = join(folder, 'root');
  mkdirSync(join(at, 'bin'), { recursive: true });
  copyFileSync(busybox ?? '', join(at, 'bin/busybox'));
  for (const name of ['sh', 'cat', 'ls', 'id', 'mount']) {
    if (!existsSync(join(at, 'bin', name))) symlinkSync('busybox', join(at, 'bin', name));
  }
  return at;
};

test.skipIf(whyRootfs !== '')(
  `a compiled program starts a private root without Node${whyRootfs}`,
  () => {
    const at = rootfs();
    const device = `    <filesystem type='mount'><source dir='${at}'/><target dir='/'/></filesystem>
    <filesystem type='ram'><source usage='1' units='MiB'/><target dir='/tmp'/></filesystem>
`;
    const path = domain(
      'lxplain-private',
      'ls /; id -u; exit 5',
      device,
      '  <features><privnet/></features>\n',
    );
    const program = join(folder, 'vm');
    expect(lxplain(['compile', path, '-o', program])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const { status, stdout, stderr } = spawnSync(program, { encoding: 'utf8', input: '', env: {} });
    expect({ status, stdout: stdout.replaceAll('\r', ''), stderr }).toEqual({
      status: 5,
      stdout: 'bin   dev   proc  sys   tmp\n0\n',
      stderr: '',
    });
    expect(lxplain(['inspect', program]).stdout).toContain('lxplain-private: ');
    expect(readdirSync(join(at, 'tmp'))).toEqual([]);
    nothingLeft('lxplain-private');
  },
);

test.skipIf(!root)(
  `what init says goes nowhere else if nobody opened the standard descriptors${why}`,
  () => {
    const name = 'lxplain-closed';
    const path = domain(name, 'echo said; sleep 1');
    const program = join(folder, 'closed');
    expect(lxplain(['compile', path, '-o', program]).status).toBe(0);
    const script = `${program} <&- >&- 2>&- & sleep 0.5; cat /run/lxplain/${name}/lock; wait $!; echo "status $?"`;
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stdout).toMatch(/^\n(rmdir \/\S+\n)+status 0\n$/);
    nothingLeft(name);
  },
);
