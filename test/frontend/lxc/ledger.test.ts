import { expect, test } from 'vitest';
import { noHost } from '../../../src/frontend/lxc/host.ts';
import { readLxc } from '../../../src/frontend/lxc/read.ts';

const read = (lines: readonly string[], full = true) => {
  const text = `${['lxc.uts.name = box', 'lxc.rootfs.path = /srv/box', ...lines].join('\n')}\n`;
  const host = { ...noHost, memoryKiB: 1024 * 1024 };
  const { domain, ledger, diagnostics } = readLxc('box.conf', text, { full, host });
  const lineAt = (at: number) => text.slice(0, at).split('\n').length - 2;
  return {
    domain,
    errors: diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message),
    /** `LINE FATE: REASON`, of the lines given. */
    told: ledger.flatMap(({ fate, reason, span }) =>
      span === undefined || lineAt(span.start) < 1
        ? []
        : [`${lineAt(span.start)} ${fate}: ${reason}`],
    ),
  };
};

const check = (lines: readonly string[], told: readonly string[]) => {
  const { errors, told: found } = read(lines);
  expect({ errors, told: found }).toEqual({ errors: [], told });
};

test('a line that a later one replaces or clears is told of', () => {
  check(
    ['lxc.init.cwd = /a', 'lxc.init.cwd = /b', 'lxc.init.cwd ='],
    ['1 unneeded: a later line counts', '2 unneeded: a later line clears it'],
  );
  check(['lxc.idmap = u 0 1 1', 'lxc.idmap ='], ['1 unneeded: a later line clears it']);
  check(
    ['lxc.net.0.type = veth', 'lxc.net.0.name = a', 'lxc.net.0.name = b', 'lxc.net ='],
    [
      '1 unneeded: a later line clears it',
      '2 unneeded: a later line counts',
      '3 unneeded: a later line clears it',
    ],
  );
  check(['lxc.environment = A=1', 'lxc.environment = A=2'], ['1 unneeded: a later line counts']);
  check(
    ['lxc.cgroup.cpu.shares = 8', 'lxc.cgroup.cpu.shares = 9'],
    ['1 unneeded: a later line counts'],
  );
  check(
    ['lxc.cgroup.blkio.weight = 8', 'lxc.cgroup2.io.weight = 8', 'lxc.cgroup.blkio.weight = 9'],
    ['1 unneeded: a later line counts', '2 unneeded: lxc.cgroup.blkio.weight counts'],
  );
});

test('what has nothing to apply to is told of', () => {
  check(['lxc.execute.cmd = /bin/a', 'lxc.init.cmd = /bin/b'], ['1 unneeded: lxc.init.cmd counts']);
  check(
    ['lxc.rootfs.options = ro', 'lxc.rootfs.path ='],
    ['1 lost: there is no lxc.rootfs.path that they could apply to'],
  );
});

test('lxc.cgroup without a value clears the limits, and nothing else', () => {
  const { told } = read(['lxc.cgroup.dir = a', 'lxc.cgroup.cpu.shares = 8', 'lxc.cgroup =']);
  expect(told).toEqual([
    '1 lost: libvirt places the cgroup of a container itself',
    '2 unneeded: a later line clears it',
  ]);
});

test('the CPU limit of one version of cgroups counts', () => {
  const lines = ['lxc.cgroup.cpu.cfs_period_us = 50000', 'lxc.cgroup2.cpu.max = 20000\t100000'];
  check(lines, ['2 unneeded: lxc.cgroup.cpu.cfs_period_us counts']);
  expect(read(lines).domain?.cputune).not.toHaveProperty('quotaUs');
  const { cputune } = read(lines.slice(1)).domain ?? {};
  expect([cputune?.quotaUs?.value, cputune?.periodUs?.value]).toEqual([20_000n, 100_000]);
});

