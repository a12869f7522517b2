/** A config that `lxc-start` and `lxplain create` both start. */
export interface ConfigCase {
  readonly name: string;
  /** Instead of, or behind the lines of every config. FOLDER is where its files are. */
  readonly lines: readonly string[];
  /** The key of a common line that this one leaves out. */
  readonly without?: readonly string[];
  /** Who owns the root file system: root of the container, on the host. */
  readonly owner?: number;
}

/** What every config says; the last value of a key counts. */
export const common: readonly string[] = [
  'lxc.uts.name = lxplain-box',
  'lxc.rootfs.path = dir:FOLDER/root',
  'lxc.mount.auto = proc:mixed sys:ro',
  'lxc.net.0.type = empty',
  'lxc.init.cmd = /bin/busybox sh /init',
];

const mapped = (...lines: readonly string[]) => ({
  lines: ['lxc.idmap = u 0 100000 65536', 'lxc.idmap = g 0 100000 65536', ...lines],
  owner: 100000,
});

export const configs: readonly ConfigCase[] = [
  { name: 'plain', lines: [] },
  { name: 'the network of the host', lines: [], without: ['lxc.net.0.type'] },
  { name: 'a host name', lines: ['lxc.uts.name = web-01'] },
  { name: 'a host name with dots', lines: ['lxc.uts.name = web-01.example.org'] },
  { name: 'no host name', lines: [], without: ['lxc.uts.name'] },
  { name: 'a writable /proc', lines: ['lxc.mount.auto =', 'lxc.mount.auto = proc:rw sys:ro'] },
  { name: 'a writable /sys', lines: ['lxc.mount.auto =', 'lxc.mount.auto = proc:mixed sys:rw'] },
  { name: 'a mixed /sys', lines: ['lxc.mount.auto =', 'lxc.mount.auto = proc sys:mixed'] },
  { name: 'no /sys', lines: ['lxc.mount.auto =', 'lxc.mount.auto = proc'] },
  { name: 'control groups', lines: ['lxc.mount.auto = cgroup:mixed'] },
  { name: 'control groups, read-only', lines: ['lxc.mount.auto = cgroup-full:ro'] },
  { name: 'an id map', ...mapped() },
  {
    name: 'an id map of two ranges',
    lines: [
      'lxc.idmap = u 0 100000 1000',
      'lxc.idmap = u 1000 200000 64536',
      'lxc.idmap = g 0 100000 65536',
    ],
    owner: 100000,
  },
  {
    name: 'mounts with an id map',
    ...mapped(
      'lxc.mount.entry = tmpfs tmp tmpfs size=1m,nosuid,nodev,create=dir 0 0',
      'lxc.mount.entry = FOLDER/data data none bind,ro,create=dir 0 0',
    ),
  },
  { name: 'capabilities dropped', lines: ['lxc.cap.drop = sys_module mac_admin sys_time'] },
  {
    name: 'capabilities dropped on two lines',
    lines: ['lxc.cap.drop = sys_module', 'lxc.cap.drop = mknod audit_control net_raw'],
  },
  { name: 'capabilities kept', lines: ['lxc.cap.keep = chown kill mknod setuid sys_admin'] },
  { name: 'no capability kept', lines: ['lxc.cap.keep = none'] },
  { name: 'capabilities dropped with an id map', ...mapped('lxc.cap.drop = sys_admin mknod') },
  {
    name: 'a list of devices',
    lines: [
      'lxc.cgroup.devices.deny = a',
      'lxc.cgroup.devices.allow = c *:* m',
      'lxc.cgroup.devices.allow = b *:* m',
      'lxc.cgroup.devices.allow = c 1:3 rwm',
      'lxc.cgroup.devices.allow = c 1:5 rwm',
      'lxc.cgroup.devices.allow = c 1:8 rwm',
      'lxc.cgroup.devices.allow = c 1:9 rwm',
      'lxc.cgroup.devices.allow = c 5:0 rwm',
      'lxc.cgroup.devices.allow = c 5:1 rwm',
      'lxc.cgroup.devices.allow = c 5:2 rwm',
      'lxc.cgroup.devices.allow = c 136:* rwm',
    ],
  },
  {
    name: 'a device denied',
    lines: [
      'lxc.cgroup.devices.deny = a',
      'lxc.cgroup.devices.allow = c 1:* rwm',
      'lxc.cgroup.devices.allow = c 5:* rwm',
      'lxc.cgroup.devices.allow = c 136:* rwm',
      'lxc.cgroup.devices.deny = c 1:9 rwm',
    ],
  },
  {
    name: 'a device more',
    lines: ['lxc.cgroup.devices.deny = a', 'lxc.cgroup.devices.allow = c *:* rwm'],
  },
  {
    name: 'a tmpfs',
    lines: ['lxc.mount.entry = tmpfs tmp tmpfs size=1m,create=dir 0 0'],
  },
  {
    name: 'a tmpfs with options',
    lines: [
      'lxc.mount.entry = tmpfs tmp tmpfs size=512k,mode=1777,nosuid,nodev,noexec,create=dir 0 0',
    ],
  },
  { name: 'a tmpfs without a size', lines: ['lxc.mount.entry = none run tmpfs rw,create=dir 0 0'] },
  {
    name: 'a read-only tmpfs',
    lines: ['lxc.mount.entry = tmpfs tmp tmpfs ro,size=64k,create=dir 0 0'],
  },
  { name: 'a bind', lines: ['lxc.mount.entry = FOLDER/data data none bind,create=dir 0 0'] },
  {
    name: 'a read-only bind',
    lines: ['lxc.mount.entry = FOLDER/data data none bind,ro,create=dir 0 0'],
  },
  {
    name: 'a bind with flags',
    lines: ['lxc.mount.entry = FOLDER/data data none bind,nosuid,nodev,noexec,create=dir 0 0'],
  },
  {
    name: 'a bind with what is mounted below',
    lines: ['lxc.mount.entry = FOLDER/tree tree none rbind,create=dir 0 0'],
  },
  {
    name: 'a bind without what is mounted below',
    lines: ['lxc.mount.entry = FOLDER/tree tree none bind,create=dir 0 0'],
  },
  {
    name: 'a bind of a file',
    lines: ['lxc.mount.entry = FOLDER/data/file etc/file none bind,create=file 0 0'],
  },
  {
    name: 'an optional bind of nothing',
    lines: ['lxc.mount.entry = FOLDER/missing missing none bind,optional,create=dir 0 0'],
  },
  {
    name: 'a bind of a path of the container',
    lines: ['lxc.mount.entry = bin again none bind,relative,create=dir 0 0'],
  },
  {
    name: 'a target with a blank',
    lines: ['lxc.mount.entry = FOLDER/data a\\040b none bind,create=dir 0 0'],
  },
  {
    name: 'a target that is absolute',
    lines: ['lxc.mount.entry = FOLDER/data FOLDER/root/data none bind,create=dir 0 0'],
  },
  {
    name: 'mounts upon another',
    lines: [
      'lxc.mount.entry = tmpfs mnt tmpfs size=1m,create=dir 0 0',
      'lxc.mount.entry = FOLDER/data mnt/data none bind,create=dir 0 0',
    ],
  },
  {
    name: 'shared memory',
    lines: ['lxc.mount.entry = tmpfs dev/shm tmpfs size=1m,nosuid,nodev,create=dir 0 0'],
  },
  {
    name: 'message queues',
    lines: ['lxc.mount.entry = mqueue dev/mqueue mqueue defaults,create=dir 0 0'],
  },
  {
    name: 'a device node',
    lines: ['lxc.mount.entry = /dev/null masked none bind,create=file 0 0'],
  },
  {
    name: 'mounts of an fstab',
    lines: ['lxc.mount.fstab = FOLDER/fstab'],
  },
  {
    name: 'a read-only root',
    lines: ['lxc.rootfs.options = ro', 'lxc.mount.entry = FOLDER/root/out out none bind 0 0'],
  },
  { name: 'no /dev of its own', lines: ['lxc.autodev = 0'] },
  { name: 'arguments of init', lines: ['lxc.init.cmd = /bin/busybox sh /init one two --three=3'] },
  {
    name: 'environment',
    lines: [
      'lxc.environment = FIRST=1',
      'lxc.environment = SECOND=two words = three',
      'lxc.environment = PATH=/bin:/sbin',
    ],
  },
  { name: 'environment of the caller', lines: ['lxc.environment = LXPLAIN_TEST_VARIABLE'] },
  { name: 'a working directory', lines: ['lxc.init.cwd = /bin'] },
  { name: 'a limit of open files', lines: ['lxc.prlimit.nofile = 512:1024'] },
  {
    name: 'limits of processes',
    lines: ['lxc.prlimit.core = 0', 'lxc.prlimit.nproc = 4000', 'lxc.prlimit.stack = unlimited'],
  },
  { name: 'terminals', lines: ['lxc.tty.max = 3', 'lxc.pty.max = 64'] },
  { name: 'no terminal', lines: ['lxc.tty.max = 0'] },
  {
    name: 'memory',
    lines: [
      'lxc.cgroup.memory.limit_in_bytes = 64M',
      'lxc.cgroup.memory.soft_limit_in_bytes = 32M',
    ],
  },
  { name: 'no new privileges', lines: ['lxc.no_new_privs = 1'] },
  { name: 'an out-of-memory score', lines: ['lxc.proc.oom_score_adj = 500'] },
  { name: 'kernel parameters', lines: ['lxc.sysctl.net.ipv4.ip_forward = 1'] },
  { name: 'a filter of system calls', lines: ['lxc.seccomp.profile = FOLDER/seccomp'] },
  { name: 'an included file', lines: ['lxc.include = FOLDER/included'] },
  {
    name: 'what acts on the host alone',
    lines: [
      'lxc.signal.halt = SIGRTMIN+4',
      'lxc.start.auto = 1',
      'lxc.group = web',
      'lxc.log.level = ERROR',
    ],
  },
];
