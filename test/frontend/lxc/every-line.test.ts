import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noHost } from '../../../src/frontend/lxc/host.ts';
import { type KeySpec, keys, networkKeys } from '../../../src/frontend/lxc/keys.ts';
import { type LxcOptions, readLxc } from '../../../src/frontend/lxc/read.ts';
import type { ValueKind } from '../../../src/frontend/lxc/values.ts';

/** Values that lxc reads, by their kind; for a text, by the key. */
const samples: Readonly<Record<Exclude<ValueKind, 'text'>, readonly string[]>> = {
  flag: ['0', '1'],
  count: ['0', '3'],
  u16: ['5'],
  queues: ['2'],
  integer: ['-4'],
  signal: ['SIGPWR', '15'],
  level: ['INFO'],
  facility: ['daemon'],
  hostName: ['box', 'box.example', 'box_1'],
  interfaceName: ['text'],
  name255: ['lxc'],
  rootOptions: ['ro', 'rw', 'nodev', 'ro,noatime', 'idmap=container'],
  relativePath: ['a/b'],
  fileName: ['a'],
  groups: ['1,2'],
  namespaces: ['net', 'pid', 'net pid'],
  socket: ['unix:/run/x'],
  limit: ['1024', '1:2'],
  duration: ['5s'],
  byteSize: ['auto', '1MB'],
  vethMode: ['bridge', 'router'],
  ipvlanMode: ['l2'],
  ipvlanIsolation: ['vepa'],
  vlanId: ['5', 'none'],
  taggedId: ['5'],
  route4: ['10.0.0.0/24'],
  route6: ['fc00::/64'],
};
const texts: Readonly<Record<string, readonly string[]>> = {
  'lxc.arch': ['amd64', 'linux64', 'arm64'],
  'lxc.rootfs.path': ['/srv/box', 'dir:/srv/box', 'loop:/srv/box.img', 'nbd:/srv/box.img:1'],
  'lxc.mount.entry': [
    '/a b none bind',
    '/a b none bind,optional,nosuid',
    '/a b overlay lowerdir=/a',
    'proc proc proc hidepid=2',
    'proc proc proc defaults',
    '/a proc none bind',
    '/a b none optional',
    't b tmpfs size=1M,noexec',
    '/dev/null dev/null none bind',
    '/dev/fuse dev/fuse none bind',
    '/dev/sda dev/x none bind',
    '/dev/console dev/console none bind',
    '/a /elsewhere none bind',
    'a b none bind',
  ],
  'lxc.mount.auto': ['proc sys', 'proc:rw', 'cgroup:ro', 'shmounts:/a:/b'],
  'lxc.idmap': ['u 0 100000 65536', 'g 0 100000 65536'],
  'lxc.cap.drop': ['kill', 'audit_read', '12'],
  'lxc.cap.keep': ['kill', 'none', 'audit_read'],
  'lxc.cgroup.*': ['1024', '1'],
  'lxc.cgroup2.*': ['2048', '2'],
  'lxc.init.cmd': ['/bin/sh', '/bin/sh "a b"'],
  'lxc.execute.cmd': ['/bin/sh -c x'],
  'lxc.environment': ['A=1', 'A=', 'A'],
  'lxc.environment.runtime': ['A=1', 'A'],
  'lxc.namespace.share.*': ['1', 'other', '/run/netns/x', '/else'],
  'lxc.apparmor.profile': ['generated', 'unchanged', 'unconfined', 'mine'],
};
/** What stands for `*`. */
const members: Readonly<Record<string, readonly string[]>> = {
  'lxc.cgroup.*': [
    'memory.limit_in_bytes',
    'memory.soft_limit_in_bytes',
    'cpu.shares',
    'cpuset.cpus',
    'blkio.weight',
    'pids.max',
  ],
  'lxc.cgroup2.*': ['memory.max', 'memory.swap.max', 'cpu.weight', 'cpuset.mems', 'pids.max'],
  'lxc.namespace.share.*': ['net', 'ipc', 'uts', 'pid', 'mnt'],
  'lxc.prlimit.*': ['nofile'],
  'lxc.sysctl.*': ['net.a'],
  'lxc.proc.*': ['oom_score_adj'],
};
const devices = ['c 10:229 rwm', 'c 5:1 rwm', 'c 10:200 rwm', 'c *:* m', 'b 8:0 rwm', 'a', 'odd'];
const ofNetwork: Readonly<Record<string, readonly string[]>> = {
  flags: ['up'],
  hwaddr: ['00:16:3e:xx:xx:xx', '02:00:00:00:00:01'],
  mtu: ['1500'],
  'macvlan.mode': ['bridge'],
  'ipv4.address': ['10.0.0.1/24', '10.0.0.1/24 10.0.0.255'],
  'ipv6.address': ['fc00::1'],
  'ipv4.gateway': ['10.0.0.2', 'auto', 'dev'],
  'ipv6.gateway': ['fc00::2', 'auto'],
};
const types = ['veth', 'macvlan', 'vlan', 'phys', 'ipvlan', 'empty', 'none'];

