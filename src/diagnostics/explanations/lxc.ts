import { command, config, type Explanation } from './explanation.ts';

const mount = (options: string) => `lxc.mount.entry = tmpfs tmp tmpfs ${options} 0 0`;
const convert = 'lxplain domxml-from-native lxc-tools vm1.conf';
/** A config that is converted as libvirt does it, which refuses more. */
const converted = (line: string) =>
  command(
    convert,
    `printf '%s\\n' 'lxc.uts.name = vm1' 'lxc.rootfs.path = /srv/vm1' '${line}' > vm1.conf`,
  );

/** Faults of configs of lxc-tools. */
export const lxc = {
  'lxc/not-text': {
    summary: 'The config has a character that no text has, or that domain XML cannot hold.',
    example: config('lxc.uts.name = vm\u0001'),
    remedy: 'Remove the character; the file may be damaged or not be a config at all.',
  },
  'lxc/too-many-lines': {
    summary: 'The config is longer than is read, counted with all files that it includes.',
    example: command(
      'lxplain check vm1.conf',
      "(echo lxc.uts.name = vm1; yes '#' | head -n 6000) > vm1.conf",
    ),
    remedy: 'No container needs this; check what made the file.',
  },
  'lxc/line-too-long': {
    summary: 'A line is longer than is read: no key of lxc has such values.',
    example: command(
      'lxplain check vm1.conf',
      "(echo lxc.uts.name = vm1; printf 'lxc.group = '; yes a | head -n 100000 | tr '\\n' ' ') > vm1.conf",
    ),
    remedy: 'Check what made the file.',
  },
  'lxc/too-many-faults': {
    summary: 'The config has so many faults that the rest of it is not looked at.',
    example: command(
      'lxplain check vm1.conf',
      '(echo lxc.uts.name = vm1; seq -f lxc.nonsense%g=1 500) > vm1.conf',
    ),
    remedy: 'Check that this is the file you meant.',
  },
  'lxc/no-assignment': {
    summary: 'A line is neither empty, nor a comment, nor KEY = VALUE.',
    example: config('lxc.cap.drop'),
    remedy: 'Complete the line, or remove it.',
  },
  'lxc/unknown-key': {
    summary: 'lxc has no key of this name, and would refuse the whole config.',
    example: config('lxc.cap.dorp = mknod'),
    remedy: 'Correct its spelling: `man lxc.container.conf` lists the keys.',
  },
  'lxc/generations-mixed': {
    summary:
      'Keys were renamed in lxc 3. lxc 2.1 has both generations in one table; every other version refuses one of them.',
    example: config('lxc.utsname = vm2'),
    remedy:
      'Rename the older ones, or convert it with `--lxc-version 2.1`, which reads it as lxc 2.1 does.',
  },
  'lxc/bad-value': {
    summary: 'The value is not one that the key may have.',
    example: config('lxc.tty.max = many'),
    remedy: 'Give what the message asks for.',
  },
  'lxc/no-name': {
    summary: 'Nothing names the container: neither the config nor the folder that it is in.',
    example: config('lxc.arch = x86_64', { whole: true }),
    remedy: 'Add `lxc.uts.name = NAME`.',
  },
  'lxc/bad-name': {
    summary: "The name contains '/', so that it cannot name a directory.",
    example: config('lxc.uts.name = a/b', { whole: true }),
    remedy: 'Choose another name.',
  },
  'lxc/fstab': {
    summary: 'The config names an fstab. libvirt does not convert such a config.',
    example: converted('lxc.mount.fstab = /etc/fstab'),
    remedy:
      'Convert with `--full`, which reads the fstab, or write its lines as `lxc.mount.entry`.',
  },
  'lxc/no-tmpfs-size': {
    summary:
      'A tmpfs has no size. In domain XML it must have one, and libvirt does not convert it.',
    example: converted(mount('rw')),
    remedy:
      'Add `size=`, or convert with `--full`: then it gets half of the memory, as the kernel does it.',
  },
  'lxc/relative-size': {
    summary: 'The size of a tmpfs is a part of the memory. libvirt does not convert it.',
    example: converted(mount('size=50%')),
    remedy:
      'Give the size in bytes, or convert with `--full` and, for another machine, `--host-memory`.',
  },
  'lxc/no-memory': {
    summary: 'The limit of memory is less than 1 KiB, so that the domain would have none.',
    example: config('lxc.cgroup.memory.limit_in_bytes = 0'),
    remedy: 'Give a real limit, or none.',
  },
  'lxc/network-before-type': {
    summary:
      'lxc reads line by line: in the older generation `lxc.network.type` begins a network, and keys of one type of network must stand behind the type.',
    example: config('lxc.net.0.veth.pair = veth-vm1\nlxc.net.0.type = veth'),
    remedy: 'Put the type before it.',
  },
  'lxc/network-other-type': {
    summary: 'The key is one of another type of network: lxc refuses the config.',
    example: config('lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\nlxc.net.0.veth.pair = v0'),
    remedy: 'Remove the line, or give the group the type that has the key.',
  },
  'lxc/network-no-type': {
    summary: 'A network has keys, but no type: lxc does not start such a container.',
    example: config('lxc.net.0.link = br0'),
    remedy: 'Give the group a type, before its other keys.',
  },
  'lxc/no-link': {
    summary: 'A network of this type hangs on an interface of the host, and none is given.',
    example: config('lxc.net.0.type = phys'),
    remedy: 'Add `lxc.net.0.link = INTERFACE`.',
  },
  'lxc/none-beside-others': {
    summary: 'One group shares the network of the host, and another wants a network of its own.',
    example: config('lxc.net.0.type = none\nlxc.net.1.type = veth'),
    remedy: 'Remove one of the two.',
  },
  'lxc/drop-beside-keep': {
    summary: 'Capabilities are given both as those to drop and as those to keep.',
    example: config('lxc.cap.drop = mknod\nlxc.cap.keep = chown'),
    remedy: 'Use one of the two lists.',
  },
  'lxc/keep-beside-clone': {
    summary: 'Namespaces are given both as those to keep and as those to make.',
    example: config('lxc.namespace.keep = net\nlxc.namespace.clone = pid'),
    remedy: 'Use one of the two lists.',
  },
  'lxc/mount-without-bind': {
    summary:
      'A mount of type `none` without `bind`: the kernel has no file system of that name, so lxc does not start the container.',
    example: config('lxc.mount.entry = /srv/data data none ro 0 0'),
    remedy: 'Add `bind` to its options, or give the type of the file system.',
  },
  'lxc/init-without-path': {
    summary:
      'lxc finds a command without a path by PATH when it starts. Domain XML wants the path, and the root is not here to look it up.',
    example: config('lxc.init.cmd = sh /etc/rc'),
    remedy: 'Write the path of the command in the container.',
  },
  'lxc/idmap-incomplete': {
    summary:
      'Only user ids, or only group ids, are mapped. libvirt refuses to define such a domain.',
    example: config('lxc.idmap = u 0 100000 65536'),
    remedy: 'Map both: `u` and `g`.',
  },
  'lxc/idmap-swapped': {
    summary:
      'A high id of the container is root of the host, which is hardly meant: the first number is the id in the container, the second that of the host.',
    example: config('lxc.idmap = u 100000 0 65536\nlxc.idmap = g 100000 0 65536'),
    remedy: 'Exchange the two numbers.',
  },
  'lxc/comment-in-value': {
    summary: "A '#' inside a value does not begin a comment: all of it is the value.",
    example: config('lxc.init.cmd = /sbin/init # the program'),
    remedy: 'Put the comment on a line of its own.',
  },
  'lxc/include-missing': {
    summary: 'An included file does not exist.',
    example: config('lxc.include = /no/such/file.conf'),
    remedy:
      'Correct the path; `--root` says where included files are when they are those of another machine.',
  },
  'lxc/include-refused': {
    summary:
      'An included file cannot be read, or others than root and you can write it: they would decide what root runs.',
    example: command(
      'lxplain check vm1.conf',
      `echo > more.conf\nchmod 666 more.conf\nprintf '%s\\n' 'lxc.uts.name = vm1' "lxc.include = $PWD/more.conf" > vm1.conf`,
    ),
    remedy: 'Correct its owner and its permissions.',
  },
  'lxc/include-cycle': {
    summary: 'A file includes itself, directly or through others.',
    example: command(
      'lxplain check vm1.conf',
      `printf '%s\\n' 'lxc.uts.name = vm1' "lxc.include = $PWD/vm1.conf" > vm1.conf`,
    ),
    remedy: 'Remove one of the includes.',
  },
  'lxc/include-too-deep': {
    summary: 'Files are included through more files than anybody would write.',
    example: command(
      'lxplain check vm1.conf',
      `for i in $(seq 30); do echo "lxc.include = $PWD/$((i + 1)).conf" > $i.conf; done\nprintf '%s\\n' 'lxc.uts.name = vm1' "lxc.include = $PWD/1.conf" > vm1.conf`,
    ),
    remedy: 'Include the files directly.',
  },
  'lxc/too-much-included': {
    summary: 'The config is longer than is read, counted with all files that it includes.',
    example: command(
      'lxplain check vm1.conf',
      `(head -c 4000000 /dev/zero | tr '\\0' '#'; echo) > big.conf\n(echo lxc.uts.name = vm1; echo "lxc.include = $PWD/big.conf"; cat big.conf) | head -c 4100000 > vm1.conf`,
    ),
    remedy: 'No container needs this; check what made the file.',
  },
  'lxc/fstab-missing': {
    summary:
      'The fstab that the config names cannot be read; lxc does not start such a container either.',
    example: config('lxc.mount.fstab = /no/such/fstab'),
    remedy: 'Correct the path, or write its lines as `lxc.mount.entry`.',
  },
  'lxc/security-lost': {
    summary:
      'What the line says keeps something from the container, or confines it, and domain XML cannot say so: the container may do more than with lxc.',
    example: config('lxc.sched.core = 1'),
    remedy: 'Check that the container may do more, before you start it.',
  },
  'lxc/line-lost': {
    summary: 'What the line says has no place in domain XML, so the container will not have it.',
    example: config('lxc.hook.pre-start = /bin/true'),
    remedy: 'Check that the container does without it.',
  },
  'lxc/line-changed': {
    summary:
      'What the line says is kept in a way that is not quite the same; the message says how.',
    example: config(mount('size=50%')),
    remedy: 'Check that the difference does not matter.',
  },
  'lxc/too-many-terminals': {
    summary: 'The container is to have more terminals than the kernel gives.',
    example: config('lxc.tty.max = 1000000'),
    remedy: 'Ask for fewer.',
  },
  'lxc/root-unsupported': {
    summary:
      'The root is kept in a way that domain XML cannot say. Without it the container would get the root of the host.',
    example: config('lxc.uts.name = vm1\nlxc.rootfs.path = overlay:/srv/a:/srv/b', { whole: true }),
    remedy: 'Mount it first, and name the folder: `lxc.rootfs.path = dir:/PATH`.',
  },
  'cli/needs-accept': {
    summary: '`--write-accept` says to write a list of what is accepted, but not where.',
    example: command(`${convert} --write-accept`, 'echo lxc.uts.name = vm1 > vm1.conf'),
    remedy: 'Name the file: `--accept FILE --write-accept`.',
  },
  'cli/bad-accept': {
    summary: 'A line of the list that `--accept` names is none of such a list.',
    example: command(
      `${convert} --accept list`,
      'echo lxc.uts.name = vm1 > vm1.conf; echo what? > list',
    ),
    remedy:
      'Let `--accept FILE --write-accept` write the list, and remove lines that are not to be accepted.',
  },
  'lxc/strict': {
    summary: 'Lines of the config are lost in the conversion, and `--strict` asks to fail then.',
    example: command(
      `${convert} --full --strict`,
      "printf '%s\\n' 'lxc.uts.name = vm1' 'lxc.rootfs.path = /srv/vm1' 'lxc.hook.pre-start = /bin/true' > vm1.conf",
    ),
    remedy:
      'Look at the ledger on standard error, and convert without `--strict` if the lines may be lost.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
