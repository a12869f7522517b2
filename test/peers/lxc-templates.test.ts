import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readXml } from '../../src/frontend/xml/read.ts';

const repository = join(import.meta.dirname, '../..');
const templates = '/usr/share/lxc/templates';
const includes = '/usr/share/lxc/config';
const missing = existsSync(join(templates, 'lxc-debian')) ? '' : ' (skipped: needs lxc-templates)';
const isRoot = process.getuid?.() === 0;
const noCreate =
  missing !== ''
    ? missing
    : !isRoot
      ? ' (skipped: needs root)'
      : spawnSync('lxc-create', ['--version']).status !== 0
        ? ' (skipped: needs lxc-create)'
        : spawnSync('which', ['busybox']).status !== 0
          ? ' (skipped: needs busybox-static)'
          : '';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-templates-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = (...args: string[]) =>
  spawnSync(join(repository, 'bin/lxplain'), args, { encoding: 'utf8', timeout: 30_000 });

/** The head that lxc-create puts before what a template adds: the defaults of the distribution. */
const defaults = existsSync('/etc/lxc/default.conf') ? readFileSync('/etc/lxc/default.conf') : '';

function newContainer(name: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, 'rootfs'), { recursive: true });
  writeFileSync(join(path, 'config'), defaults);
  return path;
}

/** Lines of a template, run by sh with the variables that its environment has there. */
function runLines(lines: readonly string[], path: string, more: Record<string, string> = {}): void {
  const variables = {
    LXC_NAME: 'box',
    LXC_PATH: path,
    LXC_CONF_FILE: join(path, 'config'),
    LXC_TEMPLATE_CONFIG: includes,
    LXC_HOOK_DIR: '/usr/share/lxc/hooks',
    ...more,
  };
  execFileSync('sh', ['-c', lines.join('\n')], { env: { PATH: '/usr/bin:/bin', ...variables } });
}

const template = (name: string): string[] =>
  readFileSync(join(templates, `lxc-${name}`), 'utf8').split('\n');

/** The function of a template that writes the config. */
function functionOf(lines: readonly string[], name: string): string[] {
  const start = lines.indexOf(`${name}()`);
  return lines.slice(start, lines.indexOf('}', start) + 1);
}

/** Converts, includes followed, and reads the answer. */
function convert(path: string): { readonly xml: string } {
  const config = join(path, 'config');
  const { status, stdout, stderr } = lxplain('domxml-from-native', 'lxc-tools', '--full', config);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const read = readXml('converted.xml', stdout);
  expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(read.domain).toBeDefined();
  return { xml: stdout };
}

test.skipIf(missing !== '')(`the config of the template debian converts${missing}`, () => {
  const path = newContainer('debian');
  const write = functionOf(template('debian'), 'copy_configuration');
  runLines([...write, `copy_configuration ${path} ${path}/rootfs box amd64 4`], path, {
    release: 'bookworm',
  });
  const { xml } = convert(path);
  expect(xml).toContain("<type arch='x86_64'>exe</type>");
  expect(xml.match(/<console/g)).toHaveLength(4);
  expect(xml).toContain("<mac_admin state='off'/>"); // of common.conf
  expect(xml).toContain('seccomp="/usr/share/lxc/config/common.seccomp"');
});

test.skipIf(missing !== '')(`the config of the template download converts${missing}`, () => {
  const path = newContainer('download');
  const own = template('download');
  const start = own.indexOf('## Add the container-specific config');
  const lines = own.slice(start + 1, own.indexOf(`} >> "\${LXC_PATH}/config"`, start) + 1);
  // What the metadata of an image holds.
  const distribution = `lxc.include = ${includes}/debian.common.conf
lxc.include = ${includes}/userns.conf
lxc.arch = linux64
`;
  writeFileSync(join(path, 'config'), distribution, { flag: 'a' });
  writeFileSync(join(path, 'fstab'), 'tmpfs run tmpfs size=8M 0 0\n');
  runLines(lines, path, { fstab: join(path, 'fstab') });
  expect(readFileSync(join(path, 'config'), 'utf8')).toContain(`lxc.mount.fstab = ${path}/fstab`);
  const { xml } = convert(path);
  expect(xml).toContain("<source usage='8192' units='KiB'/>");
  expect(xml).toContain("<capabilities policy='allow'/>"); // userns.conf clears the list
});

test.skipIf(missing !== '')(`the config of the template oci converts${missing}`, () => {
  const path = newContainer('oci');
  const lines = template('oci').filter((line) => /^ *echo "lxc\./.test(line) && !/DHCP/.test(line));
  expect(lines.length).toBeGreaterThan(8);
  runLines(
    lines.map((line) => line.replace(/\$\{uidgid\[\d\]\}/, '1000')),
    path,
    { entrypoint: '/bin/app "two words"', line: 'PATH=/bin', cwd: '/srv' },
  );
  const { xml } = convert(path);
  expect(xml).toContain('<init>/bin/app</init>');
  expect(xml).toContain('<initarg>two words</initarg>');
  expect(xml).toContain("<initenv name='PATH'>/bin</initenv>");
  expect(xml).toContain('<initdir>/srv</initdir>');
  expect(xml).toContain('<inituser>+1000</inituser>');
});

test.skipIf(noCreate !== '')(
  `what the template busybox makes converts, and starts${noCreate}`,
  () => {
    const name = 'lxplain-busybox';
    const defaultsFile = join(folder, 'default.conf');
    writeFileSync(defaultsFile, 'lxc.net.0.type = empty\n');
    execFileSync('lxc-create', ['-P', folder, '-n', name, '-f', defaultsFile, '-t', 'busybox']);
    const config = join(folder, name, 'config');
    const { xml } = convert(join(folder, name));
    expect(xml).toContain('<privnet/>');
    expect(xml.match(/<console/g)).toHaveLength(5);
    const created = lxplain('create', config);
    try {
      expect(created.stdout).toBe(`Domain '${name}' created from ${config}\n\n`);
      expect(created.status).toBe(0);
      expect(lxplain('list', '--name').stdout.split('\n')).toContain(name);
    } finally {
      lxplain('destroy', name);
    }
    expect(lxplain('list', '--name').stdout.split('\n')).not.toContain(name);
  },
);
