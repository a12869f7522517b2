import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busybox } from '../tools.ts';

/**
 * Both packages, installed in a root that has Node, a shell and nothing else: no compiler, no network, no checkout. The
 * host's /proc, /sys and /dev are bound there, as a plan is made of what they say.
 */
const repository = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lxplain-install-'));
afterAll(() => rmSync(folder, { recursive: true }));

const npmFolder = [
  join(dirname(process.execPath), '../lib/node_modules/npm'),
  '/usr/share/nodejs/npm',
].find((path) => existsSync(path));
const namespaces = spawnSync('unshare', ['--mount', 'true']);
const missing =
  process.getuid?.() !== 0 || namespaces.status !== 0
    ? 'needs root and a mount namespace'
    : busybox === undefined
      ? 'needs a static busybox'
      : undefined;

const run = (command: string, args: readonly string[], cwd = repository) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
  return stdout;
};

/** `npm pack` of a folder, as it is: dist has been built. */
function pack(path: string): string {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, path];
  const [{ filename }] = JSON.parse(run('npm', args));
  return join(folder, filename);
}

function emptyRoot(name: string): string {
  const root = join(folder, name);
  for (const path of ['bin', 'usr/bin', 'proc', 'sys', 'dev', 'tmp', 'root', 'etc', 'run']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  copyFileSync(busybox ?? '', join(root, 'bin/busybox'));
  for (const tool of ['sh', 'readlink', 'rm', 'env', 'cat'])
    symlinkSync('busybox', join(root, 'bin', tool));
  const libraries = run('ldd', [process.execPath]).match(/\/\S+/g) ?? [];
  for (const file of libraries.filter((path) => existsSync(path))) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(realpathSync(file), join(root, file));
  }
  copyFileSync(realpathSync(process.execPath), join(root, 'usr/bin/node'));
  chmodSync(join(root, 'usr/bin/node'), 0o755);
  return root;
}

