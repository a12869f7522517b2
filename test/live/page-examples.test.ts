import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';

const repository = join(import.meta.dirname, '../..');
const busybox = '/bin/busybox';
const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : !existsSync(busybox)
      ? ' (skipped: needs busybox-static)'
      : spawnSync('which', ['unshare', 'ip']).status !== 0
        ? ' (skipped: needs unshare and ip)'
        : '';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-page-'));
  mkdirSync(join(folder, 'root/bin'), { recursive: true });
  mkdirSync(join(folder, 'state/run'), { recursive: true });
  if (why === '') copyFileSync(busybox, join(folder, 'root/bin/busybox'));
  symlinkSync('bin/busybox', join(folder, 'root/init'));
  writeFileSync(join(folder, 'root/bin/hello'), '#!/bin/busybox sh\necho hello from $0\n', {
    mode: 0o755,
  });
  mkdirSync(join(folder, 'root/etc'));
  writeFileSync(
    join(folder, 'root/etc/inittab'),
    '::wait:/bin/hello\n::once:/bin/busybox poweroff\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs an example of the page as it is printed, with the root that the second one names, in a mount namespace and a network of its own. */
const run = (example: number, input: string) => {
  const file = join(repository, `golden/cases/page-example-${example}/domain.xml`);
  const script = `mount -t tmpfs tmpfs /opt && mkdir /opt/vm-1-root && mount --bind ${folder}/root /opt/vm-1-root && ip link set lo up && { lxplain create ${file} --console; status=$?; lxplain net-destroy default >&2; exit $status; }`;
  const env = {
    ...process.env,
    PATH: `${repository}/bin:${process.env.PATH}`,
    LXPLAIN_ROOT: join(folder, 'state'),
  };
  const options = { encoding: 'utf8', input, timeout: HANGS_MS, env } as const;
  return spawnSync(
    'unshare',
    ['-m', '--net', '--propagation', 'private', 'sh', '-c', script],
    options,
  );
};

test.skipIf(why !== '')(`the page's first example is a shell on the host's root${why}`, () => {
  const { status, stdout } = run(
    1,
    'echo $container in $(cat /proc/sys/kernel/hostname); exit 4\n',
  );
  expect(stdout).toContain('libvirt-lxc in vm1\r\n');
  expect(status).toBe(4);
});

test.skipIf(why !== '')(`the page's second example runs the init of its root${why}`, () => {
  const { status, stdout } = run(2, '');
  expect(stdout).toContain('hello from /bin/hello\r\n');
  expect(status).toBe(0);
});
