import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
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
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { printLxcConf } from '../../src/print/lxc-conf.ts';
import { lxcDomain } from '../arbitraries/lxc-domain.ts';
import { busybox } from '../tools.ts';

const noLxc =
  spawnSync('lxc-info', ['--version']).status === 0 ? undefined : 'needs lxc-info of lxc-tools';
const title = (text: string): string =>
  noLxc === undefined ? text : `${text} (skipped: ${noLxc})`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-lxc-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** lxc-info reads the config of a container, whether it runs or not, with the reader of lxc-start. */
function askLxc(name: string, config: string, key: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'config'), config);
  const { status, stdout, stderr } = spawnSync('lxc-info', ['-P', folder, '-n', name, '-c', key], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim() : `status ${status}: ${stderr}`;
}

const cases = join(import.meta.dirname, '../../golden/cases');

test.skipIf(noLxc !== undefined)(
  title('lxc-tools read what domxml-to-native prints for every golden domain'),
  async () => {
    let accepted = 0;
    for (const name of readdirSync(cases)) {
      const file = join(cases, name, 'domain.xml');
      if (!existsSync(file)) continue;
      const { domain } = await readDomain(file, readFileSync(file, 'utf8'));
      if (domain === undefined) continue;
      const { text } = printLxcConf(domain, file, {
        cgroups: 'both',
        host: { deviceNumbers: () => 'c 10:200', isFile: () => false },
      });
      expect(askLxc(name, text, 'lxc.uts.name'), name).toBe(`lxc.uts.name = ${domain.name.value}`);
      accepted++;
    }
    console.log(`lxc-info: ${accepted} configs accepted`);
    expect(accepted).toBeGreaterThanOrEqual(30);
  },
);

const noStart =
  noLxc ??
  (process.getuid?.() !== 0
    ? 'needs root'
    : busybox === undefined
      ? 'needs busybox-static'
      : undefined);

/**
 * What lxc cannot start, as libvirt cannot: a sysfs of the host's network in a user namespace; and what asks for processors
 * and disks of a larger machine than this may be, for bridges, for devices, or for namespaces of others.
 */
const unstartable: readonly string[] = [
  'hostdev-net',
  'devices',
  'idmap-host-network',
  'interfaces',
  'interfaces-idmap',
  'page-example-1',
  'page-example-2',
  'shared-namespaces',
  'shared-namespaces-idmap',
  'tuning',
  'tuning-not-enforced',
  'v2-devices',
  'v2-tuning',
];

test.skipIf(noStart !== undefined)(
  `lxc-start starts what domxml-to-native prints for at least 30 golden domains${noStart === undefined ? '' : ` (skipped: ${noStart})`}`,
  async () => {
    const lxcStart = spawnSync('which', ['lxc-start'], { encoding: 'utf8' }).stdout.trim();
    const started: string[] = [];
    chmodSync(folder, 0o755);
    // What the golden domains name, and a root with what they mount on.
    for (const path of [
      'srv/data/sub/below',
      'srv/shared',
      'srv/box/guest/root',
      'srv/box/res',
      'srv/box/root',
    ])
      makeFor(path);
    writeFileSync(join(folder, 'srv/file'), '');
    for (const path of ['bin', 'dev', 'proc', 'sys', 'etc', 'root', 'usr', 'tmp', 'data/sub'])
      makeFor(`rootfs/${path}`);
    for (const path of ['mnt/etc', 'opt/usr', 'srv', 'a', 'run', 'var']) makeFor(`rootfs/${path}`);
    copyFileSync(busybox!, join(folder, 'rootfs/bin/busybox'));
    rmSync(join(folder, 'rootfs/bin/true'), { force: true });
    symlinkSync('busybox', join(folder, 'rootfs/bin/true'));
    for (const name of readdirSync(cases)) {
      const file = join(cases, name, 'domain.xml');
      if (!existsSync(file) || name.startsWith('error-') || unstartable.includes(name)) continue;
      const { domain } = await readDomain(file, readFileSync(file, 'utf8'));
      const { text } = printLxcConf(domain!, file, {
        cgroups: 'both',
        host: { deviceNumbers: () => undefined, isFile: (path) => path.endsWith('/file') },
      });
      const config = join(folder, `${name}.conf`);
      const log = join(folder, `${name}.log`);
      writeFileSync(config, text.replaceAll(' /srv/', ` ${folder}/srv/`));
      const root = `lxc.rootfs.path=dir:${folder}/rootfs`;
      const { status } = spawnSync(
        lxcStart,
        // biome-ignore format: an option a pair
        ['-F', '-P', folder, '-n', `lxplain-${name}`, '-f', config, '-s', root, '-s', 'lxc.init.cmd=/bin/true', '-o', log],
        // Where newuidmap is found, that asks /etc/subuid, which is the machine's affair; root needs it not.
        { stdio: 'ignore', timeout: 20_000, env: { PATH: folder } },
      );
      const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
      expect({ name, status, said }).toEqual({ name, status: 0, said: '' });
      started.push(name);
    }
    console.log(`lxc-start: ${started.length} domains started`);
    expect(started.length).toBeGreaterThanOrEqual(30);
  },
);

const makeFor = (path: string) => mkdirSync(join(folder, path), { recursive: true });

test.skipIf(noLxc !== undefined)(title('lxc-tools read it for 60 random domains'), () => {
  for (const domain of fc.sample(lxcDomain, { numRuns: 60, seed: 3 })) {
    const { text } = printLxcConf(domain, 'domain.xml', {
      cgroups: 'both',
      host: { deviceNumbers: () => undefined, isFile: () => false },
    });
    const tty = `lxc.tty.max = ${domain.consoles.length}`;
    expect(askLxc('random', text, 'lxc.tty.max'), text).toBe(tty);
  }
});