/** Runs a script of the host's shell where /proc, /sys and /dev are also in the root. */
function withMounts(root: string, script: string, ...args: readonly string[]) {
  const mounts = ['proc', 'sys', 'dev'].map((path) => `mount --rbind /${path} ${root}/${path}`);
  const whole = [...mounts, script].join(' && ');
  const command = ['--mount', '--propagation', 'private', 'sh', '-c', whole, root, ...args];
  const { status, stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Runs a command in the root, and knows nothing of the host's environment. */
const inRoot = (root: string, command: string) =>
  withMounts(
    root,
    'exec chroot "$0" /bin/env -i PATH=/usr/bin:/bin HOME=/root sh -c "$1"',
    command,
  );

/** dpkg of the host; Node is in the root, though not as a package. */
function dpkg(root: string, ...args: readonly string[]): void {
  const { status, stderr } = withMounts(root, 'dpkg --root "$0" --force-depends "$@"', ...args);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
}

const readme = readFileSync(join(repository, 'README.md'), 'utf8');

/** The first commands of the README, as a user types them beside its examples. */
const firstCommands = [...readme.matchAll(/^[#$] (?:bin\/)?(lxplain .*?)(?: {2,}#.*)?$/gm)]
  .slice(0, 3)
  .map(([, command = '']) => command);

function runsTheReadme(root: string): void {
  cpSync(join(repository, 'examples'), join(root, 'root/examples'), { recursive: true });
  expect(firstCommands).toHaveLength(3);
  for (const command of firstCommands) {
    const { status, stdout, stderr } = inRoot(root, `cd /root && ${command}`);
    const errors = stderr.split('\n').filter((line) => /\berror: |^ {4}at /.test(line));
    expect({ command, status, errors }).toEqual({ command, status: 0, errors: [] });
    expect(`${stdout}${stderr}`.length).toBeGreaterThan(100);
  }
  rmSync(join(root, 'root/examples'), { recursive: true });
}

const commandsOf = (bin: string, root: string) =>
  inRoot(root, `${bin} completion bash`)
    .stdout.match(/_lxplain_words plan explain [a-z -]+/)?.[0]
    .split(' ')
    .slice(1, -1) ?? [];

describe.skipIf(missing !== undefined)(missing ?? 'in an empty root', () => {
  let packed: string;
  beforeAll(() => {
    packed = pack(repository);
  });

  test('the package is small, and has neither tests nor sources', () => {
    expect(statSync(packed).size).toBeLessThan(2_000_000);
    const files = run('tar', ['-tzf', packed]).trim().split('\n');
    const folders = new Set(files.map((file) => file.split('/').slice(1, -1).join('/')));
    expect([...folders].sort()).toEqual([
      '',
      'bin',
      'dist',
      'dist/completion/bash',
      'dist/completion/fish',
      'dist/completion/zsh',
      'dist/man',
      'examples',
      'plans',
    ]);
    expect(files.filter((file) => /\.(ts|cache|deb)$/.test(file))).toEqual([]);
  });

  test.skipIf(npmFolder === undefined)('npm i -g, without network', () => {
    const root = emptyRoot('npm');
    cpSync(npmFolder ?? '', join(root, 'usr/lib/node_modules/npm'), {
      recursive: true,
      dereference: true,
    });
    writeFileSync(
      join(root, 'usr/bin/npm'),
      "#!/usr/bin/node\nrequire('/usr/lib/node_modules/npm/lib/cli.js')(process);\n",
      { mode: 0o755 },
    );
    symlinkSync('/bin/env', join(root, 'usr/bin/env'));
    // What npm would fetch: koffi and its native part.
    const natives = readdirSync(join(repository, 'node_modules/@koromix'));
    const needed = ['koffi', ...natives.map((name) => `@koromix/${name}`)].map((name) =>
      pack(join(repository, 'node_modules', name)),
    );
    for (const file of [packed, ...needed]) copyFileSync(file, join(root, 'root', basename(file)));
    const { status, stderr } = inRoot(
      root,
      'cd /root && npm i -g --offline --no-update-notifier --prefix /usr ./*.tgz',
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(inRoot(root, 'lxplain --version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
    runsTheReadme(root);
    // koffi's native part works: `list` asks for locks.
    expect(inRoot(root, 'lxplain list').status).toBe(0);
    for (const command of commandsOf('lxplain', root))
      expect(existsSync(join(root, `usr/share/man/man1/lxplain-${command}.1`)), command).toBe(true);
    expect(
      readdirSync(join(root, 'usr/lib/node_modules/lxplain/dist')).filter((name) =>
        name.endsWith('.cache'),
      ),
    ).toContain('plan.main.cache');
  });

  const noDpkg = spawnSync('which', ['dpkg-deb']).status !== 0;
  test.skipIf(noDpkg)('the Debian package, installed and removed', () => {
    const architecture = process.arch === 'x64' ? 'amd64' : 'arm64';
    const file = run(process.execPath, ['scripts/deb.mjs', architecture]).trim();
    const root = emptyRoot('deb');
    for (const path of ['info', 'updates', 'triggers'])
      mkdirSync(join(root, 'var/lib/dpkg', path), { recursive: true });
    writeFileSync(join(root, 'var/lib/dpkg/status'), '');
    const before = run('find', [root, '!', '-path', '*/var/lib/dpkg*']);
    dpkg(root, '-i', join(repository, file));
    expect(inRoot(root, 'lxplain --version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
    runsTheReadme(root);
    expect(inRoot(root, 'lxplain list').status).toBe(0);
    for (const command of commandsOf('lxplain', root))
      expect(existsSync(join(root, `usr/share/man/man1/lxplain-${command}.1.gz`)), command).toBe(
        true,
      );
    for (const path of [
      'usr/share/bash-completion/completions/lxplain',
      'usr/share/zsh/vendor-completions/_lxplain',
      'usr/share/fish/vendor_completions.d/lxplain.fish',
      'usr/share/lxplain/plan.schema.json',
      'usr/lib/lxplain/dist/plan.main.cache',
    ])
      expect(existsSync(join(root, path)), path).toBe(true);
    dpkg(root, '-r', 'lxplain');
    expect(run('find', [root, '!', '-path', '*/var/lib/dpkg*'])).toBe(before);
  });
});
