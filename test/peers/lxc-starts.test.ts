import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noHost } from '../../src/frontend/lxc/host.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';
import { busybox } from '../tools.ts';

const skipped =
  spawnSync('lxc-start', ['--version']).status !== 0
    ? 'needs lxc-start of lxc-tools'
    : process.getuid?.() !== 0
      ? 'needs root'
      : busybox === undefined
        ? 'needs busybox-static'
        : !existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')
          ? 'needs the memory controller of cgroup v1'
          : undefined;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-starts-'));
  if (busybox === undefined) return;
  for (const path of ['bin', 'dev', 'proc', 'sys', 'srv'])
    mkdirSync(join(folder, 'root', path), { recursive: true });
  mkdirSync(join(folder, 'source'));
  copyFileSync(busybox, join(folder, 'root/bin/sh'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const base = () => [
  'lxc.uts.name = box',
  `lxc.rootfs.path = dir:${folder}/root`,
  'lxc.apparmor.profile = unconfined',
  'lxc.tty.max = 1',
];

/** What init says of itself, or undefined if the container does not start. */
function start(name: string, lines: readonly string[]): string | undefined {
  const config = join(folder, 'config');
  const said = join(folder, 'root/said');
  rmSync(said, { force: true });
  writeFileSync(config, [...base(), ...lines, ''].join('\n'));
  const args = ['-F', '-P', folder, '-n', `lxplain-${name}`, '-f', config];
  const { status } = spawnSync('lxc-start', args, { stdio: 'ignore', timeout: 20_000 });
  return status === 0 ? (existsSync(said) ? readFileSync(said, 'utf8') : '') : undefined;
}

const INIT = 'lxc.init.cmd = /bin/sh -c exit';
const entry = (options: string) => `lxc.mount.entry = ${folder}/source srv ${options} 0 0`;

const cases: readonly (readonly [name: string, lines: () => readonly string[]])[] = [
  ['bind', () => [entry('none bind')]],
  ['bind of a type', () => [entry('ext4 bind')]],
  ['none without bind', () => [entry('none ro')]],
  ['none without bind, optional', () => [entry('none ro,optional')]],
  ['tmpfs of the kernel', () => ['lxc.mount.entry = tmpfs srv tmpfs size=0x100000 0 0']],
  ['tmpfs of libvirt', () => ['lxc.mount.entry = tmpfs srv tmpfs size=64MB 0 0']],
  ['memory of the kernel', () => ['lxc.cgroup.memory.limit_in_bytes = 0x10000000']],
  ['memory of libvirt', () => ['lxc.cgroup.memory.limit_in_bytes = 256MB']],
  ['memory of v2', () => ['lxc.cgroup.memory.limit_in_bytes = max']],
  ['no memory limit', () => ['lxc.cgroup.memory.limit_in_bytes = -1']],
  ['network without type', () => ['lxc.net.1.flags = up']],
  ['type behind a key', () => ['lxc.net.1.mtu = 1500', 'lxc.net.1.type = empty']],
  ['mask', () => ['lxc.mount.entry = /dev/null masked none bind,create=file 0 0']],
  ['standard node', () => ['lxc.mount.entry = /dev/null dev/null none bind,create=file 0 0']],
];

test.skipIf(skipped !== undefined)(
  `what lxc-start does not start is refused here${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    const answers = cases.map(([name, lines]) => {
      const all = ['lxc.net.0.type = empty', INIT, ...lines()];
      const text = [...base(), ...all, ''].join('\n');
      const host = { ...noHost, memoryKiB: 1024 * 1024 };
      const { diagnostics } = readLxc('box.conf', text, { full: true, host });
      const here = diagnostics.every(({ severity }) => severity !== 'error');
      return { name, lxc: start('refuses', all) !== undefined, here };
    });
    expect(answers.filter(({ lxc, here }) => lxc !== here)).toEqual([]);
    expect(answers.filter(({ lxc }) => !lxc).length).toBeGreaterThanOrEqual(5);
  },
);

test.skipIf(skipped !== undefined)(
  `init gets the arguments that are printed here${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    writeFileSync(join(folder, 'root/say'), '#!/bin/sh\nfor each; do echo "$each"; done >/said\n', {
      mode: 0o755,
    });
    for (const command of ['/say a b', 'sh /say a', '/say "a b" c', "/say 'a'  b", '/say a\tb']) {
      const line = `lxc.init.cmd = ${command}`;
      const said = start('says', ['lxc.net.0.type = empty', line]);
      const host = { ...noHost, fileInRoot: () => '/bin/sh' };
      const read = readLxc('box.conf', `lxc.uts.name = box\n${line}\n`, { full: true, host });
      const args = read.domain?.os.initArgs.map(({ value }) => value) ?? [];
      const words = command.startsWith('sh') ? args.slice(1) : args;
      expect(said, command).toBe(words.map((word) => `${word}\n`).join(''));
    }
  },
);
