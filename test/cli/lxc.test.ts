import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';

const repository = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-lxc-'));
  execFileSync('mkfifo', [join(folder, 'fifo.conf')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), args, {
    encoding: 'latin1',
    timeout: HANGS_MS,
  });
  return { status, stdout, stderr };
};
const convert = (...args: string[]) => lxplain('domxml-from-native', 'lxc-tools', ...args);

const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const box = (...lines: string[]) =>
  ['lxc.uts.name = box', 'lxc.rootfs.path = dir:/srv/box', ...lines, ''].join('\n');
const limited = (...lines: string[]) => box('lxc.cgroup.memory.limit_in_bytes = 64M', ...lines);

test('without a name it is that of the folder, also from inside of it', () => {
  mkdirSync(join(folder, 'jar'));
  write('jar/config', 'lxc.rootfs.path = dir:/srv/jar\n');
  const { status, stdout } = spawnSync(
    join(repository, 'bin/lxplain'),
    ['domxml-from-native', 'lxc-tools', 'config'],
    { cwd: join(folder, 'jar'), encoding: 'utf8' },
  );
  expect(stdout).toContain('<name>jar</name>');
  expect(status).toBe(0);
});

describe('bad input: a diagnostic each, status 1, nothing on stdout', () => {
  const atLine = (line: number) => new RegExp(`\\.conf:${line}:\\d+: error: `);
  test.each([
    ['missing.conf', undefined, /file\/unreadable/],
    ['', undefined, /file\/not-regular/],
    ['fifo.conf', undefined, /file\/not-regular/],
    ['../../dev/zero', undefined, /file\/not-regular/],
    ['../../proc/self/mem', undefined, /cannot read '.*': EIO \[file\/unreadable\]/],
    ['large.conf', Buffer.alloc(100 * 1024 * 1024, 32), /file\/too-large/],
    ['nul.conf', box('lxc.tty.max = \0'), atLine(3)],
    ['utf8.conf', Buffer.from(box('lxc.group = \xff'), 'latin1'), atLine(3)],
    ['control.conf', box('lxc.group = \x01'), atLine(3)],
    ['no-assignment.conf', box('lxc.tty.max'), atLine(3)],
    ['range.conf', box('lxc.tty.max = 4294967296'), atLine(3)],
    ['signal.conf', box('lxc.signal.halt = -7'), atLine(3)],
    ['unknown.conf', box('lxc.cap.dorp = x'), atLine(3)],
    ['mixed.conf', box('lxc.network.type = veth'), atLine(3)],
    ['index.conf', box('lxc.net.99999999.type = veth'), atLine(3)],
    ['index-alone.conf', box('lxc.net.99999999.type'), atLine(3)],
    ['overlay.conf', 'lxc.uts.name = a\nlxc.rootfs.path = overlay:/a:/b\n', atLine(2)],
    ['zfs.conf', 'lxc.uts.name = a\nlxc.rootfs.path = zfs:tank/box\n', /lxc\/root-unsupported/],
    ['no-name.conf', 'lxc.rootfs.path = /srv/box\n', /lxc\/no-name/],
    ['slash.conf', 'lxc.uts.name = a/b\n', atLine(1)],
    ['empty.conf', '', /lxc\/no-name/],
    ['lines.conf', 'lxc.group = a\n'.repeat(60_000), /lxc\/too-many-lines/],
    ['faults.conf', 'lxc.x\n'.repeat(500), /lxc\/too-many-faults/],
    ['ttys.conf', box('lxc.tty.max = 4294967295'), atLine(3)],
  ] as const)('%s', (name, content, expected) => {
    const path = content === undefined ? join(folder, name) : write(name, content);
    const { status, stdout, stderr } = convert(path);
    expect(stderr).toMatch(expected);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.length).toBeLessThan(100_000);
  });

  test('one line at fault is one diagnostic, and the others are told of as well', () => {
    const { stderr } = convert(write('many.conf', box('lxc.a', 'lxc.tty.max = x', 'lxc.b = 1')));
    expect(stderr.match(/: error: /g)).toHaveLength(3);
  });

  test('a misspelt key names the one that was meant', () => {
    const { stderr } = convert(write('meant.conf', box('lxc.utsnam = x', 'lxc.net.0.lin = br0')));
    expect(stderr).toContain("did you mean 'lxc.utsname'?");
    expect(stderr).toContain("did you mean 'lxc.net.0.link'?");
  });
});

