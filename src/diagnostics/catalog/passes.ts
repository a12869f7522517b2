import { advice, error, warning } from '../diagnostic.ts';
import { type Located, type Origin, spanOf } from '../origin.ts';

export const nameNotAFileName = (name: string, at: Origin) =>
  error(
    'name/not-a-file-name',
    at,
    `name '${name.slice(0, 64)}' cannot name a directory: expected 1 to 200 bytes without '/'`,
    name.includes('/') ? { libvirt: `XML error: name ${name} cannot contain '/'` } : {},
  );

/** @see sethostname(2) */
export const nameNotAHostName = (length: number, limit: number, at: Origin) =>
  error(
    'name/not-a-host-name',
    at,
    `the host name has ${length} letters, digits and hyphens of the name: expected at most ${limit}`,
  );

export const filesystemTypeUnsupported = (type: string, at: Origin) =>
  error(
    'filesystem/unsupported-type',
    at,
    `<filesystem type='${type}'> is nothing that a container can mount: expected mount, bind, file, block or ram`,
    {
      help: `${filesystemsToday[type] ?? 'mount it on the host'}, and give that directory with type='mount'`,
    },
  );

/** How a directory comes to be that a container can have. */
const filesystemsToday: Readonly<Record<string, string>> = {
  template: 'copy the template',
  volume: "ask for its path ('virsh vol-path --pool POOL VOLUME')",
};

/** `what` as `format 'qcow2'` or `driver 'nbd'`. */
export const imageFormatUnsupported = (what: string, at: Origin) =>
  error('image/unsupported-format', at, `an image with ${what} is no block device: expected raw`, {
    help: "'qemu-img convert -O raw IMAGE COPY' makes a raw copy of it; it is sparse",
  });

export const imageNotReadable = (source: string, at: Origin) =>
  error('image/not-readable', at, `nothing is known of what is in '${source}'`, {
    help: "be root, who can read it; for another machine make facts there: 'lxplain facts FILE'",
  });

export const imageUnknown = (source: string, at: Origin) =>
  error('image/no-filesystem', at, `'${source}' holds no file system that is known`, {
    help: "'blkid' and 'fdisk -l' say what it holds: of a disk with partitions give one of those (losetup --partscan)",
  });

export const imageAmbiguous = (source: string, found: readonly string[], at: Origin) =>
  error(
    'image/several-filesystems',
    at,
    `'${source}' has the marks of several file systems: ${found.join(' and ')}`,
    { help: "'wipefs' removes the marks of those that are no longer there" },
  );

export const imageOfOtherKind = (
  source: string,
  wanted: 'file' | 'block',
  found: string,
  at: Origin,
) =>
  error(
    'image/of-other-kind',
    at,
    `'${source}' is ${kindNames[found] ?? found}: expected ${kindNames[wanted]}`,
    {
      help: `${found === 'directory' ? "a directory is mounted by type='mount'" : found === 'file' ? "a file is an image by type='file'" : found === 'block' ? "a device is mounted by type='block'" : 'give another source'}`,
    },
  );

export const filesystemSocketUnsupported = (at: Origin) =>
  error(
    'filesystem/socket',
    at,
    "attribute 'socket' of <source> is for virtual machines: a container mounts a directory",
  );

export const consoleTypeUnsupported = (type: string, at: Origin) =>
  error(
    'console/unsupported-type',
    at,
    `<console type='${type}'> is not supported yet: expected pty`,
    {
      help: "use <console type='pty'/>; 'lxplain create FILE --console' shows it, and can be piped",
    },
  );

export const manyPreferred = (count: number, at: Origin) =>
  error('numatune/many-preferred', at, `mode='preferred' takes one node, not ${count}`, {
    help: "mode='interleave' takes several in turn, mode='strict' no others",
  });

export const nodeTooLarge = (node: number, most: number, at: Origin) =>
  error('numatune/no-such-node', at, `node ${node}: no kernel has more than ${most}`);

