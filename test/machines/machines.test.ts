import { beforeAll, describe, expect, test } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { compareTrace } from '../live/trace.ts';
import { answers, type ContainerName, containers } from './containers.ts';
import { boot, findMachine } from './machine.ts';
import { factsOf, filesFor, mode, planFor } from './programs.ts';

// Compiled programs in machines that qemu emulates: a kernel of Debian, pure cgroup v2, root, and nothing else.

const archs = ['aarch64', 'x86_64'] as const;
const found = await Promise.all(
  archs.map(async (arch) => ({ arch, machine: await findMachine(arch) })),
);
const runs = new Map<string, ReadonlyMap<string, string>>();

beforeAll(async () => {
  await Promise.all(
    found.map(async ({ arch, machine }) => {
      if (typeof machine === 'string') return;
      runs.set(arch, await boot(machine, await filesFor(machine, containers)));
    }),
  );
}, 300_000);

const none = '0000000000000000';
const capabilities = (mask: string): string[] =>
  [`Inh:\t${none}`, `Prm:\t${mask}`, `Eff:\t${mask}`, `Bnd:\t${mask}`, `Amb:\t${none}`].map(
    (line) => `Cap${line}`,
  );
/** All that Linux 6.1 has but sys_module, sys_time, mknod, audit_control and mac_admin. */
const usual = capabilities('000001fdb5feffff');

/** The mount points, each with its root within the file system, its flags and its type. */
const mounts = (lines: readonly string[] | undefined): string[] =>
  (lines ?? []).map((line) => {
    const [, , , root, point, flags, , type] = line.split(' ');
    return `${point} ${flags} ${type} ${root}`;
  });

const kernelMounts = [
  '/proc rw,nosuid,nodev,noexec,relatime proc /',
  '/proc/sys ro,nosuid,nodev,noexec,relatime proc /sys',
  '/sys ro,nosuid,nodev,noexec,relatime sysfs /',
  '/sys/fs/cgroup ro,relatime cgroup2 /',
];
const securityMount = '/sys/kernel/security ro,nosuid,nodev,noexec,relatime securityfs /';
const networkMounts = [
  '/proc/sys/net/ipv4 rw,nosuid,nodev,noexec,relatime proc /sys/net/ipv4',
  '/proc/sys/net/ipv6 rw,nosuid,nodev,noexec,relatime proc /sys/net/ipv6',
];
const deviceMounts = ['/dev rw,nosuid,relatime tmpfs /', '/dev/pts rw,nosuid,relatime devpts /'];
const rootMount = '/ rw,relatime tmpfs /srv/root';
const filesystemMounts = [
  '/data rw,relatime tmpfs /srv/data',
  '/mnt/etc ro,relatime tmpfs /srv/root/etc',
  '/ram rw,nosuid,nodev,relatime tmpfs /',
];

const character = (name: string, number: string): string =>
  `${name} character special file 666 0:0 ${number}`;
const symlink = (name: string): string => `${name} symbolic link 777 0:0 0:0`;
const devices = [
  symlink('console'),
  symlink('fd'),
  character('full', '1:7'),
  character('null', '1:3'),
  symlink('ptmx'),
  'pts directory 755 0:0 0:0',
  character('random', '1:8'),
  symlink('stderr'),
  symlink('stdin'),
  symlink('stdout'),
  character('tty', '5:0'),
  symlink('tty1'),
  character('urandom', '1:9'),
  character('zero', '1:5'),
];
const links = [
  '/dev/console /dev/pts/0',
  '/dev/fd /proc/self/fd',
  '/dev/ptmx /dev/pts/ptmx',
  '/dev/stderr /proc/self/fd/2',
  '/dev/stdin /proc/self/fd/0',
  '/dev/stdout /proc/self/fd/1',
  '/dev/tty1 /dev/pts/0',
];
const environment = (name: string): string[] => [
  'PATH=/bin:/usr/bin',
  'TERM=linux',
  'container=libvirt-lxc',
  'HOME=/',
  'container_uuid=3c7e5f2a-1d0b-4c9e-8a61-0123456789ab',
  'LIBVIRT_LXC_UUID=3c7e5f2a-1d0b-4c9e-8a61-0123456789ab',
  `LIBVIRT_LXC_NAME=${name}`,
];