const valuesOf = (spec: KeySpec, more: Readonly<Record<string, readonly string[]>>) =>
  spec.value === 'text' ? (more[spec.key] ?? ['text']) : samples[spec.value];

const lines: readonly string[] = [
  ...keys
    .filter(({ key }) => !['lxc.include', 'lxc.net.N.*', 'lxc.mount.fstab'].includes(key))
    .flatMap((spec) =>
      (members[spec.key]?.map((each) => spec.key.replace('*', each)) ?? [spec.key]).flatMap((key) =>
        valuesOf(spec, texts).map((value) => `${key} = ${value}`),
      ),
    ),
  ...devices.flatMap((rule) =>
    ['cgroup.devices.allow', 'cgroup.devices.deny', 'cgroup2.devices.allow'].map(
      (key) => `lxc.${key} = ${rule}`,
    ),
  ),
];

/** They say what is so without them. */
const mute = [
  'lxc.arch = linux64',
  'lxc.tty.max = 0',
  'lxc.no_new_privs = 0',
  'lxc.rootfs.backend = text',
  'lxc.rootfs.options = rw',
  'lxc.uts.name = box',
];

/** Without places. */
const plain = (domain: unknown): string =>
  JSON.stringify(domain ?? null, (key, value) => {
    if (key === 'origin') return undefined;
    return typeof value === 'bigint' ? `${value}n` : value;
  });

const readLines = (config: readonly string[], options: Partial<LxcOptions>) =>
  readLxc('box.conf', `${config.join('\n')}\n`, { full: false, host: noHost, ...options });

/** The lines, from the second one, of which nothing is said, and without which the domain would be the same. */
function silent(config: readonly string[], options: Partial<LxcOptions>): string[] {
  const { domain, ledger } = readLines(config, options);
  if (domain === undefined) return [];
  const told = new Set(ledger.map(({ span }) => span?.start));
  let at = 0;
  return config.filter((line, index) => {
    const start = at;
    at += line.length + 1;
    if (index === 0 || told.has(start) || mute.includes(line)) return false;
    const others = config.filter((_, each) => each !== index);
    return plain(readLines(others, options).domain) === plain(domain);
  });
}

const modes: readonly Partial<LxcOptions>[] = [
  { full: false },
  { full: true },
  { full: true, version: '6' },
];

test('every line that lxc reads is in the domain, or something is said of it', () => {
  for (const options of modes) {
    for (const line of lines) {
      expect(silent(['lxc.uts.name = box', line], options), line).toEqual([]);
    }
  }
});

test('every line of a network, in every type', () => {
  for (const type of types) {
    for (const spec of networkKeys.filter(({ key }) => key !== 'type')) {
      for (const value of valuesOf(spec, ofNetwork)) {
        const config = [
          'lxc.uts.name = box',
          `lxc.net.0.type = ${type}`,
          'lxc.net.0.link = eth0',
          `lxc.net.0.${spec.key} = ${value}`,
        ];
        for (const options of modes) expect(silent(config, options), config.join('; ')).toEqual([]);
      }
    }
  }
});

/** Two lines of one key may say the same, and so may those of the two keys for one environment. */
const oneOfEachKey = fc.uniqueArray(fc.constantFrom(...lines), {
  selector: (line) => line.split(' = ')[0]?.replace('.environment.runtime', '.environment'),
  maxLength: 12,
});

test('the same of whole configs', () => {
  fc.assert(
    fc.property(oneOfEachKey, (some) => {
      for (const options of modes) {
        expect(silent(['lxc.uts.name = box', ...some], options)).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});