export const unknownIdentity = (
  what: 'user' | 'group',
  name: string,
  looked: boolean,
  at: Origin,
) => {
  const list = what === 'user' ? '/etc/passwd' : '/etc/group';
  return error(
    what === 'user' ? 'init/unknown-user' : 'init/unknown-group',
    at,
    looked
      ? `the image has no ${what} '${name}' in ${list}`
      : `nothing is known of the ${what}s of the image: '${name}' is no number`,
    { help: `give a number: <init${what}>+1000</init${what}>` },
  );
};

export const identityNotMapped = (map: 'uid' | 'gid', id: number, at: Origin) =>
  error('init/not-mapped', at, `no <${map}> entry maps ${map} ${id}, which init is to have`);

export const tooManyGroups = (count: number, at: Origin) =>
  error('init/too-many-groups', at, `the user is in ${count} groups: the kernel takes 65536`);

export const groupOfRoot = (uid: number, at: Origin) =>
  warning(
    'init/group-of-root',
    at,
    `nothing says which group user ${uid} has: it is that of root`,
    {
      help: 'name one: <initgroup>+1000</initgroup>',
    },
  );

/** `what` in the words of domain XML: `<interface type='bridge'>`; `today` is what can be done instead. */
export const notSupportedYet = (what: string, today: string, at: Origin) =>
  error('domain/not-supported-yet', at, `${what} is not supported yet`, { help: today });

export const rootNotMapped = (map: 'uid' | 'gid', at: Origin) =>
  error('idmap/root-not-mapped', at, `no <${map}> entry maps id 0 of the container`, {
    help: `add <${map} start='0' target='…' count='…'/>`,
  });

export const idsOutOfRange = (map: 'uid' | 'gid', last: number, at: Origin) =>
  error('idmap/out-of-range', at, `the <${map}> entry maps no id, or ids above ${last}`);

export const idsTwice = (map: 'uid' | 'gid', at: Origin, first: Origin) => {
  const span = spanOf(first);
  return error('idmap/overlap', at, `the <${map}> entry maps ids that an earlier one maps`, {
    notes: [{ message: 'the earlier one', ...(span === undefined ? {} : { span }) }],
  });
};

export const capabilityNotPermitted = (name: string, at: Origin) =>
  warning(
    'capability/not-permitted',
    at,
    `capability '${name}' is not among those this host can give`,
  );

export const targetNotPlain = (target: string, at: Origin) =>
  error(
    'filesystem/target-not-plain',
    at,
    `target '${target}' leads to the root of the container`,
    {
      help: "expected '/' for the root itself",
    },
  );

export const targetInKernel = (target: string, at: Origin) =>
  error(
    'filesystem/target-in-kernel',
    at,
    `target '${target}' lies in /proc or /sys: not supported with an id map`,
  );

export const targetTwice = (target: string, at: Origin, first: Origin | undefined) => {
  const span = first === undefined ? undefined : spanOf(first);
  return error('filesystem/target-twice', at, `target '${target}' is given twice`, {
    notes: [{ message: 'first given here', ...(span === undefined ? {} : { span }) }],
  });
};

/** Mounts are made in the order of the domain. */
export const targetCovered = (target: string, at: Origin, by: Located<string>) => {
  const span = spanOf(by.origin);
  return warning('filesystem/target-covered', at, `nothing will be seen of '${target}'`, {
    notes: [
      { message: `'${by.value}' is mounted over it`, ...(span === undefined ? {} : { span }) },
    ],
    help: 'list a file system behind those that it lies in',
  });
};

export const rootNotAMount = (type: string, at: Origin) =>
  error(
    'filesystem/root-not-a-mount',
    at,
    `the root file system has type '${type}': expected mount, file or block`,
  );

