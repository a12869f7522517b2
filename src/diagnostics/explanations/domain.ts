import { config, domain, type Explanation, untested } from './explanation.ts';

const idmap = (target: number) =>
  `<idmap>\n  <uid start='1' target='${target}' count='1000'/>\n  <gid start='0' target='${target}' count='1000'/>\n</idmap>`;
const filesystem = (source: string, target: string, type = 'mount') =>
  `<devices>\n  <filesystem type='${type}'>\n    <source ${source}/>\n    <target dir='${target}'/>\n  </filesystem>\n</devices>`;

const identities = (users: readonly string[], groups: readonly string[]) => ({
  rootPaths: {
    '/': {
      '/sbin/init': { kind: 'file' },
      '/etc/passwd': { kind: 'file', lines: users },
      '/etc/group': { kind: 'file', lines: groups },
    },
  },
});

const imageExample = (fact: Readonly<Record<string, unknown>>) =>
  domain(filesystem("file='/srv/vm1.img'", '/data', 'file'), { paths: { '/srv/vm1.img': fact } });

const mappedExample = (source: string, facts: Readonly<Record<string, unknown>> = {}) =>
  domain(
    `<idmap>\n  <uid start='0' target='100000' count='65536'/>\n  <gid start='0' target='100000' count='65536'/>\n</idmap>\n<devices>\n  <filesystem type='mount' accessmode='mapped'>\n    <source dir='${source}'/>\n    <target dir='/data'/>\n  </filesystem>\n</devices>`,
    facts,
  );

