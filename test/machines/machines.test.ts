import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { exposedPaths } from '../../src/linux/exposed-paths.ts';
import { lower } from '../../src/lower/lower.ts';
import { causesOf } from '../../src/plan/causes.ts';
import { describe as describeStep } from '../../src/plan/describe.ts';
import type { PlanStep } from '../../src/plan/plan.ts';
import { compareTrace } from '../live/trace.ts';
import { answers, type ContainerName, containers, manyLines } from './containers.ts';
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
}, 660_000);

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
  '/proc/meminfo rw,nosuid,nodev,relatime fuse /',
  '/sys ro,nosuid,nodev,noexec,relatime sysfs /',
  '/sys/fs/cgroup ro,nosuid,nodev,noexec,relatime cgroup2 /',
];
const securityMount = '/sys/kernel/security ro,nosuid,nodev,noexec,relatime securityfs /';
const networkMounts = [
  '/proc/sys/net/ipv4 rw,nosuid,nodev,noexec,relatime proc /sys/net/ipv4',
  '/proc/sys/net/ipv6 rw,nosuid,nodev,noexec,relatime proc /sys/net/ipv6',
];
const deviceMounts = ['/dev rw,nosuid,relatime tmpfs /', '/dev/pts rw,nosuid,relatime devpts /'];
const exposed: readonly string[] = Object.values(exposedPaths).flat();
const isHidden = (mount: string): boolean => exposed.includes(mount.split(' ')[0] ?? '');
/** What the kernels of all machines have; what some of them have is left out where there is none. */
const hidden = expect.arrayContaining(
  [
    ...['/proc/kcore', '/proc/keys', '/proc/sysrq-trigger', '/proc/timer_list'].map(
      (path) => `${path} rw,\\S* devtmpfs /null`,
    ),
    '/sys/firmware ro,nosuid,nodev,noexec,relatime tmpfs /',
    '/proc/irq ro,nosuid,nodev,noexec,relatime proc /irq',
  ].map((mount) => expect.stringMatching(new RegExp(`^${mount}$`))),
);
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