export const sourceNotAbsolute = (source: string, at: Origin) =>
  error(
    'filesystem/source-not-absolute',
    at,
    `source '${source}' is not absolute: expected a path that starts with '/'`,
  );

export const sourceMissing = (source: string, at: Origin) =>
  error('filesystem/source-missing', at, `source '${source}' does not exist on this host`);

export const missingOnHost = (what: string, name: string, at: Origin) =>
  warning('host/missing', at, `${what} '${name}' does not exist on this host`);

export const tooMany = (what: string, count: number, limit: number, at: Origin) =>
  error('domain/too-many', at, `the domain has ${count} ${what}: expected at most ${limit}`);

export const descriptorsTooFew = (least: number, limit: number, at: Origin) =>
  error(
    'host/too-few-descriptors',
    at,
    `a start needs ${least} descriptors at the least, for its file systems and consoles: this process may have ${limit}`,
    { help: `raise the limit: ulimit -Hn, or LimitNOFILE= of the service` },
  );

export const argumentTooLong = (what: string, bytes: number, limit: number, at: Origin) =>
  error(
    'init/argument-too-long',
    at,
    `the ${what} has ${bytes} bytes: expected at most ${limit}, as the kernel does`,
  );

export const pathTooLong = (
  what: string,
  part: 'path' | 'name',
  bytes: number,
  limit: number,
  at: Origin,
) =>
  error(
    'path/too-long',
    at,
    `the ${what} has a ${part} of ${bytes} bytes: expected at most ${limit}, as the kernel does`,
  );

const kindNames: Readonly<Record<string, string>> = {
  missing: 'nothing',
  block: 'a block device',
  char: 'a character device',
  directory: 'a directory',
  fifo: 'a FIFO',
  file: 'a file',
  socket: 'a socket',
};

export const targetBelowFile = (target: string, file: string, at: Origin) =>
  error(
    'filesystem/target-below-file',
    at,
    `target '${target}' lies below '${file}', which is no directory in the root file system`,
  );

export const kindsDiffer = (
  source: 'directory' | 'file',
  covered: 'directory' | 'file',
  target: string,
  at: Origin,
) =>
  error(
    'filesystem/kinds-differ',
    at,
    `a ${source} cannot be mounted over the ${covered} '${target}' of the root file system`,
    { help: `give a source that is a ${covered}, or another target` },
  );

export const bindSourceMissing = (source: string, root: string, at: Origin) =>
  error(
    'filesystem/bind-source-missing',
    at,
    `source '${source}' of a bind is looked for in the container, and its root '${root}' does not have it`,
    { help: "to show a directory of the host, use <filesystem type='mount'>" },
  );

export const partitionMissing = (partition: string, paths: readonly string[], at: Origin) =>
  error(
    'resource/partition-missing',
    at,
    `partition '${partition}' does not exist: expected ${paths.map((path) => `'${path}'`).join(' and ')}`,
    { help: `make it (mkdir ${paths.join(' ')}), or leave <partition> out` },
  );

const kib = (value: number): string => `${value} KiB`;

export const memoryTooSmall = (given: number, least: number, at: Origin) =>
  error(
    'memory/too-small',
    at,
    `in ${kib(given)} of memory no container can start: expected ${kib(least)} at the least`,
    { help: 'without a unit the number is in KiB' },
  );

export const memoryTight = (given: number, at: Origin) =>
  warning(
    'memory/too-small',
    at,
    `in ${kib(given)} of memory most programs are killed before they do anything`,
    { help: 'without a unit the number is in KiB' },
  );

export const swapBelowMemory = (both: number, limit: number, at: Origin, memory: Origin) => {
  const span = spanOf(memory);
  return error(
    'memtune/swap-below-memory',
    at,
    `memory and swap together (${kib(both)}) are less than memory alone (${kib(limit)})`,
    {
      notes: [{ message: 'the limit of memory', ...(span === undefined ? {} : { span }) }],
      help: '<swap_hard_limit> is the sum of both: equal to the limit of memory means no swap',
    },
  );
};