describe.each(found)('$arch', ({ arch, machine }) => {
  const missing = typeof machine === 'string' ? machine : undefined;
  const check = (title: string, run: () => void | Promise<void>) =>
    test.skipIf(missing !== undefined)(
      missing === undefined ? title : `${title} (skipped: ${missing})`,
      run,
    );
  const told = (section: string): string => runs.get(arch)?.get(section) ?? '';
  const outcome = (name: ContainerName) => ({
    status: Number(told(`${name} status`)),
    stdout: told(`${name} stdout`),
    stderr: told(`${name} stderr`),
  });
  const inside = (name: ContainerName) => {
    const { mounts: lines, ...others } = answers(told(`${name} stdout`));
    return { ...others, mounts: mounts(lines).toSorted() };
  };

  const nothingLeft = (name: ContainerName): void => {
    expect(told(`${name} before`)).toContain('/sys/fs/cgroup\n');
    expect(told(`${name} after`)).toBe(told(`${name} before`));
  };

  check('the machine is what its programs were compiled for', () => {
    if (typeof machine === 'string') return;
    const facts = factsOf(machine);
    const list = (section: string): string[] => told(section).split(/\s+/).filter(Boolean);
    expect({
      release: told('release').trim(),
      lastCapability: Number(told('last-capability')),
      controllers: list('controllers'),
      enabled: list('enabled-controllers'),
      mounts: mounts(told('mounts').trimEnd().split('\n')).map((mount) => mount.split(' ')),
    }).toMatchObject({
      release: facts.kernel.release,
      lastCapability: facts.lastCapability,
      controllers: facts.cgroups.v2?.controllers,
      enabled: facts.cgroups.v2?.enabled,
      mounts: facts.mounts.map(({ point, type }) => [point, 'rw,relatime', type, '/']),
    });
  });

  check('a plain container: what init finds inside, and its exit status', () => {
    expect(outcome('plain')).toMatchObject({ status: 3, stderr: '' });
    expect(inside('plain')).toEqual({
      machine: [arch],
      name: ['plain'],
      user: ['0', ' 0 0 4294967295'],
      mounts: [rootMount, ...kernelMounts, securityMount, ...deviceMounts].toSorted(),
      environment: environment('plain'),
      capabilities: usual,
      devices,
      links,
      cgroup: ['0::/', '67108864'],
      network: ['lo'],
    });
    nothingLeft('plain');
  });

  check('an id map and a network of its own', () => {
    expect(outcome('mapped')).toMatchObject({ status: 4, stderr: '' });
    expect(inside('mapped')).toEqual({
      machine: [arch],
      name: ['mapped'],
      user: ['0', ' 0 100000 65536'],
      mounts: [rootMount, ...kernelMounts, ...networkMounts, ...deviceMounts].toSorted(),
      environment: environment('mapped'),
      capabilities: usual,
      devices,
      links,
      cgroup: ['0::/', '67108864'],
      network: ['lo'],
      address: [expect.stringContaining(' 127.0.0.1/8 '), expect.stringContaining(' ::1/128 ')],
    });
    nothingLeft('mapped');
  });

  check("the host's root: its /proc, /sys and /dev give way", () => {
    expect(outcome('host-root')).toMatchObject({ status: 0, stderr: '' });
    expect(inside('host-root')).toMatchObject({
      machine: [arch],
      mounts: [
        '/ rw,relatime tmpfs /',
        '/run rw,relatime tmpfs /',
        ...kernelMounts,
        securityMount,
        ...deviceMounts,
      ].toSorted(),
      devices,
    });
    nothingLeft('host-root');
  });

  check('init has three descriptors, and no signal blocked, ignored or caught', () => {
    // The fourth is the directory that it reads.
    expect(outcome('descriptors').stdout).toBe('0\r\n1\r\n2\r\n3\r\n');
    const lines = outcome('signals').stdout.split('\r\n');
    expect(
      lines.filter((line) => /^(Sig(Blk|Ign|Cgt)|NoNewPrivs|NSpid|Umask):/.test(line)),
    ).toEqual([
      'Umask:\t0022',
      'NSpid:\t1',
      `SigBlk:\t${none}`,
      `SigIgn:\t${none}`,
      `SigCgt:\t${none}`,
      'NoNewPrivs:\t0',
    ]);
  });

  check('capabilities: all denied but one', () => {
    expect(inside('no-capabilities')).toMatchObject({
      capabilities: capabilities('0000000000000001'),
    });
  });

  check('four file systems', () => {
    expect(outcome('filesystems')).toMatchObject({ status: 0, stderr: '' });
    expect(inside('filesystems')).toEqual({
      mounts: [
        rootMount,
        ...kernelMounts,
        securityMount,
        ...deviceMounts,
        ...filesystemMounts,
      ].toSorted(),
      data: ['some data'],
      bind: ['the root', "/bin/sh: can't create /mnt/etc/name: Read-only file system"],
      ram: [
        "dd: error writing '/ram/zeroes': No space left on device",
        '3+0 records in',
        '2+0 records out',
      ],
    });
    expect(told('filesystems beside')).toBe('written\n');
    nothingLeft('filesystems');
  });

  check('four file systems with an id map: owned by its root, and locked', () => {
    expect(outcome('mapped-filesystems')).toMatchObject({ status: 0, stderr: '' });
    expect(inside('mapped-filesystems')).toEqual({
      mounts: [
        rootMount,
        ...kernelMounts,
        ...networkMounts,
        ...deviceMounts,
        ...filesystemMounts,
      ].toSorted(),
      data: ['some data', '0:0'],
      locked: [
        'mount: permission denied (are you root?)',
        "umount: can't unmount /data: Invalid argument",
      ],
      ram: ['0:0', '0:0'],
    });
    expect(told('mapped-filesystems beside')).toBe('100000:100000\n');
    nothingLeft('mapped-filesystems');
  });

  check('memory: who allocates more than the limit is killed inside, the supervisor is not', () => {
    expect(outcome('memory')).toMatchObject({ status: 9, stderr: '' });
    expect(answers(told('memory stdout'))).toEqual({
      limit: [String(32 * 1024 * 1024)],
      hog: ['Killed', '137'],
      events: ['oom_kill 1'],
    });
    nothingLeft('memory');
    expect(outcome('memory-init')).toEqual({ status: 128 + 9, stdout: '', stderr: '' });
    nothingLeft('memory-init');
  });

  check('memory: the soft limit, and of memory and swap what is left for swap', () => {
    expect(answers(told('memtune stdout'))).toEqual({
      limits: [48, 40, 64 - 48].map((mebibytes) => String(mebibytes * 1024 * 1024)),
    });
  });

  check('a partition passes the controllers on', () => {
    expect(outcome('partition')).toMatchObject({ status: 0, stderr: '' });
    expect(answers(told('partition stdout'))).toEqual({ limit: ['67108864'] });
    nothingLeft('partition');
  });

  check('devices: with mknod any node can be made, and only the listed ones opened', () => {
    expect(outcome('devices')).toMatchObject({ status: 0, stderr: '' });
    expect(answers(told('devices stdout'))).toEqual({
      made: ['yes'],
      opened: [
        'head: /tmp/mem: Operation not permitted',
        'head: /tmp/loop: Operation not permitted',
        '3',
      ],
    });
    nothingLeft('devices');
  });

  check("devices: the host's root is refused too once it is in the container's group", () => {
    expect(answers(told('group beside'))).toMatchObject({
      outside: ['made', 'opened'],
      member: ['made', '1'],
      refused: [
        'mknod: /tmp/port: Operation not permitted',
        'mknod: /tmp/loop: Operation not permitted',
        'head: /dev/kmsg: Operation not permitted',
      ],
    });
  });

  check("init is in the container's group, the supervisor is not", () => {
    expect(outcome('group')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(answers(told('group beside'))).toMatchObject({
      supervisor: ['0::/init.scope'],
      init: ['0::/lxplain-group'],
    });
    nothingLeft('group');
  });

  check('reboot starts it again, or ends it; poweroff ends it', () => {
    for (const name of ['reboot-restart', 'reboot-mapped'] as const) {
      expect(outcome(name)).toEqual({ status: 5, stdout: 'first\r\nsecond\r\n', stderr: '' });
      nothingLeft(name);
    }
    expect(outcome('reboot-destroy')).toEqual({ status: 128 + 1, stdout: '', stderr: '' });
    nothingLeft('reboot-destroy');
    expect(outcome('poweroff')).toEqual({ status: 0, stdout: '', stderr: '' });
    nothingLeft('poweroff');
  });

  check('a signal to the supervisor ends the container', () => {
    expect(outcome('stopped')).toEqual({ status: 128 + 9, stdout: '', stderr: '' });
    expect(told('stopped beside')).toBe('');
    nothingLeft('stopped');
  });

  check('a failing start names the step and the line, and leaves nothing', () => {
    const failures: Partial<Record<ContainerName, string>> = {
      'no-init': 'domain.xml:7:11: error: no-init: step N exec /no/init: ENOENT\n',
      'no-init-mapped': 'domain.xml:7:11: error: no-init-mapped: step N exec /no/init: ENOENT\n',
      'no-source': 'domain.xml:12:5: error: no-source: step N capture.tree /srv/none: ENOENT\n',
      'no-bind': 'domain.xml:12:5: error: no-bind: step N mount.bind /none on /data: ENOENT\n',
      'no-bind-mapped':
        'domain.xml:12:5: error: no-bind-mapped: step N stage.bind /none on /data: ENOENT\n',
      'no-partition':
        'domain.xml:4:3: error: no-partition: step N cgroup.enable /sys/fs/cgroup/none/cgroup.subtree_control ← +memory: ENOENT\n',
      'no-policy': `error: no-policy: step N devices.attach /sys/fs/cgroup/lxplain-no-policy: EPERM\n`,
      'no-attachment': `error: no-attachment: step N devices.attach /sys/fs/cgroup/lxplain-no-attachment: EPERM\n`,
      'no-clone': 'error: no-clone: step N namespaces.create mount uts ipc pid: EBUSY\n',
      'no-clone-mapped':
        'domain.xml:9:3: error: no-clone-mapped: step N namespaces.create mount uts ipc pid user: EBUSY\n',
      'no-namespace': 'error: no-namespace: step N namespaces.unshare cgroup: ENOSPC\n',
    };
    for (const [name, message] of Object.entries(failures) as [ContainerName, string][]) {
      const { stderr, ...others } = outcome(name);
      expect(others).toEqual({ status: 1, stdout: '' });
      expect(stderr.replace(/step \d+/, 'step N').replace(/: deny all but .*(?=: )/, '')).toBe(
        message,
      );
      nothingLeft(name);
    }
  });

  for (const [name, status] of [
    ['traced-plain', 6],
    ['traced-mapped', 7],
    ['traced-failure', 1],
  ] as const) {
    check(`${name}: the trace of the start equals the listing`, async () => {
      if (typeof machine === 'string') return;
      expect(outcome(name).status).toBe(status);
      const listed = lower(await planFor(machine, containers[name]), arch, mode);
      const { differences, compared } = compareTrace(listed, told(`${name} trace`));
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(100);
      nothingLeft(name);
    });
  }
});
