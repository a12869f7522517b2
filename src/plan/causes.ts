import type { PlanStep } from './plan.ts';

/** Causes by the kernel's name of the error. */
type Causes = Readonly<Record<string, string>>;

/** Under this name stands what ENOENT means of an init that is there: it is not the file that was not found. */
export const NO_INTERPRETER = 'ELIBACC';

/**
 * Why the kernel may have refused a step, and what to do about it, by the name of the error: what the command line and
 * a compiled program say alike. Without a path or a name of the step, which its description has.
 * @see the manual pages of the calls, section ERRORS
 */
export function causesOf(step: PlanStep): Causes {
  return { ...everywhere, ...rightOf(step), ...own(step) };
}

/** What any step can fail with. */
export const everywhere: Causes = {
  ENOMEM:
    'the host or the control group of the caller has no memory left, or the limit of the container is too small to start in',
  ENFILE: 'the host has no descriptors left (fs.file-max)',
  EMFILE: 'the limit of descriptors is too low: raise it (ulimit -n)',
  ENOSYS: 'the kernel does not have this call, or a filter forbids it (seccomp of a container?)',
  EPERM: 'a filter of system calls (seccomp) or a security module (AppArmor, SELinux) forbids it',
  EACCES: 'its owner, its mode or a security module (AppArmor, SELinux) forbids it',
};

const rights = {
  admin: 'CAP_SYS_ADMIN',
  net: 'CAP_NET_ADMIN',
  ids: 'CAP_SETUID and CAP_SETGID',
  pcap: 'CAP_SETPCAP',
} as const;

const missing = (right: string): string =>
  `the caller lacks ${right}: be root of the host, not of a container, a user namespace or a service with fewer capabilities`;

/** What a step needs the right for; most of all to mount. */
function rightOf({ op }: PlanStep): Causes {
  if (op.startsWith('cgroup.')) return { EPERM: strangerGroup, EACCES: strangerGroup };
  const right = neededFor(op);
  return right === undefined ? {} : { EPERM: missing(rights[right]) };
}

function neededFor(op: PlanStep['op']): keyof typeof rights | undefined {
  switch (op) {
    case 'capture.tree':
    case 'capture.tmpfs':
    case 'capture.filesystem':
    case 'meminfo.create':
    case 'proc.create':
    case 'devpts.create':
    case 'stage.enter':
    case 'stage.root':
    case 'stage.leave':
    case 'namespaces.create':
    case 'namespaces.unshare':
    case 'namespace.join':
    case 'propagation.stop':
    case 'root.adopt':
    case 'root.attach':
    case 'root.pivot':
    case 'root.detach-old':
    case 'mask.open':
    case 'mask.attach':
    case 'mount.attach':
    case 'mount.bind':
    case 'mount.clone':
    case 'mount.detach':
    case 'mount.readonly':
    case 'hostname.set':
      return 'admin';
    case 'loopback.up':
    case 'link.veth':
    case 'link.isolate':
    case 'link.macvlan':
    case 'link.move':
    case 'link.mac':
    case 'link.up':
    case 'link.address':
    case 'link.route':
    case 'host.address':
    case 'host.route':
      return 'net';
    case 'identity.root':
      return 'ids';
    case 'capabilities.bound':
      return 'pcap';
    default:
      return undefined;
  }
}

const strangerGroup =
  'the control groups belong to somebody else: be root of the host, not of a container or a user namespace';
const strangerState = 'the directory belongs to somebody else: be root';
const keptState =
  'the directory may not be changed: its attributes (chattr +i) or a security module forbid it';
const readOnlyRoot =
  'the root file system is read-only on the host, and lacks this place: make it there before';
const strangerRoot =
  'root of the container has no right there: the files of the root file system belong to ids that <idmap> does not map';
const notThere = 'the root file system does not have it, nor does a mount that comes before';
const kinds = 'a directory can be mounted over a directory only, and a file over a file';
const noProcesses = 'the limit of processes is reached (ulimit -u, pids.max)';
const noNamespaces = 'the limit of namespaces is reached (user.max_*_namespaces of sysctl)';