export const noSwapAccounting = (at: Origin) =>
  error('memtune/no-swap-accounting', at, 'the kernel of this host does not count swap', {
    help: "boot it with 'swapaccount=1', or leave <swap_hard_limit> out",
  });

export const partitionNotPlain = (partition: string, at: Origin) =>
  error('resource/partition', at, `partition '${partition}' is not an absolute path without '..'`);

export const variableName = (name: string, at: Origin) =>
  error('init/variable-name', at, `variable '${name}' has no name that an environment can hold`);

export const lifecycleActionTakenAs = (action: string, other: string, at: Origin) =>
  warning(
    'lifecycle/taken-as',
    at,
    `'${action}' needs a virtual machine: taken as '${other}' for a container`,
  );

export const initMissing = (at: Origin) =>
  error('init/missing', at, 'no <init> in <os>: a container needs a program to run', {
    libvirt: 'XML error: init binary must be specified',
    help: 'add <init>/sbin/init</init>',
  });

export const initNotAbsolute = (init: string, at: Origin) =>
  error(
    'init/not-absolute',
    at,
    `init '${init}' is not absolute: expected a path that starts with '/'`,
  );

export const initMissingInRoot = (init: string, root: string, at: Origin) =>
  error('init/not-in-root', at, `init '${init}' does not exist in the root file system '${root}'`);

export const initIsDirectory = (init: string, at: Origin) =>
  error('init/is-a-directory', at, `init '${init}' is a directory: expected a program`);

/** init itself, or what the kernel needs to execute it. */
export interface Executed {
  readonly init: string;
  readonly path: string;
}

const executed = ({ init, path }: Executed): string =>
  init === path ? `init '${init}'` : `'${path}', which executes init '${init}',`;

export const initNotAFile = (who: Executed, kind: string, at: Origin) =>
  error(
    'init/not-executable',
    at,
    `${executed(who)} is ${kindNames[kind] ?? kind}: expected a program`,
  );

export const initNotExecutable = (who: Executed, mode: string, at: Origin) =>
  error('init/not-executable', at, `${executed(who)} is not executable: its mode is ${mode}`, {
    help: 'chmod +x gives it the right to run',
  });

export const initOnNoexec = (init: string, point: string, at: Origin) =>
  error(
    'init/not-executable',
    at,
    `init '${init}' is not executable: '${point}' of the host is mounted with noexec`,
  );

export const initUnknownFormat = (who: Executed, at: Origin) =>
  error(
    'init/not-a-program',
    at,
    `${executed(who)} is no program: expected an ELF file, or a script that begins with '#!'`,
  );

export const initOfOtherArch = (who: Executed, arch: string, host: string, at: Origin) =>
  error(
    'init/other-arch',
    at,
    `${executed(who)} is a program for ${arch}, which this machine does not run: expected ${host}`,
  );

export const interpreterMissing = ({ init, path }: Executed, root: string, at: Origin) =>
  error(
    'init/no-interpreter',
    at,
    `init '${init}' needs '${path}' to be executed, and the root file system '${root}' does not have it`,
  );

export const interpretersTooDeep = (init: string, at: Origin) =>
  error(
    'init/not-a-program',
    at,
    `init '${init}' is a script for a script, more than five times in a row`,
  );

export const directoryMissing = (directory: string, root: string, kind: string, at: Origin) =>
  error(
    'init/no-directory',
    at,
    kind === 'missing'
      ? `directory '${directory}', where init is to start, does not exist in the root file system '${root}'`
      : `directory '${directory}', where init is to start, is ${kindNames[kind] ?? kind}`,
  );

/** Whose the root of a container with an id map is. */
export interface Stranger {
  readonly root: string;
  /** `uid:gid`. */
  readonly owner: string;
  /** Whose it should be. */
  readonly first: string;
  /** Why the start fails; undefined if it does not. */
  readonly problem: string | undefined;
  /** Whether a mount of its file system can map the ids. */
  readonly canMap: boolean;
}