describe('included files', () => {
  test('of itself, in a circle, missing, too deep, of others: diagnostics at the line', () => {
    const self = join(folder, 'self.conf');
    const other = join(folder, 'other.conf');
    const deep = (n: number) => join(folder, `deep${n}.conf`);
    for (let n = 0; n < 40; n++) write(`deep${n}.conf`, box(`lxc.include = ${deep(n + 1)}`));
    write('deep40.conf', box());
    symlinkSync('loop', join(folder, 'loop'));
    write('writable.conf', box());
    execFileSync('chmod', ['o+w', join(folder, 'writable.conf')]);
    for (const [name, include, code] of [
      ['self.conf', self, 'lxc/include-cycle'],
      ['circle.conf', other, 'lxc/include-cycle'],
      ['missing.conf', join(folder, 'nothing.conf'), 'lxc/include-missing'],
      ['deep.conf', deep(0), 'lxc/include-too-deep'],
      ['fifo-included.conf', join(folder, 'fifo.conf'), 'lxc/include-refused'],
      ['zero.conf', '/dev/zero', 'lxc/include-refused'],
      ['below-file.conf', join(folder, 'writable.conf/x'), 'lxc/include-refused'],
      ['long.conf', `/${'a'.repeat(300)}`, 'lxc/include-refused'],
      ['loop.conf', join(folder, 'loop'), 'lxc/include-refused'],
      ['writable-included.conf', join(folder, 'writable.conf'), 'lxc/include-refused'],
    ] as const) {
      write('other.conf', box(`lxc.include = ${join(folder, 'circle.conf')}`));
      const { status, stdout, stderr } = convert(
        '--full',
        write(name, box(`lxc.include = ${include}`)),
      );
      expect(stderr, name).toContain(`[${code}]`);
      expect(stderr, name).toMatch(/\.conf:3:\d+: error: /);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    }
  });

  test('a link to itself is seen as well; the same file twice is no circle', () => {
    const path = join(folder, 'linked.conf');
    symlinkSync(path, join(folder, 'link.conf'));
    write('linked.conf', box(`lxc.include = ${join(folder, 'link.conf')}`));
    expect(convert('--full', path).stderr).toContain('[lxc/include-cycle]');
    const common = write('common.conf', 'lxc.tty.max = 1\n');
    const twice = write(
      'twice.conf',
      limited(`lxc.include = ${common}`, `lxc.include = ${common}`),
    );
    expect(convert('--full', twice).status).toBe(0);
  });

  test('a folder gives its *.conf files in order, and a missing one gives none', () => {
    mkdirSync(join(folder, 'some.d'));
    write('some.d/b.conf', 'lxc.tty.max = 2\n');
    write('some.d/a.conf', 'lxc.tty.max = 1\n');
    write('some.d/README', 'lxc.tty.max = 9\n');
    const include = `lxc.include = ${join(folder, 'some.d')}`;
    const { stdout } = convert('--full', write('folder.conf', limited(include, `${include}ing/`)));
    expect(stdout.match(/<console/g)).toHaveLength(2);
    const rooted = write('rooted.conf', limited('lxc.include = /some.d/'));
    expect(convert('--full', '--root', folder, rooted).stdout.match(/<console/g)).toHaveLength(2);
  });
});

