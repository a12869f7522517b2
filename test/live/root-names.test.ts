import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasStrace } from '../tools.ts';
import {
  compileTo,
  domainXml,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  privnet,
  ram,
  run,
  skipped,
} from './domains.ts';

const why = skipped(noContainer);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-names-'));
  makeRoot(join(folder, 'root'), ['sh', 'cat', 'mount', 'mkdir', 'ls']);
  for (const name of ['root/sbin', 'root/var', 'root/etc', 'one', 'two'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'one/file'), 'one');
  writeFileSync(join(folder, 'two/file'), 'two');
  spawnSync('chown', ['-hR', `${ID}:${ID}`, folder]);
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

const mount = (from: string, to: string) => mounted(join(folder, from), to);

/** Runs a domain as a compiled program. */
async function start(
  init: readonly string[],
  more: string,
  filesystems = '',
  under: readonly string[] = [],
) {
  const program = join(folder, 'program');
  const contents = { init, more: more + privnet, devices: mount('root', '/') + filesystems };
  await compileTo(program, domainXml('lxplain-names', contents));
  return run(program, under);
}

/** Runs a program whose supervisor waits a second before it looks at init for the first time. */
const late = 'strace -o /dev/null -e trace=statx -e inject=statx:delay_enter=1000000:when=2'.split(
  ' ',
);
const withoutStrace = hasStrace ? '' : ' (skipped: needs strace)';

const shell = (script: string) => ['/bin/sh', '-c', script];

const link = (path: string, target: string) => symlinkSync(target, join(folder, 'root', path));

describe.skipIf(why !== '').each([
  ['without an id map', ''],
  ['with an id map', idmap],
])(`%s, a target that is a link is followed inside the root${why}`, (_, more) => {
  test('a directory, by an absolute and a relative link', async () => {
    mkdirSync(join(folder, 'root/run'));
    link('var/run', '/run');
    link('var/lock', '../run');
    const { stdout, stderr } = await start(shell('cat /run/file'), more, mount('one', '/var/run'));
    expect({ stdout, stderr }).toEqual({ stdout: 'one', stderr: '' });
    expect((await start(shell('cat /run/file'), more, mount('two', '/var/lock'))).stdout).toBe(
      'two',
    );
  });
  test('a file', async () => {
    writeFileSync(join(folder, 'root/etc/real'), '');
    link('etc/name', 'real');
    expect((await start(shell('cat /etc/real'), more, mount('one/file', '/etc/name'))).stdout).toBe(
      'one',
    );
  });
  test('a target that is relative, or has points in it, is below the root', async () => {
    mkdirSync(join(folder, 'root/srv'));
    link('var/deep', '../srv');
    for (const target of ['srv', '/mnt/../srv', './srv//', '../../srv', 'var/deep']) {
      const { stdout, stderr } = await start(shell('cat /srv/file'), more, mount('one', target));
      expect({ target, stdout, stderr }).toEqual({ target, stdout: 'one', stderr: '' });
    }
    const file = await start(shell('cat /etc/file'), more, mount('one/file', 'etc/file'));
    expect(file).toMatchObject({ stdout: 'one', stderr: '' });
  });
  test('a target below a link into an earlier mount: its point is made there', async () => {
    mkdirSync(join(folder, 'root/run'));
    link('var/run', '/run');
    const both = `${ram('/run')}${mount('one', '/var/run/deep/dbus')}`;
    expect((await start(shell('cat /run/deep/dbus/file'), more, both)).stdout).toBe('one');
    expect(readdirSync(join(folder, 'root/run'))).toEqual([]);
  });
  test('nothing is made through a link that leads nowhere', async () => {
    const outside = join(folder, 'outside');
    link('etc/app.conf', outside);
    link('srv', outside);
    for (const filesystem of [mount('one/file', '/etc/app.conf'), mount('one', '/srv')]) {
      const { status, stderr } = await start(shell('exit 0'), more, filesystem);
      expect(stderr).toMatch(/step \d+ (mount|stage)\.attach \/.*ENOENT/);
      expect(status).toBe(1);
      expect(existsSync(outside)).toBe(false);
      expect(existsSync(join(folder, 'root', outside))).toBe(false);
    }
  });
});

describe.skipIf(why !== '').each([
  ['without an id map', ''],
  ['with an id map', idmap],
])(`%s, init is never the program of lxplain, a file of the host${why}`, (_, more) => {
  test.each(['/proc/self/exe', '/../proc/self/./exe'])('by a link to %s', async (target) => {
    link('sbin/init', target);
    const { status, stderr } = await start(['/sbin/init'], more);
    expect(stderr).toMatch(/step \d+ exec \/sbin\/init: (.*)ELOOP/);
    expect(status).toBe(1);
  });
  test('by the first line of a script', async () => {
    const script = join(folder, 'root/sbin/init');
    writeFileSync(script, '#!/proc/self/exe\n', { mode: 0o755 });
    const { status, stdout, stderr } = await start(['/sbin/init'], more);
    expect(stderr).toMatch(/step \d+ exec \/sbin\/init: (.*)ELOOP/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
  test.skipIf(!hasStrace)(
    `by the first line of a script, however late the supervisor looks${withoutStrace}`,
    async () => {
      const script = join(folder, 'root/sbin/init');
      writeFileSync(script, '#!/proc/self/exe\n', { mode: 0o755 });
      const { status, stdout, stderr } = await start(['/sbin/init'], more, '', late);
      expect(stderr).toMatch(/step \d+ exec \/sbin\/init: (.*)ELOOP/);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    },
  );
});

const hierarchies = existsSync('/sys/fs/cgroup/pids') ? '' : ' (skipped: needs cgroup v1)';
const whyGroups = why || hierarchies;

test.skipIf(whyGroups !== '')(
  `an init system finds its own group at the root of each hierarchy, and what it makes there goes with it${whyGroups}`,
  async () => {
    const below = (name: string) => readdirSync(join('/sys/fs/cgroup', name)).sort();
    const names = readdirSync('/sys/fs/cgroup').filter((name) => name !== 'unified');
    const before = names.map(below);
    const script = `#!/bin/sh
for h in pids cpuset freezer; do
  mkdir -p /tmp/$h; mount -t cgroup -o $h none /tmp/$h
  mkdir -p /tmp/$h/lxplain-made/a/b /tmp/$h/lxplain-made/c; ls -d /tmp/$h/lxplain-*
done
`;
    writeFileSync(join(folder, 'root/sbin/init'), script, { mode: 0o755 });
    const { status, stdout, stderr } = await start(['/sbin/init'], '', ram('/tmp'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(
      '/tmp/pids/lxplain-made\n/tmp/cpuset/lxplain-made\n/tmp/freezer/lxplain-made\n',
    );
    expect(names.map(below)).toEqual(before);
  },
);