export const rootOfStranger = (stranger: Stranger, at: Origin) => {
  const { root, owner, first, problem, canMap } = stranger;
  const whose = `'${root}' belongs to ${owner} of the host, whom <idmap> does not map`;
  const help = canMap
    ? `let its files have the ids inside that they have here: <filesystem type='mount' accessmode='mapped'>; or chown ${first} all that is in it`
    : `give it to root of the container: chown ${first} '${root}', and likewise what is in it`;
  return problem === undefined
    ? advice('idmap/root-of-stranger', at, `${whose}: inside it belongs to nobody`, { help })
    : error('idmap/root-of-stranger', at, `${whose}: ${problem}`, { help });
};

export const mappedSystemDirectory = (source: string, at: Origin) =>
  error(
    'filesystem/mapped-system-directory',
    at,
    `'${source}' belongs to the host: with accessmode='mapped' root of the container could change all of it`,
    { help: 'give a directory of its own; without accessmode the container sees it as nobody' },
  );

export const notMappable = (source: string, type: string, at: Origin) =>
  error(
    'filesystem/not-mappable',
    at,
    `'${source}' is of type ${type}, of which no mount of this kernel can map the ids`,
    {
      help: "leave accessmode='mapped' out, and give the files to the ids of <idmap>; or use another file system (ext4, xfs, btrfs, tmpfs)",
    },
  );

export const mappedReachable = (source: string, at: Origin) =>
  warning(
    'filesystem/mapped-reachable',
    at,
    `users of the host can enter '${source}': a set-uid program that root of the container makes there is root's for them`,
    { help: `chmod o-x '${source}', or a directory above it` },
  );

export const kernelTooOld = (release: string) =>
  error('host/kernel-too-old', undefined, `kernel ${release} is too old: expected 5.12 or later`);

export const notRoot = (euid: number) =>
  error('host/not-root', undefined, `user ${euid} cannot start containers: expected root`);

export const settingNotEnforced = (
  element: string,
  controller: string,
  why: 'no-controller' | 'no-weights',
  at: Origin,
) =>
  warning(
    'group/not-enforced',
    at,
    why === 'no-controller'
      ? `${element} is not enforced: no cgroup hierarchy with the ${controller} controller is mounted`
      : `${element} is not enforced: this kernel has no weights for input and output`,
  );

export const groupValueClamped = (element: string, file: string, value: number, at: Origin) =>
  warning('group/clamped', at, `${element} becomes ${value}: ${file} takes no more`);

export const blockDeviceUnknown = (path: string, kind: string | undefined, at: Origin) =>
  error(
    'group/no-block-device',
    at,
    kind === undefined || kind === 'missing'
      ? `'${path}' does not exist: expected a block device`
      : `'${path}' is ${kindNames[kind] ?? kind}: expected a block device`,
    { help: '/dev/block/MAJOR:MINOR names one by its numbers' },
  );

export const noCgroups = (controller: string) =>
  error(
    'host/no-controller',
    undefined,
    `no cgroup hierarchy with the ${controller} controller is mounted`,
  );

/** `files` are those of /proc that the domain asks for beside /proc/meminfo. */
export const noFuse = (files: readonly string[]) =>
  warning(
    'host/no-fuse',
    undefined,
    `this machine has no FUSE: /proc/meminfo in the container shows the memory of the host${
      files.length === 0 ? '' : `, and ${files.join(', ')} what it has`
    }`,
    { help: '`modprobe fuse` loads it, where it is a module' },
  );

export const archOfOtherMachine = (arch: string, host: string, at: Origin) =>
  error(
    'host/other-arch',
    at,
    `architecture '${arch}' does not run on this machine: expected ${host}`,
  );