test('io.weight of one device', () => {
  const { domain } = read([
    'lxc.cgroup2.io.weight = default 100',
    'lxc.cgroup2.io.weight = 8:0 200',
  ]);
  expect(domain?.blkiotune).toMatchObject({
    weight: { value: 100 },
    devices: [{ path: '/dev/block/8:0', weight: 200 }],
  });
});

test('capabilities as lxc reads them', () => {
  const states = (...lines: string[]) => {
    const { domain, errors } = read(lines);
    const { policy, states: all } = domain?.features.capabilities ?? {};
    return errors.length > 0 ? errors : `${policy} ${all?.map(({ name }) => name).join(' ')}`;
  };
  expect(states('lxc.cap.drop = 12 mknod')).toBe('allow mknod net_admin');
  expect(states('lxc.cap.keep = mknod none')).toBe('deny ');
  expect(states('lxc.cap.keep = mknod', 'lxc.cap.keep = none kill')).toBe('deny kill');
  for (const wrong of ['none', 'CAP_KILL', 'KILL', '99', 'kill,mknod']) {
    expect(states(`lxc.cap.drop = kill ${wrong}`)).toEqual([
      expect.stringContaining(`lxc.cap.drop: '${wrong}' is not valid`),
    ]);
  }
  expect(states('lxc.cap.drop = kill', 'lxc.cap.keep = none')).toHaveLength(1);
  const { domain, told } = read(['lxc.cap.drop = kill', 'lxc.cap.keep = none'], false);
  expect(domain?.features.capabilities?.states).toMatchObject([{ name: 'kill', state: 'off' }]);
  expect(told).toEqual([expect.stringMatching(/^2 lost: virsh does not convert it/)]);
});

test('what lxc refuses in lxc.mount.auto is an error', () => {
  check(
    ['lxc.mount.auto = proc:mixed sys:ro cgroup:mixed'],
    ['1 unneeded: libvirt mounts it itself'],
  );
  expect(read(['lxc.mount.auto = proc, sys']).errors).toEqual([
    expect.stringContaining("lxc.mount.auto: 'proc,' is not valid"),
  ]);
});

test('an fstab that cannot be read is an error, as with lxc', () => {
  expect(read(['lxc.mount.fstab = /no/such']).errors).toHaveLength(1);
});

test('an optional mount in /sys does not keep a container with an id map from starting', () => {
  const entry = 'lxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections none bind';
  const map = ['lxc.idmap = u 0 100000 65536', 'lxc.idmap = g 0 100000 65536'];
  const count = (...lines: string[]) => read(lines).domain?.filesystems.length;
  expect(count(...map, `${entry},optional`)).toBe(1);
  expect(count(...map, entry)).toBe(2);
  expect(count(`${entry},optional`)).toBe(2);
  expect(read([...map, `${entry},optional`]).told).toEqual([expect.stringMatching(/^3 lost/)]);
});

test('what libvirt would refuse to define, or read otherwise, is told of', () => {
  check(['lxc.environment = A='], ['1 lost: libvirt has no variables without a value']);
  check(['lxc.cgroup2.cpu.weight = 1'], ['1 changed: the least that libvirt has is 2']);
  const veth = ['lxc.net.0.type = veth', 'lxc.net.0.link = br0'];
  for (const line of ['lxc.net.0.hwaddr = 01:00:00:00:00:01', 'lxc.cgroup2.cpu.weight = 10001']) {
    expect(read([...veth, line]).errors).toHaveLength(1);
  }
});

test('absolute targets are below the path of the root, or where lxc keeps roots', () => {
  const entry = (target: string) => `lxc.mount.entry = /data ${target} none bind,create=dir`;
  const { domain, told } = read([
    entry('/srv/box/a'),
    entry('/var/lib/lxc/box/rootfs/b'),
    entry('/c'),
  ]);
  expect(domain?.filesystems.map(({ target }) => target.value)).toEqual(['/', '/a', '/b']);
  expect(told).toEqual([
    expect.stringMatching(/^1 unneeded/),
    expect.stringMatching(/^2 unneeded/),
    expect.stringMatching(/^3 lost/),
  ]);
});
