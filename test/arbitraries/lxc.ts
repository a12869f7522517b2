import fc from 'fast-check';

/** A key and values that virsh and lxc answer in different ways. */
const single: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['lxc.arch', ['x86', 'amd64', 'x86_64', 'i686', 'i386', 'linux64', 'arm64', '']],
  ['lxc.tty', ['0', '1', '4', '+3', '04', 'x', '2 ', '99999999999']],
  ['lxc.tty.max', ['0', '2', '6', '', '1x']],
  ['lxc.mount', ['/etc/fstab', '']],
  ['lxc.mount.fstab', ['/etc/fstab']],
  [
    'lxc.cgroup.memory.limit_in_bytes',
    ['64M', '536870912', '1GiB', '512MB', '-1', '0', '50%', '9z'],
  ],
  ['lxc.cgroup.memory.soft_limit_in_bytes', ['32M', '0', '-1', 'max']],
  ['lxc.cgroup.memory.memsw.limit_in_bytes', ['1G', '128m', '18446744073709551615']],
  ['lxc.cgroup.cpu.shares', ['1024', '0', '-1', '2x', '18446744073709551616']],
  ['lxc.cgroup.cpu.cfs_quota_us', ['50000', '-1', '0', '9223372036854775808']],
  ['lxc.cgroup.cpu.cfs_period_us', ['100000', '0', '-5', ' 7']],
  ['lxc.cgroup.cpuset.cpus', ['0', '0-3,^2', '1,2', '7-5', '', '0-16383', '5 , 6,', '^0']],
  ['lxc.cgroup.cpuset.mems', ['0', '0-1', '16384', '3-']],
  ['lxc.cgroup.blkio.weight', ['500', '0', '-1', '4294967296']],
  ['lxc.cgroup.blkio.device_weight', ['8:0 300', '8:0', '8:16 -2', '8:0\t1 2']],
  ['lxc.cgroup.blkio.throttle.read_bps_device', ['8:0 1048576', '8:0 x', '8:16 0']],
  ['lxc.cgroup.blkio.throttle.write_iops_device', ['8:0 20', '8:32 4294967296']],
  ['lxc.cgroup.blkio.weight_device', ['8:0 300', 'one']],
  ['lxc.cgroup2.memory.max', ['64M', 'x']],
  ['lxc.cap.drop', ['sys_time', 'sys_module mac_admin', 'SYS_TIME', 'setgid setfcap\tkill', '']],
  ['lxc.cap.keep', ['chown']],
  ['lxc.idmap', ['u 0 100000 65536', 'g 0 100000 65536', 'u 1 2', 'x 0 1 2', 'u0 1 2 3 4', '']],
  ['lxc.id_map', ['u 0 -1 65536', 'g 5 6 99999999999999999999']],
  ['lxc.hook.start', ['/bin/true']],
  ['lxc.hook.pre-start', ['/bin/true']],
  ['lxc.include', ['/usr/share/lxc/config/common.conf']],
  ['lxc.network', ['x']],
  ['other', ['1']],
];

const setting = fc
  .constantFrom(...single)
  .chain(([key, values]) => fc.constantFrom(...values).map((value) => `${key} = ${value}`));

const mount = fc
  .tuple(
    fc.constantFrom('/srv/data', '/dev/sda1', '/dev/fuse', 'tmpfs', 'proc', 'rel/path', '/a\\040b'),
    fc.constantFrom('data', '/proc', 'sys', '/mnt/x', 'dev/fuse', '../x', 'proc/sys'),
    fc.constantFrom('none', 'tmpfs', 'ext4', 'proc'),
    fc.constantFrom(
      'bind',
      'ro,bind',
      'size=64k,ro',
      'size=1MB',
      'size=5%',
      'size=',
      'defaults,ro=1',
    ),
    fc.constantFrom('', ' 0 0', ' 0'),
  )
  .map(
    ([source, target, type, options, rest]) =>
      `lxc.mount.entry = ${source} ${target} ${type} ${options}${rest}`,
  );

const subkeys: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['link', ['br0', 'eth0', '']],
  ['flags', ['up', 'down', 'up ']],
  [
    'hwaddr',
    ['00:16:3e:01:02:03', '00:16:3e:xx:xx:xx', '0:1:2:3:4:5', 'none', 'AA:BB:CC:DD:EE:FF'],
  ],
  ['name', ['eth0', 'lan', '']],
  ['macvlan.mode', ['private', 'vepa', 'bridge', 'passthru']],
  ['vlan.id', ['7', 'x']],
  ['ipv4', ['10.0.0.2/24', '10.1/8', '10.0.0.2', '1.2.3.4/99', '0x10.1/0']],
  ['ipv4.address', ['192.168.1.5/24', '192.168.1.5/24 192.168.1.255']],
  ['ipv6', ['fd00::2/64', '::1.2.3.4/128', '::ffff:10.0.0.7/96', 'fd00::/x']],
  ['ipv4.gateway', ['10.0.0.1', 'auto', 'fd00::1']],
  ['ipv6.gateway', ['fd00::1', '10.0.0.1']],
  ['mtu', ['1500']],
];

const network = fc
  .tuple(
    fc.constantFrom('lxc.network', 'lxc.net.0', 'lxc.net.1', 'lxc.net.10'),
    fc.constantFrom('veth', 'macvlan', 'phys', 'vlan', 'empty', 'none', 'ipvlan', 'VETH', ''),
    fc.array(
      fc
        .constantFrom(...subkeys)
        .chain(([key, values]) => fc.constantFrom(...values).map((value) => [key, value] as const)),
      { maxLength: 5 },
    ),
  )
  .map(([prefix, type, keys]) =>
    [['type', type] as const, ...keys]
      .map(([key, value]) => `${prefix}.${key} = ${value}`)
      .join('\n'),
  );

const odd = fc.constantFrom(
  '# comment',
  '',
  '  \t',
  'lxc.x = "quoted" # comment',
  "lxc.y = 'quoted'; lxc.z = 1",
  'lxc.x = "unterminated',
  'no assignment',
  'lxc.w = """triple\nline"""',
  'lxc.v = value # no comment',
);

const line = fc.oneof(
  { weight: 5, arbitrary: setting },
  { weight: 2, arbitrary: mount },
  { weight: 2, arbitrary: network },
  { weight: 1, arbitrary: odd },
);

const end = fc.constantFrom('\n', '\n', '\r\n', '\n\n');

/** Configs near to those that people write, with the faults that they make. */
export const lxcConfig = fc
  .tuple(
    fc.constantFrom('lxc.utsname = box', 'lxc.uts.name = box', 'lxc.utsname = a&b<c>', ''),
    fc.constantFrom(
      'lxc.rootfs = /srv/box',
      'lxc.rootfs.path = dir:/srv/box',
      'lxc.rootfs = /dev/sda',
      '',
    ),
    fc.array(line, { maxLength: 8 }),
    end,
  )
  .map(([name, root, lines, by]) => [name, root, ...lines].join(by) + by);
