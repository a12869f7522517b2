import type { PlanStep } from '../../src/plan/plan.ts';

type Matches = Readonly<Record<string, unknown>>;

const memory = '/sys/fs/cgroup/memory';

/** Fields of a step of a golden plan that no planner writes, and what is said of them. */
export const wrongValues: readonly (readonly [
  golden: string,
  step: Matches & { readonly op: PlanStep['op'] },
  fields: Matches,
  problem: string,
])[] = [
  [
    'systemd-idmap',
    { op: 'cgroup.delegate' },
    { path: '/sys/fs/cgroup/unified' },
    '/sys/fs/cgroup/unified is not a group of systemd-idmap',
  ],
  [
    'proc-files',
    { op: 'proc.open', file: 'uptime' },
    { usage: '/sys/fs/cgroup/cpuacct/cpuacct.usage' },
    '/sys/fs/cgroup/cpuacct is no group of the plan',
  ],
  [
    'logs',
    { op: 'log.life' },
    { file: '/var/log/lxplain/logs/' },
    '/var/log/lxplain/logs/ is no file',
  ],
  [
    'logs',
    { op: 'log.console' },
    { file: '/var/log/lxplain/logs/' },
    '/var/log/lxplain/logs/ is no file',
  ],
  ['hostdev-net', { op: 'link.move' }, { name: 'a/b' }, "'a/b' is no name of a link"],
  // Limits, settings, filters and users.
  ['numa-interleave', { op: 'memory.policy' }, { nodes: [1, 1] }, "'1' is there twice"],
  ['numa-interleave', { op: 'memory.policy' }, { nodes: [] }, 'no node is named'],
  [
    'numa-interleave',
    { op: 'memory.policy' },
    { mode: 'preferred' },
    'one node is preferred, not several',
  ],
  ['init-user', { op: 'identity.user' }, { groups: [33, 4, 33] }, "'33' is there twice"],
  [
    'confined-idmap',
    { op: 'limits.raise' },
    { limits: [{ name: 'nofile', hard: '18446744073709551615' }] },
    'nofile 18446744073709551615 is no limit',
  ],
  [
    'confined-idmap',
    { op: 'limits.raise' },
    {
      limits: [
        { name: 'core', hard: '0' },
        { name: 'core', hard: '1' },
      ],
    },
    "'core' is there twice",
  ],
  [
    'confined',
    { op: 'limits.set' },
    { limits: [{ name: 'nofile', soft: '2', hard: '1' }] },
    'nofile 2:1 is no limit',
  ],
  [
    'confined',
    { op: 'limits.set' },
    { limits: [{ name: 'nofile', soft: 'unlimited', hard: '1' }] },
    'nofile unlimited:1 is no limit',
  ],
  [
    'confined',
    { op: 'syscalls.filter' },
    { otherwise: 'errno 4096' },
    "the number of 'errno 4096' is too large",
  ],
  [
    'confined',
    { op: 'syscalls.filter' },
    { rules: [{ verdict: 'allow', calls: ['no_such_call'] }] },
    "'no_such_call' is no system call",
  ],
  [
    'confined',
    { op: 'syscalls.filter' },
    { rules: [{ verdict: 'allow', calls: ['read', 'read'] }] },
    "'read' is there twice",
  ],
  ['confined', { op: 'sysctl.write' }, { name: 'net/../vm' }, "'net/../vm' is no setting"],
  [
    'confined',
    { op: 'sysctl.write' },
    { name: 'vm.swappiness' },
    "vm.swappiness is not a setting of the container's own",
  ],
  [
    'confined',
    { op: 'sysctl.write', name: 'kernel.shmmax' },
    { value: '1\n2' },
    'the value is not one line of text',
  ],
  // Images and maps of ids.
  ['images', { op: 'capture.filesystem' }, { handle: 'dev' }, "'dev' is no mount of a domain"],
  ['images', { op: 'capture.filesystem' }, { type: 'proc' }, 'proc lies on no block device'],
  [
    'images',
    { op: 'capture.filesystem' },
    { device: { loop: 'memory_tasks' } },
    "'memory_tasks' is no loop device",
  ],
  ['idmapped', { op: 'capture.filesystem' }, { ids: 'dev' }, "'dev' is no map of ids"],
  [
    'idmapped',
    { op: 'capture.tree', handle: 'memory_view' },
    { ids: 'ids' },
    "'memory_view' is the driver's: its ids are not mapped",
  ],
  ['images', { op: 'dev.loop' }, { name: '../x' }, "'../x' is no name in /dev"],
  ['images', { op: 'dev.loop' }, { mode: '04755' }, '04755 has more than rights'],
  ['images', { op: 'dev.loop' }, { loop: 'dev' }, "'dev' is no loop device"],
  [
    'images',
    { op: 'devices.policy' },
    { rules: [{ loop: 'dev', access: 'rwm' }] },
    "'dev' is no loop device",
  ],
  [
    'idmapped',
    { op: 'idmap.hold' },
    { uid: ['1 100000 5'] },
    'the root of the container is nobody',
  ],
  // What is hidden of the kernel.
  [
    'private-root',
    { op: 'mask.open' },
    { files: ['/etc/passwd'] },
    "/etc/passwd is nothing of the kernel's",
  ],
  [
    'private-root',
    { op: 'mask.attach' },
    { directories: ['/proc/../etc'] },
    '/proc/../etc is not a plain absolute path',
  ],
  // Figures and records.
  [
    'private-root',
    { op: 'meminfo.open' },
    { group: '/sys/fs/cgroup/memory' },
    '/sys/fs/cgroup/memory is no group of the plan',
  ],
  [
    'private-root',
    { op: 'audit.start' },
    { resources: ['virt=lxc\nop=stop'] },
    'the text of a record is not one line',
  ],
  [
    'private-root',
    { op: 'audit.start' },
    { resources: ['x'.repeat(8001)] },
    'the text of a record is too long',
  ],
  // The state.
  [
    'private-root',
    { op: 'state.lock' },
    { directory: '/etc/private-root' },
    '/etc/private-root is not where private-root has its state',
  ],
  [
    'private-root',
    { op: 'state.lock' },
    { directory: '/run/lxplain/other' },
    '/run/lxplain/other is not where private-root has its state',
  ],
  [
    'private-root',
    { op: 'state.remove' },
    { directory: '/a/../run/lxplain/private-root' },
    '/a/../run/lxplain/private-root is not a plain absolute path',
  ],

  // Control groups.
  [
    'private-root',
    { op: 'cgroup.create' },
    { path: `${memory}/system.slice` },
    `${memory}/system.slice is not a group of private-root`,
  ],
  [
    'private-root',
    { op: 'cgroup.create' },
    { path: `${memory}/x/../../../lxplain-private-root` },
    `${memory}/x/../../../lxplain-private-root is not a plain absolute path`,
  ],
  [
    'private-root',
    { op: 'cgroup.remove' },
    { path: '/etc\nrmdir /x/lxplain-private-root' },
    '/etc\nrmdir /x/lxplain-private-root is not a plain absolute path',
  ],
  [
    'private-root',
    { op: 'cgroup.remove' },
    { path: '/etc' },
    '/etc is not a group of private-root',
  ],
  [
    'private-root',
    { op: 'devices.policy' },
    { path: `${memory}/lxplain-other` },
    `${memory}/lxplain-other is not a group of private-root`,
  ],
  [
    'private-root',
    { op: 'devices.policy' },
    { rules: [{ type: 'b', major: '*', minor: '*', access: 'rwm' }] },
    "'b *:* rwm' opens all devices",
  ],
  [
    'v2',
    { op: 'devices.attach' },
    { path: '/sys/fs/cgroup' },
    '/sys/fs/cgroup is not a group of v2',
  ],
  [
    'v2',
    { op: 'devices.attach' },
    { rules: [{ type: 'c', major: '*', minor: 1, access: 'r' }] },
    "'c *:1 r' opens all devices",
  ],
  [
    'v2',
    { op: 'cgroup.enable' },
    { file: '/sys/fs/cgroup/cgroup.procs' },
    '/sys/fs/cgroup/cgroup.procs passes nothing on to a group of the plan',
  ],
  [
    'v2',
    { op: 'cgroup.enable' },
    { file: '/sys/fs/cgroup/system.slice/cgroup.subtree_control' },
    '/sys/fs/cgroup/system.slice/cgroup.subtree_control passes nothing on to a group of the plan',
  ],
  ['v2', { op: 'cgroup.enable' }, { value: '-memory' }, "'-memory' enables no controller"],
  ...['tasks', 'cgroup.procs', 'devices.allow', 'release_agent', 'notify_on_release'].map(
    (file) =>
      [
        'private-root',
        { op: 'cgroup.write' },
        { file: `${memory}/lxplain-private-root/${file}` },
        `${memory}/lxplain-private-root/${file} is no setting of a controller`,
      ] as const,
  ),
  ['private-root', { op: 'cgroup.write' }, { value: '1\n2' }, 'the value is not one line of text'],
  [
    'private-root',
    { op: 'cgroup.open' },
    { path: `${memory}/lxplain-private-root/memory.limit_in_bytes` },
    `${memory}/lxplain-private-root/memory.limit_in_bytes is not where processes join`,
  ],
  [
    'private-root',
    { op: 'cgroup.join', handle: 'memory_tasks' },
    { handle: 'root' },
    `'root' is not ${memory}/lxplain-private-root/tasks`,
  ],
  [
    'private-root',
    { op: 'cgroup.join', handle: 'memory_tasks' },
    { handle: 'devices_tasks' },
    `'devices_tasks' is not ${memory}/lxplain-private-root/tasks`,
  ],

  // What is captured of the host.
  [
    'private-root',
    { op: 'capture.tree', handle: 'memory_view' },
    { readOnly: false },
    `${memory}/lxplain-private-root is shown writable`,
  ],
  [
    'private-root',
    { op: 'capture.tree', handle: 'memory_view' },
    { source: memory },
    `${memory} is no group of the plan`,
  ],
  [
    'private-root',
    { op: 'capture.tree', handle: 'root' },
    { handle: 'dev' },
    "the container's /dev is the host's",
  ],
  ['private-root', { op: 'capture.tmpfs' }, { handle: 'root' }, 'the root is no tree of the host'],
  [
    'private-root',
    { op: 'capture.tmpfs' },
    { options: { size: '64k\n' } },
    'the option size has no plain value',
  ],

  // The container's /dev.
  ...['../x', '..', '.', '', 'pts/0', 'a\nb', 'x'.repeat(256)].flatMap((name) =>
    (['dev.node', 'dev.link', 'dev.directory'] as const).map(
      (op) => ['private-root', { op }, { name }, `'${name}' is no name in /dev`] as const,
    ),
  ),
  ['private-root', { op: 'dev.node' }, { mode: '04777' }, '04777 has more than rights'],
  ['private-root', { op: 'dev.link' }, { target: '' }, 'the link leads nowhere'],

  // The stage.
  [
    'idmap',
    { op: 'stage.root' },
    { at: '/etc' },
    '/etc is not the directory of the lock, which nothing else uses',
  ],
  [
    'idmap',
    { op: 'root.adopt' },
    { at: '/' },
    '/ is not the directory of the lock, which nothing else uses',
  ],
  [
    'idmap',
    { op: 'stage.identity', uid: 100_000 },
    { uid: 1000, gid: 1000 },
    'uid 1000 gid 1000 is not the root of the container',
  ],
  ...(
    [
      ['private-root', 'mount.point', 'path'],
      ['private-root', 'mount.attach', 'target'],
      ['private-root', 'mount.bind', 'target'],
      ['private-root-readonly', 'mount.readonly', 'target'],
      ['privnet', 'mount.clone', 'source'],
      ['host-root', 'mount.detach', 'target'],
    ] as const
  ).flatMap(([golden, op, field]) =>
    ['/a/../b', '/..', '/a/./b', '//a', '/a/', 'a'].map(
      (path) =>
        [golden, { op }, { [field]: path }, `${path} is not a plain absolute path`] as const,
    ),
  ),

  // Mounts.
  [
    'idmap',
    { op: 'mount.attach', base: 'root' },
    { handle: 'memory_tasks' },
    "'memory_tasks' is no mount",
  ],
  [
    'idmap-four-filesystems',
    { op: 'mount.bind', base: 'root' },
    { target: '/a/..' },
    '/a/.. is not a plain absolute path',
  ],
  [
    'private-root-readonly',
    { op: 'mount.readonly' },
    { base: 'root', target: '/etc' },
    '/etc is not the root of the stage',
  ],
  [
    'private-root',
    { op: 'mount.attach' },
    { handle: 'memory_tasks' },
    "'memory_tasks' is no mount",
  ],
  [
    'idmap',
    { op: 'mount.create' },
    { type: 'ext4' },
    'ext4 is no file system that a start creates',
  ],
  ['idmap', { op: 'mount.create' }, { attributes: [] }, 'proc is mounted without nosuid'],
  [
    'private-root',
    { op: 'mount.create', type: 'sysfs' },
    { attributes: ['nosuid', 'nodev', 'noexec'] },
    'sysfs is mounted without ro',
  ],
  [
    'private-root',
    { op: 'mount.create', type: 'proc' },
    { options: { hidepid: '2' } },
    'proc is made without options',
  ],
  [
    'private-root',
    { op: 'mount.create', type: 'tmpfs' },
    { options: { size: '1 2' } },
    'the option size has no plain value',
  ],
  [
    'private-root',
    { op: 'descriptors.drop' },
    { handles: ['lock', 'lock'] },
    "'lock' is there twice",
  ],
  [
    'private-root',
    { op: 'mount.point', path: `${memory}` },
    { below: '/proc' },
    'nothing is mounted on /proc before',
  ],

  // Ids, rights and the program.
  ['idmap', { op: 'idmap.write' }, { lines: ['0 100000 0'] }, "'0 100000 0' is no range of ids"],
  [
    'idmap',
    { op: 'idmap.write' },
    { lines: ['0 4294967295 1'] },
    "'0 4294967295 1' is no range of ids",
  ],
  [
    'idmap',
    { op: 'idmap.write' },
    { lines: ['1 100000 65536'] },
    'the root of the container is nobody',
  ],
  [
    'private-root',
    { op: 'namespaces.create' },
    { namespaces: ['mount', 'pid', 'mount'] },
    "'mount' is there twice",
  ],
  [
    'idmap',
    { op: 'namespaces.create' },
    { supervisor: 'sleeps' },
    'nobody writes the maps while the supervisor sleeps',
  ],
  [
    'shared-namespaces',
    { op: 'namespace.join', namespace: 'net' },
    { directory: '/run/lxplain/vm2' },
    'it has a path, or else a directory',
  ],
  [
    'shared-namespaces',
    { op: 'namespace.join', namespace: 'net' },
    { path: undefined },
    'it has a path, or else a directory',
  ],
  ['private-root', { op: 'hostname.set' }, { name: 'a\u001b[2J' }, "'a\u001b[2J' is no host name"],
  [
    'private-root',
    { op: 'hostname.set' },
    { name: 'x'.repeat(65) },
    `'${'x'.repeat(65)}' is no host name`,
  ],
  ['private-root', { op: 'umask.set' }, { mask: '07777' }, '07777 has more than rights'],
  [
    'init-environment',
    { op: 'directory.change' },
    { path: '' },
    'there is no directory without a name',
  ],
  ['private-root', { op: 'capabilities.bound' }, { unknown: [50, 50] }, "'50' is there twice"],
  [
    'private-root',
    { op: 'capabilities.set' },
    { keep: ['chown', 'chown'] },
    "'chown' is there twice",
  ],
  ['private-root', { op: 'exec' }, { path: 'sh' }, 'sh is not an absolute path'],
  ['private-root', { op: 'exec' }, { argv: [] }, 'the program has no name of its own'],
  [
    'private-root',
    { op: 'exec' },
    { argv: ['a', 'a'.repeat(128 * 1024)] },
    'an argument is longer than the kernel takes',
  ],
  [
    'private-root',
    { op: 'exec' },
    { argv: Array.from({ length: 10_050 }, () => 'a') },
    'more arguments than are read',
  ],
  ...['HOME', '', '=x'].map(
    (variable) =>
      [
        'private-root',
        { op: 'exec' },
        { environment: [variable] },
        `'${variable}' is no variable with a value`,
      ] as const,
  ),
  [
    'private-root',
    { op: 'exec' },
    { environment: ['HOME=/', 'HOME=/root'] },
    "'HOME' is there twice",
  ],
  [
    'private-root',
    { op: 'capture.close' },
    { handles: ['root', 'dev', 'root'] },
    "'root' is there twice",
  ],

  // Links.
  ...(['link.veth', 'link.isolate', 'link.macvlan', 'link.mac', 'link.up'] as const).map(
    (op) => ['interfaces', { op }, { name: '..' }, "'..' is no name of a link"] as const,
  ),
  ['interfaces', { op: 'link.veth' }, { bridge: 'a/b' }, "'a/b' is no name of a link"],
  ['interfaces', { op: 'link.veth' }, { host: 'vnet%d%d' }, "'vnet%d%d' is no name of a link"],
  [
    'interfaces',
    { op: 'link.macvlan' },
    { parent: 'é'.repeat(8) },
    `'${'é'.repeat(8)}' is no name of a link`,
  ],
  ...(['link.address', 'host.address'] as const).flatMap((op) => [
    ['interfaces', { op }, { link: '' }, "'' is no name of a link"] as const,
    [
      'interfaces',
      { op },
      { address: '10.0.0.2/33' },
      "'10.0.0.2/33' is no address with a length",
    ] as const,
    [
      'interfaces',
      { op },
      { peer: 'fd00::1' },
      op === 'link.address'
        ? "'10.0.0.2/24' and 'fd00::1' are of two families"
        : "'192.0.2.1/32' and 'fd00::1' are of two families",
    ] as const,
  ]),
  ...(['link.route', 'host.route'] as const).flatMap((op) => [
    ['interfaces', { op }, { to: '::0/0' }, "'::0/0' is no address with a length"] as const,
    ['interfaces', { op }, { via: '10.1' }, "'10.1' is no address"] as const,
  ]),
];
