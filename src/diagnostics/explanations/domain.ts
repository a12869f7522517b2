import { config, domain, type Explanation } from './explanation.ts';

const idmap = (target: number) =>
  `<idmap>\n  <uid start='1' target='${target}' count='1000'/>\n  <gid start='0' target='${target}' count='1000'/>\n</idmap>`;
const filesystem = (source: string, target: string, type = 'mount') =>
  `<devices>\n  <filesystem type='${type}'>\n    <source ${source}/>\n    <target dir='${target}'/>\n  </filesystem>\n</devices>`;

/** What is wrong with a domain, in itself or for a machine. */
export const domains = {
  'domain/not-supported-yet': {
    summary:
      'This is read and understood, but cannot be run by this version yet. It is refused rather than left out in silence.',
    example: config('lxc.net.0.type = veth\nlxc.net.0.link = br0'),
    remedy: 'Remove it, or start the container with libvirt.',
  },
  'name/not-a-file-name': {
    summary: 'The name of a domain becomes the name of a directory and of a control group.',
    example: domain('<name>a/b</name>'),
    remedy: "Choose a name of 1 to 200 bytes without '/', other than '.' and '..'.",
  },
  'name/not-a-host-name': {
    summary:
      'The letters, digits and hyphens of the name become the host name of the container, and Linux holds 64 of them.',
    example: domain(`<name>${'x'.repeat(65)}</name>`),
    remedy: 'Choose a shorter name.',
  },
  'filesystem/unsupported-type': {
    summary: 'This type of file system cannot be mounted by this version yet.',
    example: domain(filesystem("file='/srv/vm1.img'", '/data', 'file')),
    remedy: 'Mount it on the host and give its mount point as `<source dir=…/>`.',
  },
  'filesystem/target-not-absolute': {
    summary: 'The place of a file system inside the container is not an absolute path.',
    example: domain(filesystem("dir='/srv/data'", 'data')),
    remedy: "Begin the target with '/'.",
  },
  'filesystem/target-not-plain': {
    summary:
      "The target contains '..'. It would be resolved inside the container, where it need not mean what it seems to.",
    example: domain(filesystem("dir='/srv/data'", '/data/../etc')),
    remedy: "Write the path that you mean without '..'.",
  },
  'filesystem/target-twice': {
    summary: "Two file systems are given for '/'. A container has one root.",
    example: domain(
      `<devices>\n  <filesystem><source dir='/srv/a'/><target dir='/'/></filesystem>\n  <filesystem><source dir='/srv/b'/><target dir='/'/></filesystem>\n</devices>`,
    ),
    remedy: 'Remove one of the two.',
  },
  'filesystem/target-in-kernel': {
    summary:
      'With an id map the tree is assembled and locked before the container has its own /proc and /sys, so that nothing can be mounted in them.',
    example: domain(
      `<idmap>\n  <uid start='0' target='100000' count='65536'/>\n  <gid start='0' target='100000' count='65536'/>\n</idmap>\n<devices>\n  <filesystem><source dir='/srv/data'/><target dir='/sys/fs/fuse/connections'/></filesystem>\n</devices>`,
    ),
    remedy: 'Leave the file system out, or mount it elsewhere.',
  },
  'filesystem/target-covered': {
    summary:
      'A later file system is mounted over the place of this one, so that nothing will be seen of it.',
    example: domain(
      `<devices>\n  <filesystem><source dir='/srv/a'/><target dir='/srv/data'/></filesystem>\n  <filesystem><source dir='/srv/b'/><target dir='/srv'/></filesystem>\n</devices>`,
    ),
    remedy: 'List a file system behind those that it lies in.',
  },
  'filesystem/root-not-a-mount': {
    summary: 'The root of a container has to be a directory of the host: of type mount.',
    example: domain(filesystem("usage='1024'", '/', 'ram')),
    remedy: "Use `type='mount'` with a directory that holds the root of the container.",
  },
  'filesystem/source-not-absolute': {
    summary: 'The source is not an absolute path: relative to what it would be is not defined.',
    example: domain(filesystem("dir='data'", '/data')),
    remedy: "Begin the source with '/'.",
  },
  'filesystem/source-missing': {
    summary: 'The host does not have what a file system is made of.',
    example: domain(filesystem("dir='/srv/missing'", '/data'), {
      paths: { '/srv/missing': { kind: 'missing' } },
    }),
    remedy: 'Create it, or correct the path.',
  },
  'host/missing': {
    summary:
      'The host does not have a device, an image, an interface or a bridge that the domain names. libvirt takes the definition, and fails when it starts.',
    example: domain(
      "<devices>\n  <interface type='bridge'>\n    <source bridge='br7'/>\n  </interface>\n</devices>",
      { paths: { '/sys/class/net/br7/bridge': { kind: 'missing' } } },
    ),
    remedy: 'Create it before the container starts, or correct the name.',
  },
  'console/unsupported-type': {
    summary: 'Consoles of a container are pseudo terminals; libvirt refuses to start others too.',
    example: domain(
      "<devices>\n  <console type='file'>\n    <source path='/tmp/log'/>\n  </console>\n</devices>",
    ),
    remedy: "Use `<console type='pty'/>`.",
  },
  'init/missing': {
    summary: 'A container needs to know which program to run.',
    example: domain('<os><type>exe</type></os>'),
    remedy: 'Add `<init>/sbin/init</init>` to `<os>`.',
  },
  'init/not-absolute': {
    summary:
      'The path of init is relative. init starts in `/`, or in `<initdir>`, and searches no PATH.',
    example: domain('<os><type>exe</type><init>sbin/init</init></os>'),
    remedy: "Begin the path with '/'.",
  },
  'init/not-in-root': {
    summary: 'The root file system does not have the program that is to be run.',
    example: domain('<os><type>exe</type><init>/no/such/program</init></os>', {
      rootPaths: { '/': { '/no/such/program': { kind: 'missing' } } },
    }),
    remedy:
      'Install it there, or correct the path. It is looked up inside the container: `/sbin/init` of a container in `/srv/vm1` is `/srv/vm1/sbin/init`.',
  },
  'init/is-a-directory': {
    summary: 'The path of init leads to a directory.',
    example: domain('<os><type>exe</type><init>/sbin</init></os>', {
      rootPaths: { '/': { '/sbin': { kind: 'directory' } } },
    }),
    remedy: 'Give the path of a program.',
  },
  'init/unsupported-identity': {
    summary: 'This version starts init as root of the container only.',
    example: domain('<os><type>exe</type><init>/sbin/init</init><inituser>1000</inituser></os>'),
    remedy: 'Remove `<inituser>` and `<initgroup>`, and let init change its identity itself.',
  },
  'idmap/out-of-range': {
    summary: 'The kernel has ids up to 4294967294, and an entry maps at least one of them.',
    example: domain(
      "<idmap>\n  <uid start='0' target='4294967290' count='1000'/>\n  <gid start='0' target='100000' count='1000'/>\n</idmap>",
    ),
    remedy: 'Give a smaller `target` or `count`.',
  },
  'idmap/overlap': {
    summary:
      'Each id of the container has one on the host, and each of the host one in the container.',
    example: domain(
      "<idmap>\n  <uid start='0' target='100000' count='1000'/>\n  <uid start='999' target='300000' count='1'/>\n  <gid start='0' target='100000' count='1000'/>\n</idmap>",
    ),
    remedy: 'Let each entry begin behind the one before it, with `start` and with `target`.',
  },
  'idmap/root-not-mapped': {
    summary:
      'With an id map the container has only the ids that are mapped, and init starts as id 0 of it.',
    example: domain(idmap(100000)),
    remedy: "Add an entry with `start='0'` for both `<uid>` and `<gid>`.",
  },
  'capability/unknown': {
    summary:
      'There is no capability of this name. Names are those of libvirt: lower case, without `cap_`.',
    example: domain(
      "<features>\n  <capabilities policy='default'>\n    <cap_mknod state='on'/>\n  </capabilities>\n</features>",
    ),
    remedy: 'Correct the name: `man 7 capabilities` lists them.',
  },
  'capability/not-permitted': {
    summary:
      'The domain wants a capability that the program that starts it does not have itself, so that it cannot pass it on.',
    example: domain(
      "<features>\n  <capabilities policy='default'>\n    <sys_time state='on'/>\n  </capabilities>\n</features>",
      { permittedCapabilities: '0' },
    ),
    remedy: 'Start it from where the capability is available, or do not ask for it.',
  },
  'lifecycle/taken-as': {
    summary:
      'The action needs a virtual machine, of which something is left when it has ended. For a container another is taken.',
    example: domain('<on_crash>preserve</on_crash>'),
    remedy: 'Use destroy or restart.',
  },
  'host/kernel-too-old': {
    summary: 'Every start needs mount_setattr(2), which came with Linux 5.12.',
    example: domain('<on_crash>destroy</on_crash>', {
      kernel: { release: '5.10.0', major: 5, minor: 10 },
    }),
    remedy: 'Use a newer kernel.',
  },
  'host/no-controller': {
    summary:
      'A container is held by the memory and devices controllers; the machine has no hierarchy with one of them.',
    example: domain('<on_crash>destroy</on_crash>', { cgroups: { v1: [] } }),
    remedy: 'Mount the control groups, as systemd does: `mount -t cgroup2 none /sys/fs/cgroup`.',
  },
  'host/other-arch': {
    summary: 'The programs of the container are for another architecture.',
    example: domain("<os><type arch='s390x'>exe</type><init>/sbin/init</init></os>"),
    remedy: 'Correct or remove `arch`, or take the container to such a machine.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