describe('options', () => {
  test('--uuid, and a random one without it', () => {
    const path = write('uuid.conf', limited());
    const uuid = '3c7e5f2a-1d0b-4c9e-8a61-0123456789ab';
    expect(convert('--uuid', uuid.replaceAll('-', ''), path).stdout).toContain(`<uuid>${uuid}<`);
    expect(convert(path).stdout).not.toBe(convert(path).stdout);
    expect(convert('--uuid', 'x', path)).toMatchObject({ status: 1, stdout: '' });
  });

  test('--strict fails if a line is lost, and only then', () => {
    expect(convert('--strict', write('kept.conf', limited('lxc.pty.max = 1'))).status).toBe(0);
    const lost = write('lost.conf', limited('lxc.sched.core = 1'));
    expect(convert(lost)).toMatchObject({
      status: 0,
      stderr:
        `${lost}:4:1: lost (security): lxc.sched.core: domain XML has no core scheduling\n` +
        '3 lines kept, 0 changed, 1 lost (1 security)\n',
    });
    expect(convert('--strict', lost)).toMatchObject({ status: 1, stdout: '' });
  });

  test('--report json tells all lines', () => {
    const path = write('json.conf', limited('lxc.pty.max = 1', 'lxc.sched.core = 1'));
    const { stderr } = convert('--report', 'json', path);
    expect(JSON.parse(stderr)).toEqual({
      version: 1,
      files: [
        {
          file: path,
          converted: true,
          counts: { kept: 4, changed: 0, lost: 1, security: 1, accepted: 0 },
          ledger: [
            expect.objectContaining({ fate: 'unneeded', subject: 'lxc.pty.max', line: 4 }),
            expect.objectContaining({
              fate: 'lost',
              concern: 'security',
              subject: 'lxc.sched.core',
              line: 5,
              column: 1,
            }),
          ],
          diagnostics: [],
        },
      ],
    });
  });

  test('the default of 64 MiB is told', () => {
    const { stdout, stderr } = convert(write('default.conf', box()));
    expect(stdout).toContain("<memory unit='KiB'>65536</memory>");
    expect(stderr).toContain('libvirt takes 64 MiB');
    const full = convert('--full', '--host-memory', '2G', write('default.conf', box()));
    expect(full.stdout).toContain("<memory unit='KiB'>2097152</memory>");
  });

  test('--libvirt-quirks: both streams and the status are those of virsh', () => {
    const quirks = (...args: string[]) =>
      lxplain('domxml-from-native', '--libvirt-quirks', ...args);
    const missing = join(folder, 'nothing.conf');
    expect(quirks('lxc-tools', missing)).toEqual({
      status: 1,
      stdout: '\n',
      stderr: `error: Failed to open file '${missing}': No such file or directory\n`,
    });
    expect(quirks('lxc-tools', folder).stderr).toBe(
      `error: Failed to read file '${folder}': Is a directory\n`,
    );
    const path = write('quirks.conf', box('lxc.hook.pre-start = /x'));
    expect(quirks('LXC', path).stderr).toBe(
      'error: invalid argument: unsupported config type LXC\n',
    );
    expect(quirks('lxc-tools', path).stderr).toBe(
      'error: configuration file syntax error: memory conf:3: expecting an assignment\n',
    );
    expect(quirks('--format', 'lxc-tools', '--config', path).status).toBe(1);
    expect(quirks('lxc-tools').stderr).toBe(
      "error: command 'domxml-from-native' requires <config> option\n",
    );
    expect(quirks('lxc-tools', path, missing)).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: unexpected data '${missing}'\n`,
    });
    for (const option of ['--full', '--strict', '--report=json', `--output=${missing}`]) {
      expect(quirks('lxc-tools', path, option)).toMatchObject({ status: 1, stdout: '' });
    }
    const latin = Buffer.from('lxc.utsname = b\xe9x\nlxc.rootfs = /\n', 'latin1');
    const { status, stdout } = quirks('lxc-tools', write('latin.conf', latin));
    expect(status).toBe(0);
    expect(stdout).toContain('<name>b\xe9x</name>');
    expect(stdout.endsWith('</domain>\n\n')).toBe(true);
  });
});

describe('the report', () => {
  const mixed = () =>
    write(
      'mixed.conf',
      box(
        'lxc.hook.start = /x',
        'lxc.mount.entry = /a b none bind,optional 0 0',
        'lxc.sched.core = 1',
        'lxc.mount.entry = /c d none bind,nosuid,optional 0 0',
        'lxc.pty.max = 1',
      ),
    );

  test('what is lost for security comes first, each line once, and counts come last', () => {
    const path = mixed();
    const { stderr } = convert(path);
    const lines = stderr.trimEnd().split('\n');
    const head = (line: string) => line.split(': ').slice(0, 2).join(': ').replace(`${path}:`, '');
    expect(lines.map(head)).toEqual([
      '5:1: lost (security)',
      '6:1: lost (security)',
      '3:1: lost',
      '4:1: changed',
      ' changed',
      '3 lines kept, 2 changed, 3 lost (2 security)',
    ]);
    expect(lines[1]).toMatch(/nosuid it allows more; changed: optional is lost/);
  });

  test('lines of what a distribution includes are one line for each file, but for -v', () => {
    const root = join(folder, 'rooted');
    mkdirSync(join(root, 'usr/share/lxc/config'), { recursive: true });
    write(
      'rooted/usr/share/lxc/config/common.conf',
      'lxc.sched.core = 1\nlxc.hook.start = /b\nlxc.tty.dir = lxc\n',
    );
    const path = write('folds.conf', limited('lxc.include = /usr/share/lxc/config/common.conf'));
    const args = ['--full', '--root', root, path];
    const common = `${root}/usr/share/lxc/config/common.conf`;
    const counts = '4 lines kept, 0 changed, 3 lost (1 security)\n';
    expect(convert(...args).stderr).toBe(
      `${common}: lost (security): lxc.sched.core; 2 lines lost or changed (-v tells each)\n${counts}`,
    );
    const { stderr } = convert('-v', ...args);
    expect(stderr.match(/common\.conf:\d:1: lost/g)).toHaveLength(3);
    expect(stderr.endsWith(counts)).toBe(true);
  });

  test('what is accepted is counted and not printed, and does not fail --strict', () => {
    const path = mixed();
    const list = join(folder, 'accepted');
    expect(convert('--strict', path).status).toBe(1);
    const made = convert('--strict', '--accept', list, '--write-accept', path);
    expect(made.status).toBe(0);
    expect(made.stderr).toBe(convert(path).stderr);
    expect(readFileSync(list, 'utf8')).toContain('\nkey/lost lxc.sched.core = 1\n');
    const { status, stderr } = convert('--strict', '--accept', list, path);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: '3 lines kept, 0 changed, 0 lost, 5 accepted\n',
    });
    // Other lines before it do not matter; another value does.
    const text = readFileSync(path, 'utf8');
    const moved = write('moved.conf', `\n\n${text}`);
    expect(convert('--strict', '--accept', list, moved).status).toBe(0);
    const other = write('other.conf', text.replace('nosuid', 'nodev'));
    expect(convert('--strict', '--accept', list, other)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^\S+:6:1: lost \(security\).*1 line is lost/s),
    });
    const json = JSON.parse(convert('--report', 'json', '--accept', list, path).stderr);
    expect(json.files[0].counts).toMatchObject({ lost: 0, accepted: 5 });
    expect(convert('--write-accept', path).stderr).toContain('[cli/needs-accept]');
    expect(convert('--accept', write('bad.list', 'nothing\n'), path).stderr).toMatch(
      /bad\.list:1:1: error: .*\[cli\/bad-accept\]/s,
    );
    expect(convert('--accept', join(folder, 'no.list'), path).stderr).toContain('ENOENT');
  });

  test('a loss of security is marked in every mode and by every command', () => {
    const path = write('secure.conf', limited('lxc.mount.entry = proc proc proc hidepid=2 0 0'));
    const mark = `${path}:4:1: lost (security): lxc.mount.entry`;
    expect(convert(path).stderr).toContain(mark);
    expect(convert('--full', path).stderr).toContain(mark);
    const quirks = lxplain('domxml-from-native', '--libvirt-quirks', 'lxc-tools', path);
    expect(quirks).toMatchObject({ status: 0, stderr: expect.stringContaining(mark) });
    const plain = write(
      'insecure.conf',
      'lxc.uts.name = x\nlxc.init.cmd = /bin/sh\nlxc.mount.entry = proc proc proc hidepid=2 0 0\n',
    );
    for (const command of ['plan', 'check', 'explain']) {
      const args = command === 'explain' ? [plain, '3'] : [plain];
      const { stderr, stdout } = lxplain(command, ...args);
      expect(stderr + stdout, command).toContain('lost (security)');
    }
    expect(lxplain('check', '--strict', plain).status).toBe(1);
    expect(lxplain('compile', plain, '-o', join(folder, 'insecure')).stderr).toContain(
      'lxc.mount.entry: lost (security): libvirt mounts it itself, without hidepid=2',
    );
  });

  test('--libvirt-quirks tells of an overlay that becomes a bind, and of the network of the host', () => {
    const overlay = 'lxc.mount.entry = /low m overlay lowerdir=/low,upperdir=/u,workdir=/w 0 0';
    const path = write('quirky.conf', box('lxc.net.0.type = empty', overlay));
    const { stderr, stdout } = lxplain('domxml-from-native', '--libvirt-quirks', 'lxc-tools', path);
    expect(stdout).toContain("<source dir='/low'/>");
    expect(stderr).toMatch(
      /:4:1: lost \(security\): .*binds the source of this overlay.*\n.*network of the host\n$/,
    );
  });

  test('--lxc-version: init of lxc 5 and 6, and both generations of keys with 2.1', () => {
    const path = write('quoted.conf', limited('lxc.init.cmd = /bin/sh -c "exit 0"'));
    expect(convert('--full', path).stdout).toContain('<initarg>&quot;exit</initarg>');
    expect(convert('--full', path).stderr).toContain('--lxc-version 6');
    const six = convert('--full', '--lxc-version', '6', path);
    expect(six.stdout).toContain('<initarg>exit 0</initarg>');
    const both = write('both.conf', 'lxc.rootfs.path = dir:/srv/box\nlxc.utsname = box\n');
    expect(convert(both).stderr).toContain('--lxc-version 2.1');
    expect(convert('--lxc-version', '2.1', both).stdout).toContain('<name>box</name>');
    expect(convert('--lxc-version', '4', both).status).toBe(1);
  });
});

describe('many files', () => {
  test('a bad one does not stop the rest', () => {
    const out = join(folder, 'out');
    mkdirSync(join(folder, 'third'));
    const files = [
      write('first.conf', limited()),
      write('second.conf', 'lxc.tty.max = x\n'),
      write('third/config', 'lxc.rootfs.path = /srv/third\n'),
    ];
    const { status, stdout, stderr } = convert(...files, '-o', out);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(readdirSync(out).sort()).toEqual(['first.xml', 'third.xml']);
    expect(readFileSync(join(out, 'third.xml'), 'utf8')).toContain('<name>third</name>');
    expect(stderr).toMatch(/2 of 3 converted, 1 refused; \d+ lines kept, \d+ changed, 0 lost\n$/);
    expect(stderr).not.toContain('\r');
  });

  test('a terminal shows how far it is', () => {
    const files = [write('first.conf', limited()), write('second.conf', limited())];
    const command = [join(repository, 'bin/lxplain'), 'domxml-from-native', 'lxc-tools', ...files];
    const out = join(folder, 'terminal');
    const { stdout } = spawnSync(
      'script',
      ['-qec', `${command.join(' ')} -o ${out}`, '/dev/null'],
      {
        encoding: 'utf8',
        input: '',
      },
    );
    expect(stdout).toContain('[2/2] ');
    expect(stdout).toContain('2 of 2 converted, 0 refused');
  });

  test('no file is an error', () => {
    expect(convert()).toMatchObject({ status: 1, stdout: '' });
  });

  test('two files for one target, and no target, are refused', () => {
    const first = write('first.conf', limited());
    expect(convert(first, first, '-o', join(folder, 'out2'))).toMatchObject({ status: 1 });
    expect(convert(first, first)).toMatchObject({ status: 1, stdout: '' });
  });

  test('two files into a file are refused', () => {
    const [first, second] = [write('a.conf', limited()), write('b.conf', limited())];
    const { status, stderr } = convert(first, second, '-o', first);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `error: cannot write '${first}': EEXIST [file/unwritable]\n`,
    });
  });

  test('a folder that cannot be made is an error', () => {
    const [first, second] = [write('a.conf', limited()), write('b.conf', limited())];
    for (const out of ['/proc/lxplain/out', join(first, 'out')]) {
      const { status, stderr } = convert(first, second, '-o', out);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^error: cannot write '.*': (ENOENT|ENOTDIR|EEXIST) /);
    }
    const deep = join(folder, 'deep/er/out');
    expect(convert(first, second, '-o', deep).status).toBe(0);
    expect(readdirSync(deep).sort()).toEqual(['a.xml', 'b.xml']);
  });

  test('a config is named after its folder, also from inside of it', () => {
    mkdirSync(join(folder, 'fourth'), { recursive: true });
    write('fourth/config', limited());
    const program = join(repository, 'bin/lxplain');
    const args = ['domxml-from-native', 'lxc-tools', 'config', '-o', '..'];
    spawnSync(program, args, { cwd: join(folder, 'fourth') });
    expect(readFileSync(join(folder, 'fourth.xml'), 'utf8')).toContain('<name>box</name>');
  });

  test('one file to a file', () => {
    const target = join(folder, 'one.xml');
    expect(convert(write('one.conf', limited()), '-o', target).status).toBe(0);
    expect(readFileSync(target, 'utf8')).toMatch(/^<domain type='lxc'>[\s\S]*<\/domain>\n$/);
  });
});

describe('a config wherever a domain file is read', () => {
  const config = () => write('plain.conf', 'lxc.uts.name = plain\nlxc.init.cmd = /bin/sh\n');

  test('plan, explain, check, facts and compile', () => {
    expect(lxplain('plan', config()).stdout).toMatch(/^plain: \d+ steps/);
    expect(lxplain('explain', config(), '3').stdout).toContain('state.lock');
    expect(lxplain('check', config()).status).toBe(0);
    expect(JSON.parse(lxplain('facts', config()).stdout).rootPaths['/']).toHaveProperty('/bin/sh');
    const program = join(folder, 'plain');
    expect(lxplain('compile', config(), '-o', program).status).toBe(0);
    expect(lxplain('inspect', program, '--xml').stdout).toContain('<name>plain</name>');
  });

  test('its plan is that of its XML', () => {
    const path = config();
    // The UUID of the XML is a random one, that of the config follows from its name.
    const printed = convert('--full', path).stdout.replace(/<uuid>.*<\/uuid>/, '');
    const xml = write('plain.xml', printed);
    const steps = (file: string) =>
      JSON.parse(lxplain('plan', file, '--json').stdout).steps.map(
        ({ origin: _, ...step }: { origin: unknown }) => step,
      );
    expect(steps(path)).toEqual(steps(xml));
  });

  test('format refuses what has no lines of KEY = VALUE, and warns of unknown keys', () => {
    for (const [name, text, place] of [
      ['format-nul.conf', box('lxc.tty.max = \0'), ':3:15: error: a NUL byte'],
      ['format-long.conf', '\n'.repeat(6000) + box(), ':1:1: error: more than 1500 lines'],
      ['format-broken.conf', box('  lxc.tty.max'), ":3:3: error: 'lxc.tty.max' has no value"],
    ] as const) {
      const path = write(name, text);
      const { status, stdout, stderr } = lxplain('format', '-w', path);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(path + place);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    const text = box('lxc.cap.dorp = kill', 'lxc.hook =', 'lxc.network.lnik = x');
    const { status, stdout, stderr } = lxplain('format', write('format-unknown.conf', text));
    expect(status).toBe(0);
    expect(stdout).toContain('lxc.cap.dorp = kill');
    expect(stderr).toContain("help: did you mean 'lxc.cap.drop'?");
    expect(stderr.match(/warning: /g)).toHaveLength(2);
  });

  test('format gives the keys of today, also in place', () => {
    const path = write('old.conf', '# note\nlxc.utsname = box\n');
    expect(lxplain('format', path).stdout).toBe('# note\nlxc.uts.name = box\n');
    expect(lxplain('format', '--write', path).stdout).toBe('');
    expect(readFileSync(path, 'utf8')).toBe('# note\nlxc.uts.name = box\n');
  });
});

describe('domxml-to-native', () => {
  test('prints a config, and tells what is not in it', () => {
    const xml = write(
      'native.xml',
      `<domain type='lxc'><name>box</name><memory unit='MiB'>64</memory>
<os><type>exe</type><init>/bin/sh</init></os><on_reboot>destroy</on_reboot></domain>`,
    );
    const { status, stdout, stderr } = lxplain('domxml-to-native', 'lxc-tools', '--xml', xml);
    expect(status).toBe(0);
    expect(stdout).toContain('lxc.uts.name = box\n');
    expect(stdout).toContain('lxc.cgroup2.memory.max = 67108864\n');
    expect(stderr).toContain(`${xml}:2:`);
    expect(stderr).toContain('lost: <on_reboot>');
    const strict = lxplain('domxml-to-native', 'lxc-tools', '--xml', xml, '--strict');
    expect(strict).toMatchObject({ status: 1, stdout: '' });
    const v1 = lxplain('domxml-to-native', 'lxc-tools', '--xml', xml, '--cgroups', 'v1');
    expect(v1.stdout).not.toContain('cgroup2');
  });

  test('refuses what it cannot read', () => {
    for (const args of [
      ['lxc-tools'],
      ['qemu-argv', '--xml', 'x'],
      ['lxc-tools', 'no-such-domain'],
      ['lxc-tools', '--xml', join(folder, 'nothing.xml')],
      ['lxc-tools', '--xml', write('bad.xml', '<domain/>')],
    ]) {
      expect(lxplain('domxml-to-native', ...args)).toMatchObject({ status: 1, stdout: '' });
    }
  });
});
