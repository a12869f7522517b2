import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';
import {
  domainXml,
  extension,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  ram,
  skipped,
} from './domains.ts';

// What is changed by hand in a container that runs, from inside or from outside, `drift` names; and nothing else.

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const name = 'lxplain-drift';
const tools = ['nsenter', 'prlimit', 'ip'].filter(
  (tool) => spawnSync('which', [tool]).status !== 0,
);
const reason = noContainer ?? (tools.length > 0 ? `needs ${tools.join(', ')}` : undefined);
let folder: string;

const call = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(lxplain, args, {
    encoding: 'utf8',
    timeout: HANGS_MS,
  });
  return { status, stdout, stderr };
};

interface Found {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

function drift(): readonly Found[] {
  const { status, stdout, stderr } = call('drift', name, '--json');
  expect(stderr).toBe('');
  const [domain] = (JSON.parse(stdout) as { domains: { drift: Found[] }[] }).domains;
  expect(status).toBe(domain?.drift.length === 0 ? 0 : 1);
  return domain?.drift ?? [];
}

const interfaces =
  "<interface type='ethernet'><mac address='52:54:0b:ad:00:79'/><source><ip address='10.97.8.9' prefix='24'/></source><ip address='10.97.8.10' prefix='24'/><ip family='ipv6' address='fd97:8::10' prefix='64'/></interface>";
const asked = extension(
  "security no_new_privs='yes' seccomp='builtin'",
  "limit name='nofile' soft='64' hard='128'",
);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-drift-'));
  if (reason !== undefined) return;
  makeRoot(join(folder, 'root'), ['sh', 'sleep', 'mount', 'umount', 'ip', 'rm', 'chmod', 'mknod']);
  for (const path of ['etc', 'data', 'proc', 'dev', 'sys', 'plain'])
    mkdirSync(join(folder, 'root', path));
  mkdirSync(join(folder, 'data'));
  const devices =
    mounted(join(folder, 'root'), '/') +
    mounted(join(folder, 'data'), '/data', '<readonly/>') +
    ram('/etc', 64) +
    interfaces;
  const init = ['/bin/sleep', '1000'];
  const more = `${asked}<cputune><shares>512</shares></cputune>`;
  writeFileSync(join(folder, 'box.xml'), domainXml(name, { init, devices, more }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(reason !== undefined)(`drift${skipped(reason)}`, () => {
  let init = '';
  beforeEach(() => {
    expect(call('create', join(folder, 'box.xml'))).toMatchObject({ status: 0 });
    init = call('domid', name).stdout.trim();
    return () => {
      expect(call('destroy', name).status).toBe(0);
    };
  });

  /** From outside, as root of the host. */
  const host = (script: string) => {
    const { status, stderr } = spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
    expect({ script, status, stderr }).toEqual({ script, status: 0, stderr: '' });
  };
  /** With the programs of the root, in the namespaces of init, and with all rights. */
  const inside = (script: string) => host(`nsenter -t ${init} -m -n -p -r -w sh -ec '${script}'`);

  test('nothing has changed', () => {
    expect(drift()).toEqual([]);
    expect(call('drift', name).stdout).toBe(`${name}: as planned\n`);
  });

  const group = (controller: string) => `/sys/fs/cgroup/${controller}/lxplain-${name}`;

  test.each<[string, () => void, string, string]>([
    [
      'a limit of memory',
      () => host(`echo 33554432 >${group('memory')}/memory.limit_in_bytes`),
      'memory.limit_in_bytes',
      '33554432',
    ],
    [
      'shares of processors',
      () => host(`echo 700 >${group('cpu')}/cpu.shares`),
      'cpu.shares',
      '700',
    ],
    [
      'a device more',
      () => host(`echo 'c 10:200 rwm' >${group('devices')}/devices.allow`),
      'devices.policy',
      'c 10:200 rwm',
    ],
    [
      'a device less',
      () => host(`echo 'c 1:8 rwm' >${group('devices')}/devices.deny`),
      'devices.policy',
      'not allowed',
    ],
    [
      'init in another group',
      () => host(`echo ${init} >/sys/fs/cgroup/memory/tasks`),
      'cgroup.join',
      'elsewhere',
    ],
    [
      'a limit of descriptors',
      () => host(`prlimit -p ${init} --nofile=32:100`),
      'limits.set',
      'nofile 32:100',
    ],
    [
      'an address that is gone',
      () => inside('ip address del 10.97.8.10/24 dev eth0'),
      'link.address 10.97.8.10/24',
      'none',
    ],
    [
      'one of IPv6',
      () => inside('ip address del fd97:8::10/64 dev eth0'),
      'link.address fd97:8::10/64',
      'none',
    ],
    [
      'a link with another name',
      () => inside('ip link set eth0 down; ip link set eth0 name other'),
      'link.veth eth0',
      'none',
    ],
    [
      'a mount that can be written to',
      () => inside('mount -o remount,rw,bind /data'),
      'mount.attach /data',
      'writable',
    ],
    ['a mount that is gone', () => inside('umount /etc'), 'mount.attach /etc', 'none'],
    ['a mount more', () => inside('mount -t tmpfs x /plain'), 'a mount on /plain', 'tmpfs'],
    [
      'settings that can be written',
      () => inside('mount -o remount,rw,bind /proc/sys'),
      'mount.bind /proc/sys',
      'writable',
    ],
    ['what was hidden', () => inside('umount /proc/timer_list'), 'mask.attach', 'none'],
    [
      'a device node with other rights',
      () => inside('chmod 600 /dev/null'),
      'dev.node /dev/null',
      'c 1:3 0600',
    ],
    ['a device node that is gone', () => inside('rm /dev/full'), 'dev.node /dev/full', 'nothing'],
  ])('%s', (_, change, what, found) => {
    change();
    const all = drift();
    const named = all.filter((each) => each.what.includes(what) && each.found === found);
    expect(named, JSON.stringify(all)).toHaveLength(1);
    // A link that goes down loses addresses.
    expect(all.length - named.length).toBeLessThanOrEqual(what.startsWith('link.veth') ? 1 : 0);
    const { status, stdout } = call('drift', name);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${name}: [12] things? (is|are) not as planned\n`));
    expect(stdout).toContain(`      found    ${found}\n`);
  });
});

test.skipIf(reason !== undefined)(
  `with an id map nothing has changed, either${skipped(reason)}`,
  () => {
    spawnSync('chown', ['-R', `${ID}:${ID}`, join(folder, 'root')]);
    const devices =
      mounted(join(folder, 'root'), '/') +
      mounted(join(folder, 'data'), '/data', '<readonly/>') +
      interfaces;
    const contents = { init: ['/bin/sleep', '1000'], devices, more: `${idmap}${asked}` };
    writeFileSync(join(folder, 'mapped.xml'), domainXml(name, contents));
    expect(call('create', join(folder, 'mapped.xml'))).toMatchObject({ status: 0 });
    const found = drift();
    expect(call('destroy', name).status).toBe(0);
    expect(found).toEqual([]);
  },
);