/** What fails: the step by its operation and a part of its object, its place in the domain, and the error. */
const failures: readonly (readonly [ContainerName, PlanStep['op'], string, string, string])[] = [
  ['no-init', 'exec', '/no/init', 'domain.xml:7:11: ', 'ENOENT'],
  ['no-init-mapped', 'exec', '/no/init', 'domain.xml:7:11: ', 'ENOENT'],
  ['no-source', 'capture.tree', '/srv/none', 'domain.xml:12:5: ', 'ENOENT'],
  ['no-bind', 'mount.bind', '/none', 'domain.xml:12:5: ', 'ENOENT'],
  ['no-bind-mapped', 'mount.bind', '/none', 'domain.xml:12:5: ', 'ENOENT'],
  ['no-partition', 'cgroup.enable', '/none', 'domain.xml:4:3: ', 'ENOENT'],
  ['no-policy', 'devices.attach', '', '', 'EPERM'],
  ['no-attachment', 'devices.attach', '', '', 'EPERM'],
  ['no-clone', 'namespaces.create', '', '', 'EBUSY'],
  ['no-clone-mapped', 'namespaces.create', 'user', 'domain.xml:9:3: ', 'EBUSY'],
  ['no-namespace', 'namespaces.unshare', 'cgroup', '', 'ENOSPC'],
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
    const all = mounts(lines).toSorted();
    const covers = all.filter(isHidden);
    const shown = all.filter((mount) => !isHidden(mount));
    return { ...others, mounts: shown, ...(covers.length === 0 ? {} : { hidden: covers }) };
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
      mounts: mounts(told('mounts').trimEnd().split('\n')).map((mount) => {
        const [point, , type] = mount.split(' ');
        return { point, type };
      }),
    }).toEqual({
      release: facts.kernel.release,
      lastCapability: facts.lastCapability,
      controllers: facts.cgroups.v2?.controllers,
      enabled: facts.cgroups.v2?.enabled,
      mounts: facts.mounts,
    });
  });

  check('a plain container: what init finds inside, and its exit status', () => {
    expect(outcome('plain')).toMatchObject({ status: 3, stderr: '' });
    expect(inside('plain')).toEqual({
      machine: [arch],
      name: ['plain'],
      user: ['0', ' 0 0 4294967295'],
      mounts: [rootMount, ...kernelMounts, securityMount, ...deviceMounts].toSorted(),
      hidden,
      environment: environment('plain'),
      capabilities: usual,
      devices,
      links,
      cgroup: ['0::/', '67108864'],
      memory: ['MemTotal: 65536 kB', '444 0:0'],
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
      memory: ['MemTotal: 65536 kB', '444 0:0'],
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
        '/run rw,nosuid,nodev,relatime tmpfs /',
        ...kernelMounts,
        securityMount,
        ...deviceMounts,
      ].toSorted(),
      hidden,
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

  check('files of /proc show what the container has', () => {
    expect(outcome('proc-files')).toMatchObject({ status: 6, stderr: '' });
    expect(inside('proc-files')).toMatchObject({
      processors: ['1', 'cpu', 'cpu0'],
      age: ['young', '.'],
      load: ['. . . / '],
      swaps: ['Filename'],
      disks: ['read'],
      owner: ['444 0:0', '444 0:0'],
      memory: ['MemTotal: 65536 kB', '444 0:0'],
    });
    nothingLeft('proc-files');
  });

  check('a filter of system calls, limits, settings and a user', () => {
    const common = { filter: ['Seccomp:\t2'], limits: ['64', '8192'], setting: ['4096'] };
    expect(inside('confined')).toMatchObject({ ...common, user: ['33 34 34'], terminal: ['33'] });
    expect(inside('confined-mapped')).toMatchObject({
      ...common,
      user: ['0 0 0'],
      terminal: ['0'],
    });
    for (const name of ['confined', 'confined-mapped'] as const) nothingLeft(name);
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
      hidden,
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

  check("an id map with the host's network has the host's sysfs", () => {
    expect(outcome('mapped-host-network')).toMatchObject({ status: 0, stderr: '' });
    expect(inside('mapped-host-network')).toEqual({
      mounts: [rootMount, ...kernelMounts, ...deviceMounts].toSorted(),
      network: ['lo'],
    });
    nothingLeft('mapped-host-network');
  });

  check('a read-only root, on which /dev can be written', () => {
    for (const name of ['readonly', 'readonly-mapped'] as const) {
      expect(inside(name)).toMatchObject({
        root: ["/bin/sh: can't create /file: Read-only file system", 'made'],
      });
      nothingLeft(name);
    }
  });

  check('the console: input and output larger than its buffers', () => {
    expect(outcome('input')).toMatchObject({ status: 8, stderr: '' });
    const sum = createHash('md5').update(manyLines).digest('hex');
    expect(answers(told('input stdout'))).toMatchObject({ sum: [`${sum}  -`] });
    expect(outcome('output')).toEqual({
      status: 0,
      stdout: manyLines.replaceAll('\n', '\r\n'),
      stderr: '',
    });
  });

  check("the console has the terminal's size, and the terminal is itself again", () => {
    expect(outcome('terminal')).toMatchObject({ status: 0, stderr: '' });
    expect(answers(told('terminal stdout'))).toEqual({ size: ['30 100'] });
    nothingLeft('terminal');
    expect(outcome('terminal-failure')).toMatchObject({ status: 1, stdout: '' });
    nothingLeft('terminal-failure');
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
    expect(outcome('stopped')).toEqual({ status: 128 + 15, stdout: '', stderr: '' });
    expect(told('stopped beside')).toBe('');
    nothingLeft('stopped');
  });

  check('a failing start names the step and the line, and leaves nothing', async () => {
    if (typeof machine === 'string') return;
    for (const [name, op, object, place, errno] of failures) {
      const { steps } = await planFor(machine, containers[name]);
      const step = steps.find((one) => one.op === op && describeStep(one).includes(object));
      const at = `${place}error: ${name}: step ${step?.id} ${step && describeStep(step)}: ${errno}`;
      const cause = step && causesOf(step)[errno];
      expect(cause, name).toBeDefined();
      expect(outcome(name)).toEqual({
        status: 1,
        stdout: '',
        stderr: `${at}\n  note: ${cause}\n`,
      });
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