/** What is wrong with a domain, in itself or for a machine. */
export const domains = {
  'domain/not-supported-yet': {
    summary:
      'This is read and understood, but cannot be run by this version yet. It is refused rather than left out in silence.',
    example: domain("<seclabel type='dynamic' model='selinux' relabel='yes'/>"),
    remedy:
      'The line `help` says what has the effect today, or comes closest to it. Else remove it, or start the container with libvirt, or with lxc from what `lxplain domxml-to-native lxc-tools` makes of it.',
  },
  'domain/too-many': {
    summary:
      'The domain has more file systems, consoles or arguments of init than any container needs: its plan would have thousands of steps.',
    example: config('lxc.tty.max = 251'),
    remedy: 'Mount a common directory instead of many, and take fewer consoles.',
  },

  'image/unsupported-format': {
    summary:
      'A loop device shows the bytes of a file as they are. The formats of virtual machines (qcow2 and others) need a program that reads them, which libvirt runs; nothing is run here that the plan does not list.',
    example: domain(
      "<devices>\n  <filesystem type='file'>\n    <driver type='nbd' format='qcow2'/>\n    <source file='/srv/vm1.qcow2'/>\n    <target dir='/data'/>\n  </filesystem>\n</devices>",
    ),
    remedy: 'Convert it: `qemu-img convert -O raw vm1.qcow2 vm1.img`. The copy is sparse.',
  },
  'image/not-readable': {
    summary:
      'The plan names the type of the file system in an image or on a device, which is told by its first bytes. They could not be read, or the facts were made without this domain.',
    example: domain(filesystem("file='/srv/vm1.img'", '/data', 'file')),
    remedy: 'Plan as root; make facts with the domain: `lxplain facts vm1.xml`.',
  },
  'image/no-filesystem': {
    summary:
      'The first bytes are those of no file system: ext2 to ext4, xfs, btrfs, squashfs, erofs, f2fs, iso9660 and vfat are known. A whole disk has partitions, which are devices of their own.',
    example: imageExample({ kind: 'file', filesystems: [] }),
    remedy:
      'Make one (`mkfs.ext4 /srv/vm1.img`), or give a partition: `losetup --show --partscan -f disk.img` makes devices of them, which `type="block"` mounts.',
  },
  'image/several-filesystems': {
    summary:
      'The marks of two file systems are in it, one of which was there earlier. Which one is meant is not guessed.',
    example: imageExample({ kind: 'file', filesystems: ['ext4', 'btrfs'] }),
    remedy: '`wipefs` shows the marks and where they are, and removes one.',
  },
  'image/of-other-kind': {
    summary: 'The source of `type="file"` is a file, and that of `type="block"` a block device.',
    example: imageExample({ kind: 'directory' }),
    remedy: 'Change the type to what the source is.',
  },

  'init/argument-too-long': {
    summary: 'Linux takes arguments and variables of less than 128 KiB each.',
    example: untested(
      'lxplain check vm1.xml',
      'a document with an argument of that length is no example to read',
    ),
    remedy: 'Give init a file that holds the text.',
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
  'path/too-long': {
    summary: 'Linux takes paths of at most 4,095 bytes, and names between slashes of at most 255.',
    example: domain(filesystem("dir='/srv/data'", `/${'a'.repeat(256)}`)),
    remedy: 'Choose a shorter path.',
  },
  'filesystem/unsupported-type': {
    summary:
      'A container cannot have a file system of this type. libvirt takes the definition, and fails when it starts.',
    example: domain(filesystem("name='debian'", '/data', 'template')),
    remedy: 'Give a directory (`mount`), an image (`file`) or a block device (`block`).',
  },
  'filesystem/mapped-system-directory': {
    summary:
      'With an id map and `accessmode="mapped"` the files of a mount have the ids inside that they have on the host: root of the container has the rights of root on them. The root of the host and its own directories are not given away like that.',
    example: mappedExample('/etc'),
    remedy:
      "Give a directory that is the container's alone. `passthrough` shows the files of the host as those of nobody.",
  },
  'filesystem/not-mappable': {
    summary:
      'The kernel maps the ids of a mount only for file systems that know of it: not for an overlay, proc, sysfs, NFS and others.',
    example: mappedExample('/srv/data', { mounts: [{ point: '/', type: 'overlay' }] }),
    remedy:
      'Put the files on ext4, xfs, btrfs or tmpfs, or give them to the ids of the map with `chown`.',
  },
  'filesystem/mapped-reachable': {
    summary:
      'Root of the container can make a set-uid program there, which belongs to root of the host outside. Users of the host that can enter the directory could run it.',
    example: mappedExample('/srv/data', {
      paths: { '/srv/data': { kind: 'directory', uid: 0, gid: 0, mode: '0755' } },
    }),
    remedy: 'Close the directory, or one above it, to others: `chmod 0700 /srv/data`.',
  },
  'filesystem/socket': {
    summary:
      'The source is the socket of a program that serves files to a virtual machine. libvirt keeps it, and cannot start a container with it.',
    example: domain(
      "<devices>\n  <filesystem><source socket='/run/virtiofsd.sock'/><target dir='/data'/></filesystem>\n</devices>",
    ),
    remedy: 'Give the directory itself: `<source dir=…/>`.',
  },
  'filesystem/target-not-plain': {
    summary:
      "The place of a file system is the root of the container, but is not written as '/'. libvirt mounts over a root that is there already, and nothing is seen of it.",
    example: domain(filesystem("dir='/srv/data'", '/data/..')),
    remedy: "Write '/' for the root of the container, or the place that you mean.",
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
    summary:
      'The root of a container has to be a directory of the host, an image or a block device: of type mount, file or block.',
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
  'filesystem/target-below-file': {
    summary:
      'On the way to the target the root file system has something that is no directory, so that no place for a mount can be made.',
    example: domain(filesystem("dir='/srv/data'", '/etc/passwd/data'), {
      rootPaths: { '/': { '/etc/passwd/data': { kind: 'missing', below: '/etc/passwd' } } },
    }),
    remedy: 'Correct the target.',
  },
  'filesystem/kinds-differ': {
    summary: 'A directory can be mounted over a directory only, and a file over a file.',
    example: domain(filesystem("dir='/srv/data'", '/etc/hosts'), {
      paths: { '/srv/data': { kind: 'directory' } },
      rootPaths: { '/': { '/etc/hosts': { kind: 'file' } } },
    }),
    remedy: 'Give a source of the kind of the target, or another target.',
  },
  'filesystem/bind-source-missing': {
    summary:
      "The source of `type='bind'` is a path of the container, not of the host. It is not in the root file system, and no other mount brings it.",
    example: domain(filesystem("dir='/srv/data'", '/data', 'bind'), {
      rootPaths: { '/': { '/srv/data': { kind: 'missing' } } },
    }),
    remedy: "Use `type='mount'` for a directory of the host.",
  },
  'memory/too-small': {
    summary:
      'A container needs 64 KiB of memory to start at all, and with less than 1 MiB most programs are killed at once.',
    example: domain("<memory unit='KiB'>16</memory>"),
    remedy: "Give more memory, or the unit that you mean: `<memory unit='MiB'>`.",
  },
  'memtune/swap-below-memory': {
    summary:
      '`<swap_hard_limit>` limits memory and swap together, so that it cannot be less than the limit of memory. The kernel refuses it.',
    example: domain(
      "<memtune>\n  <hard_limit unit='MiB'>64</hard_limit>\n  <swap_hard_limit unit='MiB'>32</swap_hard_limit>\n</memtune>",
    ),
    remedy: 'Give the sum of memory and swap.',
  },
  'memtune/no-swap-accounting': {
    summary: 'The kernel does not count the swap of control groups, and cannot limit it.',
    example: domain("<memtune>\n  <swap_hard_limit unit='MiB'>128</swap_hard_limit>\n</memtune>", {
      cgroups: { v1: [{ mountPoint: '/c', controllers: ['memory', 'devices'] }], swap: false },
    }),
    remedy: 'Boot the kernel with `swapaccount=1`, or leave `<swap_hard_limit>` out.',
  },
  'resource/partition-missing': {
    summary:
      'The control group of a container is made inside its partition, which has to be there before.',
    example: domain('<resource>\n  <partition>/machine</partition>\n</resource>', {
      paths: { '/sys/fs/cgroup/memory/machine': { kind: 'missing' } },
    }),
    remedy: 'Make the group that the message names, or leave `<partition>` out.',
  },
  'host/too-few-descriptors': {
    summary:
      'A start opens all that the container gets from the host before it goes in: a descriptor for each file system and two for each console. The limit of this process is lower.',
    example: domain(
      "<devices>\n  <console type='pty'/>\n  <console type='pty'/>\n  <console type='pty'/>\n</devices>",
      { descriptors: 12 },
    ),
    remedy: 'Raise the limit of descriptors (`ulimit -n`, `LimitNOFILE=`), or give fewer.',
  },
  'host/missing': {
    summary:
      'The host does not have an image or a link, or does not run whose namespace the domain shares. libvirt takes the definition, and fails when it starts.',
    example: domain(
      "<devices>\n  <hostdev mode='capabilities' type='net'>\n    <source><interface>eth1</interface></source>\n  </hostdev>\n</devices>",
      { paths: { '/sys/class/net/eth1': { kind: 'missing' } } },
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
  'init/not-executable': {
    summary:
      'The file is not one that may be executed: it is no regular file, nobody has the right to execute it, or its file system is mounted with `noexec`.',
    example: domain('<os><type>exe</type><init>/etc/motd</init></os>', {
      rootPaths: { '/': { '/etc/motd': { kind: 'file', uid: 0, gid: 0, mode: '0644' } } },
    }),
    remedy: 'Give the path of a program, or `chmod +x` it.',
  },
  'init/not-a-program': {
    summary:
      'The kernel executes ELF programs, and scripts whose first two bytes are `#!`. A shell would run more.',
    example: domain('<os><type>exe</type><init>/start.sh</init></os>', {
      rootPaths: { '/': { '/start.sh': { kind: 'file', program: { format: 'unknown' } } } },
    }),
    remedy: 'Begin a script with a line such as `#!/bin/sh`.',
  },
  'init/no-interpreter': {
    summary:
      'A script needs the program that its first line names, and an ELF program its dynamic loader. execve(2) tells both as ENOENT, as if init itself were missing.',
    example: domain('<os><type>exe</type><init>/start.py</init></os>', {
      rootPaths: {
        '/': {
          '/start.py': {
            kind: 'file',
            program: { format: 'script', interpreter: '/usr/bin/python3' },
          },
          '/usr/bin/python3': { kind: 'missing' },
        },
      },
    }),
    remedy:
      'Install it in the root file system. A program for another C library (glibc, musl) needs the loader of that one, or has to be linked statically.',
  },
  'init/other-arch': {
    summary:
      'init, or the program that executes it, is for another architecture, and no emulator is registered for it.',
    example: domain('<os><type>exe</type><init>/sbin/init</init></os>', {
      rootPaths: {
        '/': { '/sbin/init': { kind: 'file', program: { format: 'elf', arch: 's390x' } } },
      },
    }),
    remedy:
      'Use a root file system for this machine, or register an emulator with the flag F (on Debian, package qemu-user-static).',
  },
  'init/no-directory': {
    summary: 'The directory of `<initdir>` is looked for inside the container, and is not there.',
    example: domain('<os><type>exe</type><init>/sbin/init</init><initdir>/srv/app</initdir></os>', {
      rootPaths: { '/': { '/srv/app': { kind: 'missing' } } },
    }),
    remedy: 'Make it in the root file system, or leave `<initdir>` out.',
  },
  'numatune/many-preferred': {
    summary: 'A policy of memory prefers one node, and takes others when that is full.',
    example: domain("<numatune>\n  <memory mode='preferred' nodeset='0-1'/>\n</numatune>"),
    remedy: 'Name one node, or take another mode.',
  },
  'numatune/no-such-node': {
    summary: 'libvirt numbers nodes up to 16383, the kernel up to 1023.',
    example: domain("<numatune>\n  <memory mode='interleave' nodeset='0,2000'/>\n</numatune>"),
    remedy: '`lxplain nodeinfo` and /sys/devices/system/node show those of this machine.',
  },
  'init/unknown-user': {
    summary:
      "A name in `<inituser>` is one of the image's own `/etc/passwd`, which is read when the plan is made; the lists of the host do not count. Of a root that is a file system in an image nothing is known by then.",
    example: domain(
      '<os><type>exe</type><init>/sbin/init</init><inituser>www</inituser></os>',
      identities(['root:x:0:0::/:/bin/sh'], []),
    ),
    remedy:
      'Check the spelling, or give the number of the user; `+` in front of it says that it is no name.',
  },
  'init/unknown-group': {
    summary: "A name in `<initgroup>` is one of the image's own `/etc/group`.",
    example: domain(
      '<os><type>exe</type><init>/sbin/init</init><inituser>0</inituser><initgroup>www</initgroup></os>',
      identities(['root:x:0:0::/:/bin/sh'], ['root:x:0:']),
    ),
    remedy: 'Check the spelling, or give the number of the group.',
  },
  'init/not-mapped': {
    summary: 'With `<idmap>` the container has only the ids that are mapped.',
    example: domain(
      `${idmap(100000).replaceAll("start='1'", "start='0'")}\n<os><type>exe</type><init>/sbin/init</init><inituser>+5000</inituser><initgroup>+5</initgroup></os>`,
    ),
    remedy: 'Map more ids, or take one of those that are mapped.',
  },
  'init/too-many-groups': {
    summary:
      'A process has up to 65536 supplementary groups. The list of the image names the user in more.',
    example: untested('lxplain check vm1.xml', 'a list of that length is no example to read'),
    remedy: 'Correct `/etc/group` of the image.',
  },
  'init/group-of-root': {
    summary:
      'The user is no one of the image, so that nothing says which group it has. libvirt leaves it the group of root, whose files it may then read and change as that group.',
    example: domain('<os><type>exe</type><init>/sbin/init</init><inituser>+1000</inituser></os>'),
    remedy: 'Say it: `<initgroup>+1000</initgroup>`.',
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
  'idmap/root-of-stranger': {
    summary:
      'The root file system belongs to an id of the host that the id map does not have. Inside it belongs to nobody: root of the container cannot write there, and cannot make the directories /proc, /sys and /dev where they are missing.',
    example: domain(
      `<idmap>\n  <uid start='0' target='100000' count='65536'/>\n  <gid start='0' target='100000' count='65536'/>\n</idmap>\n${filesystem("dir='/srv/vm1'", '/')}`,
      {
        rootPaths: {
          '/srv/vm1': {
            '/': { kind: 'directory', uid: 0, gid: 0, mode: '0755' },
            '/proc': { kind: 'missing' },
          },
        },
      },
    ),
    remedy:
      "Let the mount map the ids of its files: `<filesystem type='mount' accessmode='mapped'>`, which changes no file; or give all files to the ids of the map. Owners differ within a root file system: `chown -R` to one id is only right where all files belonged to root.",
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
  'group/not-enforced': {
    summary:
      'The machine has no controller for this setting, or its kernel was built without it: the container starts, and is not held to it.',
    example: domain('<cputune>\n  <shares>512</shares>\n</cputune>', {
      cgroups: {
        v1: [
          { mountPoint: '/sys/fs/cgroup/memory', controllers: ['memory'] },
          { mountPoint: '/sys/fs/cgroup/devices', controllers: ['devices', 'cpuacct'] },
        ],
      },
    }),
    remedy: 'Mount the controller, or remove the setting. `--strict` makes it an error.',
  },
  'group/clamped': {
    summary: 'cgroup v2 has another range for this setting: the nearest value is written.',
    example: domain('<cputune>\n  <shares>20000</shares>\n</cputune>', {
      cgroups: {
        v1: [],
        v2: { mountPoint: '/sys/fs/cgroup', controllers: ['cpu', 'memory'], enabled: [] },
      },
    }),
    remedy:
      'Choose a value in the range: the weights of all containers count by their proportion only.',
  },
  'group/no-block-device': {
    summary:
      'Limits of input and output are for a block device of the host, and there is none of this name.',
    example: domain(
      '<blkiotune>\n  <device>\n    <path>/dev/no-such-disk</path>\n    <read_iops_sec>100</read_iops_sec>\n  </device>\n</blkiotune>',
    ),
    remedy: 'Name the whole disk, such as `/dev/sda`, or its numbers: `/dev/block/8:0`.',
  },
  'host/no-controller': {
    summary:
      'A container is held by the memory and devices controllers, and its processor time is counted; the machine has no hierarchy that does one of these.',
    example: domain('<on_crash>destroy</on_crash>', { cgroups: { v1: [] } }),
    remedy: 'Mount the control groups, as systemd does: `mount -t cgroup2 none /sys/fs/cgroup`.',
  },
  'host/no-fuse': {
    summary:
      'What programs read in `/proc/meminfo` is answered by the supervisor of the container, by FUSE: the limit of its group and what that uses. Without FUSE (no `/dev/fuse`) they see all of the memory of the host, and may take more than they are allowed.',
    example: domain('<on_crash>destroy</on_crash>', { fuse: false }),
    remedy: 'Load the module of the kernel: `modprobe fuse`.',
  },
  'host/other-arch': {
    summary: 'The programs of the container are for another architecture.',
    example: domain("<os><type arch='s390x'>exe</type><init>/sbin/init</init></os>"),
    remedy: 'Correct or remove `arch`, or take the container to such a machine.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