/** What is particular to an operation. */
function own(step: PlanStep): Causes {
  switch (step.op) {
    case 'state.lock':
      return {
        EAGAIN: 'a container of this name is running',
        EACCES: strangerState,
        EPERM: keptState,
        EROFS: 'the directory lies on a read-only file system: LXPLAIN_ROOT moves it',
        ENOTDIR: 'something on the way to the directory is no directory',
      };
    case 'state.journal':
      return {
        ENOSPC: 'the file system of the state (/run) is full',
        EPERM: keptState,
        EBUSY:
          "something still runs in the control groups of this name, whose supervisor was killed: 'lxplain clean' ends it",
      };
    case 'state.remove':
      return { EACCES: strangerState, EPERM: keptState };
    case 'cgroup.enable':
      return {
        EBUSY: 'the group above has processes of its own, so that it cannot pass controllers on',
        ENOENT: 'the group above does not have this controller, or does not exist',
        EOPNOTSUPP: 'the group above is threaded, and the controller is not',
      };
    case 'cgroup.create':
      return {
        ENOENT: 'the group above does not exist: make the <partition>, or leave it out',
        EROFS: 'the control groups are mounted read-only: this is a container itself',
        EAGAIN: 'the limit of groups is reached (cgroup.max.descendants)',
        ENOSPC: 'the kernel has no group left to give, or cpuset of the group above is not set',
      };
    case 'cgroup.write':
      return {
        ENOENT:
          'the kernel does not have this setting: its controller is not enabled, or does not count (swap)',
        EINVAL:
          'the kernel does not take this value: out of range, or against another limit of the group',
        ERANGE: 'the value is out of range',
        EBUSY:
          'more is in use already than the new limit allows, or the limit is against another one',
        EOPNOTSUPP: 'the kernel was built without this setting',
      };
    case 'cgroup.join':
      return { ESRCH: 'the process is gone', ENOSPC: 'cpuset of the group is not set' };
    case 'cgroup.open':
      return { ENOENT: 'the group is gone: somebody removed it' };
    case 'cgroup.remove':
      return { EBUSY: 'somebody has put processes or groups into it: move them, then clean' };
    case 'devices.policy':
      return {
        EPERM:
          'the caller lacks CAP_SYS_ADMIN, or the group above does not have one of these devices itself',
        EACCES: strangerGroup,
      };
    case 'devices.attach':
      return {
        EPERM:
          'the caller lacks CAP_SYS_ADMIN, or a group above has a program that allows no other',
        EACCES: strangerGroup,
        EINVAL: 'the kernel was built without BPF for control groups (CONFIG_CGROUP_BPF)',
        E2BIG: 'too many such programs are attached to the groups above',
      };
    case 'capture.tree':
      return {
        ENOENT: 'the source does not exist on the host',
        ENOTDIR: 'something on the way to the source is no directory',
        EACCES: 'the caller may not enter a directory on the way to the source',
        ELOOP: 'the source is a symbolic link that leads to itself',
        EINVAL:
          step.ids === undefined
            ? 'the source cannot be cloned: it has unbindable or locked mounts'
            : "the source cannot be cloned, or its file system cannot map ids: leave accessmode='mapped' out",
      };
    case 'loop.attach':
      return {
        ENOENT: 'the file, or /dev/loop-control, does not exist',
        ENXIO: 'the kernel has no loop devices: its module (loop) is not loaded',
        EACCES: 'the caller may not open the file or a loop device: be root of the host',
        EPERM: 'the caller may not open a loop device: be root of the host, not of a container',
        EROFS: 'the file lies on a read-only file system: <readonly/> asks for no more',
        ETXTBSY: 'the file is in use as swap, or as a program that runs',
        EBUSY: 'others took each loop device that was free, again and again',
        ENOSPC: 'there are as many loop devices as the kernel has numbers for (max_loop)',
      };
    case 'capture.filesystem':
      return {
        ENODEV: 'the kernel does not have this type of file system: its module is not loaded',
        ENOENT: 'the block device is gone from the host',
        ENOTBLK: 'it is no block device any more',
        EINVAL:
          'it does not hold what it held when the plan was made, or is damaged: the log of the kernel knows',
        EBUSY: 'it is in use in another way: mounted elsewhere with other flags, or part of a RAID',
        EROFS: 'the device cannot be written to: <readonly/> asks for no more',
        EUCLEAN: 'it is damaged: check it on the host (fsck)',
        EBADMSG: 'it is damaged: check it on the host (fsck)',
      };
    case 'audit.open':
      return { EPROTONOSUPPORT: 'the kernel has no audit system: make the plan anew' };
    case 'meminfo.open':
    case 'proc.open':
      return {
        ENOENT: 'the kernel has no FUSE (/dev/fuse), or the group does not count this',
        ENODEV: 'the kernel has no FUSE: its module is not loaded',
      };
    case 'meminfo.create':
    case 'proc.create':
      return { ENODEV: 'the kernel has no FUSE: its module is not loaded' };
    case 'capture.tmpfs':
      return { EINVAL: 'the kernel does not take these options of tmpfs' };
    case 'dev.loop':
      return {
        EPERM:
          'no device node can be made in a user namespace, or without CAP_MKNOD: be root of the host',
      };
    case 'dev.node':
      return {
        EPERM:
          'no device node can be made in a user namespace, or without CAP_MKNOD: be root of the host',
        ENXIO: 'its number is that of another device now: make the plan anew',
        ENOENT: 'the device is gone from the host',
      };
    case 'console.create':
      return { ENOSPC: 'the limit of pseudo terminals is reached (kernel.pty.max)' };
    case 'mount.point':
      return {
        EROFS: readOnlyRoot,
        EACCES: strangerRoot,
        EPERM:
          'the directory above it takes no new names: its attributes (chattr +i) or its file system (proc, sysfs) forbid it',
        EOVERFLOW: strangerRoot,
        ENOTDIR: 'something on the way to it is no directory in the root file system',
        EISDIR: 'a directory of the root file system is where a file is to be mounted',
        ELOOP: 'a symbolic link of the root file system leads to itself',
        ENOSPC: 'the root file system is full',
      };
    case 'mount.attach':
      return {
        ENOTDIR: kinds,
        EISDIR: kinds,
        ENOENT: notThere,
        EACCES: strangerRoot,
        ENOSPC: 'too many mounts (fs.mount-max)',
      };
    case 'mask.attach':
      return { ENOTDIR: kinds, ENOSPC: 'too many mounts (fs.mount-max)' };
    case 'mount.bind':
      return {
        ENOENT:
          "the source of a bind lies inside the container: to show a directory of the host use <filesystem type='mount'>",
        ENOTDIR: kinds,
        EACCES: strangerRoot,
      };
    case 'mount.create':
      return {
        ENODEV: 'the kernel does not have this type of file system',
        ENOENT: notThere,
        EBUSY: 'the same is mounted there already',
        EPERM:
          'the caller lacks CAP_SYS_ADMIN, or is in a container: a user namespace gets no /proc or /sys that is covered in part',
        EINVAL: 'the kernel does not take these options',
      };
    case 'mount.clone':
      return { ENOENT: 'the kernel does not have it' };
    case 'mount.readonly':
      return { EBUSY: 'a file of it is open for writing' };
    case 'root.attach':
    case 'root.pivot':
      return {
        EINVAL:
          'the root of the host cannot be exchanged: it is an initial RAM disk, or already another root',
        EBUSY: 'the root is the one that is there already',
      };
    case 'guard.create':
      return { EAGAIN: noProcesses };
    case 'keyring.new':
      return { EDQUOT: 'the limit of keyrings is reached (kernel.keys.root_maxkeys)' };
    case 'process.harden':
      return { EPERM: missing(rights.ids) };
    case 'namespaces.create':
      return {
        EAGAIN: noProcesses,
        ENOSPC: noNamespaces,
        EUSERS: noNamespaces,
        EINVAL: 'the kernel was built without one of these namespaces',
        EBUSY:
          'the group into which init is to be cloned passes controllers on, and cannot have processes',
        EOPNOTSUPP: 'the group into which init is to be cloned is invalid (cgroup.type)',
      };
    case 'namespace.join':
      return {
        ENOENT:
          'nobody has this namespace: the process or the container does not run, or there is no such netns',
        ESRCH: 'that container does not run',
        EINVAL: 'this is no namespace of this kind',
      };
    case 'namespaces.unshare':
      return {
        ENOSPC: noNamespaces,
        EINVAL: 'the kernel was built without one of these namespaces',
      };
    case 'idmap.write':
      return {
        EINVAL: 'the kernel does not take this map: ids overlap, or there are more than 340 lines',
        EPERM:
          'the caller may not give away these ids: be root of the host, or of a namespace that has all of them',
      };
    case 'idmap.hold':
      return {
        EINVAL: 'the kernel does not take this map: ids overlap, or there are more than 340 lines',
        EPERM:
          'the caller may not give away these ids: be root of the host, or of a namespace that has all of them',
        EAGAIN: noProcesses,
        ENOSPC: noNamespaces,
        EUSERS: noNamespaces,
      };
    case 'netlink.host':
    case 'netlink.own':
      return { EAFNOSUPPORT: 'the kernel was built without netlink, or a filter forbids it' };
    case 'link.veth':
      return {
        ENODEV: 'the bridge does not exist, or the kernel was built without pairs of links (veth)',
        EOPNOTSUPP: 'the kernel was built without pairs of links (veth)',
        EEXIST: 'a link of this name is there already',
        EXFULL: 'the bridge has no free port',
      };
    case 'link.move':
      return {
        ENODEV: 'the link of the host does not exist, or has not come back',
        EINVAL: 'the link cannot leave its network: a bridge, a tunnel or lo cannot',
        EBUSY: 'the link is used in another way: by a bridge, or by a link on it',
        EEXIST: 'a link of this name is in the container already',
      };
    case 'link.macvlan':
      return {
        ENODEV: 'the link of the host does not exist',
        EOPNOTSUPP: 'the kernel was built without macvlan',
        EBUSY: 'the link of the host is used in another way: by a bridge, or passed through',
        EINVAL: 'the link of the host cannot have this one, or is passed through already',
      };
    case 'link.mac':
      return { ENODEV: 'the link is gone', EOPNOTSUPP: 'the link cannot have another MAC address' };
    case 'link.isolate':
      return { ENODEV: 'the link is gone', EOPNOTSUPP: 'it is no port of a bridge of the kernel' };
    case 'link.up':
      return {
        ENODEV: 'the link is gone: somebody has deleted it',
        ENOTCONN: 'its other end is gone',
      };
    case 'link.address':
    case 'host.address':
      return {
        EEXIST: 'the link has this address already',
        EACCES: 'the link has IPv6 switched off (net.ipv6.conf.*.disable_ipv6)',
      };
    case 'link.route':
    case 'host.route':
      return {
        EEXIST: 'there is such a route already',
        ENETUNREACH: 'the gateway is in no network that an address of this link has (<ip>)',
        EHOSTUNREACH: 'the gateway is in no network that an address of this link has (<ip>)',
        ENETDOWN: 'the link is down',
        EINVAL: 'the gateway is an address of this container itself, or no address of a host',
      };
    case 'memory.policy':
      return {
        EINVAL:
          'the machine has none of these nodes with memory, or <vcpu cpuset> has none of them',
        ENOSYS: 'the kernel was built without nodes of memory (CONFIG_NUMA)',
      };
    case 'identity.user':
      return {
        EPERM: missing(rights.ids),
        EINVAL: 'the user namespace does not map one of these ids',
      };
    case 'limits.raise':
    case 'limits.set':
      return {
        EPERM: 'the caller lacks CAP_SYS_RESOURCE, or the limit of descriptors is above fs.nr_open',
      };
    case 'syscalls.filter':
      return {
        EACCES: 'the filter takes CAP_SYS_ADMIN or no_new_privs, and init has neither any more',
        EINVAL: 'the kernel was built without filters of system calls (CONFIG_SECCOMP_FILTER)',
        ENOMEM: 'the filters that are in force already leave no room for this one',
      };
    case 'sysctl.write':
      return {
        ENOENT: 'the kernel does not have this setting, or no link of this name is there',
        EINVAL: 'the kernel does not take this value',
        EACCES: "the setting is not the container's to change",
        EPERM: "the setting is not the container's to change",
      };
    case 'capabilities.set':
      return {
        EPERM:
          'the caller does not have all of these capabilities itself, so that it cannot pass them on',
      };
    case 'directory.change':
      return {
        ENOENT: '<initdir> is looked for inside the container, and is not there',
        ENOTDIR: '<initdir> is no directory',
        EACCES: 'init has no right to enter <initdir>',
      };
    case 'init.started':
      return {
        ECHILD:
          'init was killed before its program ran: most often because the limit of memory is too small; the log of the kernel knows',
      };
    case 'exec':
      return {
        ENOENT: 'the root file system does not have this program',
        [NO_INTERPRETER]: 'init is there, but not the interpreter (#!) or loader that it needs',
        EACCES:
          'init is no file that may be executed: its mode (chmod +x), its file system (noexec), or a directory on the way',
        ENOEXEC:
          "init is neither an ELF program for this machine nor a script that begins with '#!'",
        ENOTDIR: 'something on the way to init is no directory',
        EISDIR: 'the interpreter of init is a directory',
        ELIBBAD: 'the loader that init names is no program for this machine',
        ELOOP:
          'init leads to itself, or through /proc to the program that starts it (/proc/self/exe): it has to be a program of the root file system',
        ETXTBSY: 'somebody has init open for writing',
        E2BIG:
          'arguments and environment are too long, or the limit of memory is too small for them',
        EPERM:
          'init has file capabilities that the container does not get, or its file system is mounted with nosuid',
        EINVAL: 'init names more than one interpreter',
      };
    default:
      return {};
  }
}
