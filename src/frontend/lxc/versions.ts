/**
 * Which lxc reads the config. Everywhere the measure is lxc 5; 6 is told apart where it reads something otherwise, and
 * 2.1 alone has the keys of both generations in one table.
 */
export type LxcVersion = '2.1' | '5' | '6';

/** What lxc 5.0.2 and 6.0.6 read differently. */
export interface VersionDifference {
  readonly what: string;
  readonly five: string;
  readonly six: string;
  /** What is made of it here. */
  readonly here: string;
}

/**
 * Found by reading the reader of lxc 6 from end to end: it has the keys of lxc 5 and no others. Two keys of lxc 7 are
 * read here as well.
 * @see lxc 6.0.6 beside 5.0.2: src/lxc/confile.c, confile_utils.c, conf.c, lxccontainer.c
 */
export const versionDifferences: readonly VersionDifference[] = [
  {
    what: '`lxc.init.cmd`',
    five: 'split at spaces, and nothing else: quotes and tabs are part of the words',
    six: 'split at white space; quotes at the start of a word hold it together',
    here: 'as lxc 5, with `--lxc-version 6` as lxc 6; told of where it matters',
  },
  {
    what: '`lxc.arch`',
    five: 'refuses `x32`, `loong64` and `loongarch64`',
    six: 'reads them',
    here: 'as the version; libvirt has no x32',
  },
  {
    what: 'options of mounts',
    five: 'passes `nosymfollow` and `move` on to the file system',
    six: 'reads them as flags',
    here: 'domain XML can say neither; the loss of `nosymfollow` is one of security',
  },
  {
    what: 'a network without `hwaddr`',
    five: 'an address that starts with 00:16:3e',
    six: 'one that starts with 10:66:6a',
    here: 'no `<mac>`: libvirt chooses one',
  },
  {
    what: 'an IPv4 address without a broadcast address',
    five: 'a broadcast address computed without the network (the bits of the host alone)',
    six: 'the one of the network',
    here: 'the kernel computes it',
  },
  {
    what: '`lxc.time.offset.*` below zero with another unit than s and ns',
    five: 'refused',
    six: 'read',
    here: 'read; domain XML has no time namespace',
  },
  {
    what: '`lxc.cap.drop` that is no capability',
    five: 'refused, without its name',
    six: 'refused, with its name',
    here: '`lxc/bad-value`, with its name',
  },
  {
    what: '`lxc.environment.runtime`, `lxc.environment.hooks`',
    five: 'unknown: the config is refused',
    six: 'unknown: the config is refused',
    here: 'as lxc 7, which has them',
  },
];

/**
 * Keys that lxc 2.1 does not know, by their names in the tables of keys.
 * @see lxc 2.1.1, src/lxc/confile.c, config
 */
export const sinceLxc3: ReadonlySet<string> = new Set(
  `lxc.rootfs.managed lxc.cgroup2.* lxc.cgroup.dir.container lxc.cgroup.dir.container.inner lxc.cgroup.dir.monitor
  lxc.cgroup.dir.monitor.pivot lxc.cgroup.relative lxc.init.cwd lxc.init.groups lxc.execute.cmd
  lxc.environment.runtime lxc.environment.hooks lxc.namespace.share.* lxc.namespace.keep lxc.namespace.clone
  lxc.apparmor.allow_nesting lxc.apparmor.raw lxc.selinux.context.keyring lxc.keyring.session
  lxc.seccomp.allow_nesting lxc.seccomp.notify.proxy lxc.seccomp.notify.cookie lxc.sysctl.* lxc.proc.*
  lxc.sched.core lxc.time.offset.boot lxc.time.offset.monotonic lxc.autodev.tmpfs.size lxc.console.buffer.size
  lxc.console.size lxc.console.rotate lxc.hook.version lxc.hook.start-host lxc.monitor.signal.pdeath
  l2proxy ipvlan.mode ipvlan.isolation veth.mode veth.ipv4.route veth.ipv6.route veth.vlan.id
  veth.vlan.tagged.id veth.n_rxqueues veth.n_txqueues`.split(/\s+/),
);
