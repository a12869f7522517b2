import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noLibvirtd, startLibvirtd } from './libvirtd.ts';

const why = noLibvirtd === undefined ? '' : ` (skipped: ${noLibvirtd})`;

const domain = `<domain type='lxc'>
  <name>lxplain-peer</name>
  <memory unit='MiB'>64</memory>
  <os><type>exe</type><init>/bin/sleep</init><initarg>1000</initarg></os>
  <devices><console type='pty'/></devices>
</domain>
`;

/** What a libvirtd could leave behind. */
const traces = () => ({
  mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
  groups: readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.includes('machine'),
  ),
  directories: ['/run/libvirt', '/.oldroot'].filter((path) => existsSync(path)),
  config: existsSync('/etc/libvirt') ? readdirSync('/etc/libvirt') : [],
});

test.skipIf(why !== '')(`our own libvirtd starts a domain and leaves nothing${why}`, async () => {
  const before = traces();
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-libvirtd-'));
  const file = join(folder, 'domain.xml');
  writeFileSync(file, domain);
  const libvirtd = await startLibvirtd();
  try {
    expect(libvirtd.virsh('create', file)).toEqual({
      status: 0,
      stdout: `Domain 'lxplain-peer' created from ${file}\n\n`,
      stderr: '',
    });
    expect(libvirtd.virsh('list', '--name').stdout).toBe('lxplain-peer\n\n');
  } finally {
    await libvirtd.stop();
    rmSync(folder, { recursive: true });
  }
  expect(traces()).toEqual(before);
});
