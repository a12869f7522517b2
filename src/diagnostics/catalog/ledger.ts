import type { Concern } from '../ledger.ts';

/** Why a line is not in the result of a conversion as it was. */
export interface Reason {
  readonly reason: string;
  readonly concern: Concern;
}

const make =
  (concern: Concern) =>
  (reason: string): Reason => ({ reason, concern });
const security = make('security');
const behaviour = make('behaviour');
const bookkeeping = make('bookkeeping');

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

export const foreignLine = bookkeeping(
  "does not start with 'lxc.': lxc passes over such a line, so it has no effect",
);
export const onlyWithFull = (element: string, concern: Concern): Reason =>
  make(concern)(`virsh does not convert it: --full makes it ${element}`);
export const byTable = (reason: string, concern: Concern): Reason => ({ reason, concern });

// The root and the mounts.
export const partitionLost = behaviour('libvirt mounts no partition of an image');
export const noRoot = behaviour('not given: the container has the root of the host, as with lxc');
export const optionsOfNoRoot = security('there is no lxc.rootfs.path that they could apply to');
export const mountOptionsLost = (options: readonly string[]) =>
  behaviour(`libvirt knows only ro of a mount: lost ${short(options.join(','))}`);
export const mountOptional = behaviour('optional is lost: a missing source keeps it from starting');
export const mountAbsent = bookkeeping('optional, and the source is not on this host');
export const mountInKernel = behaviour(
  'optional, and with an id map nothing is mounted in /proc or /sys',
);
export const alwaysOwnDev = behaviour('libvirt always fills a /dev of its own');
export const overridden = bookkeeping('a later line counts');
export const cleared = bookkeeping('a later line clears it');
export const off = bookkeeping('off, as in libvirt');
export const mountBasic = bookkeeping('libvirt mounts it itself');
export const mountOutsideRoot = behaviour(
  'an absolute target outside of the root file system: lxc passes over it, and so does this',
);
export const mountPrefixDropped = bookkeeping('the path of the root is left out of the target');
export const mountOfType = (type: string) =>
  behaviour(`libvirt mounts host paths and tmpfs only, no ${short(type)}`);
export const mountSourceRelative = behaviour('the source is no absolute path');
export const mountAsDevice = bookkeeping('a device node: <hostdev> gives the right to use it too');
export const mountDeviceMoved = (path: string) =>
  behaviour(`a device node: it keeps its path '${short(path)}' in the container`);
export const tmpfsHalfMemory = (kiB: number) =>
  behaviour(`no size=: half of the memory, ${kiB} KiB, as the kernel has it`);
export const tmpfsPartOfMemory = (text: string, kiB: number) =>
  behaviour(`size=${short(text)} is ${kiB} KiB of the memory`);
export const fstabRead = (count: number) => bookkeeping(`${count} mounts read from it`);
export const autoMountLost = (word: string) =>
  behaviour(`libvirt mounts /proc/sys and /sys read-only: no ${short(word)}`);

// The network.
export const networkLost = (type: string) =>
  behaviour(`libvirt has no network of type ${short(type)}`);
export const networkKeyUnused = (key: string, type: string) =>
  behaviour(`${key} means nothing to a network of type ${short(type)}`);
export const networkOfHost = bookkeeping('the network of the host, as with lxc');
export const macTemplate = bookkeeping('libvirt chooses the whole address when it is defined');
export const vlanInterface = (link: string, id: string) =>
  behaviour(
    `the host must have ${link}.${id}: ip link add link ${link} name ${link}.${id} type vlan id ${id}`,
  );
export const physicalKeeps = (what: string) => behaviour(`a device of the host keeps its ${what}`);
export const physicalPattern = behaviour('a pattern of names cannot be written in domain XML');
export const broadcastLost = bookkeeping('the kernel computes the broadcast address');
export const prefixAssumed = (prefix: number) => bookkeeping(`no prefix: ${prefix}, as with lxc`);
export const gatewayUnknown = behaviour('auto is the address of the bridge: add a <route> to it');
export const gatewayDevice = behaviour('libvirt has no routes without a gateway');
export const targetRenamed = behaviour("libvirt drops names that start with 'vnet'");
export const mtuNotApplied = behaviour(
  'libvirt 9.0 reads <mtu> but does not apply it to containers',
);

// Limits.
export const memoryDefault = behaviour(
  'no memory limit is given: libvirt takes 64 MiB, and enforces it, where lxc has no limit',
);
export const memoryOfHost = (kiB: number) =>
  behaviour(`no memory limit is given: <memory> is the ${kiB} KiB of the host`);
export const unlimited = bookkeeping('no limit');
export const clamped = (value: number) => behaviour(`the kernel takes ${value}`);
export const leastWeight = behaviour('the least that libvirt has is 2');
export const swapMeansOther = behaviour(
  'swap alone: libvirt writes it to memory.swap.max on cgroup v2, and memory plus swap on v1',
);
export const weightAsShares = behaviour(
  'a weight: libvirt writes shares to cpu.weight as they are on cgroup v2',
);
export const shadowed = (key: string) => bookkeeping(`${key} counts`);
export const noController = (file: string) =>
  behaviour(`domain XML has no element for ${short(file)}`);
export const cpusetEmpty = behaviour('the set is empty');
export const deviceAllowed = bookkeeping('libvirt gives every container this device');
export const deviceDenied = bookkeeping('libvirt denies all devices but its list');
export const deviceLost = (rule: string) =>
  behaviour(`libvirt has a fixed list of devices: add a <hostdev> for '${short(rule)}'`);

// Rights.
export const capabilityUnknown = (names: readonly string[]) =>
  security(`libvirt does not know ${short(names.join(' '))}`);
export const profileKept = bookkeeping('libvirt generates a profile too');
export const namespaceLost = (name: string) =>
  behaviour(`libvirt cannot share the ${short(name)} namespace so`);

// init.
export const initOfExecute = behaviour('the command of an application container: it becomes init');
export const quotesAreCharacters = behaviour(
  'lxc splits it at spaces, and takes quotes as they are',
);
export const environmentInherited = behaviour('without =: lxc takes the value from its caller');
export const environmentEmpty = behaviour('libvirt has no variables without a value');
export const nameOfFolder = (name: string) =>
  bookkeeping(`not given: '${short(name)}', after the folder of the config`);
export const nameNoHostName = behaviour('the host name is made of it without other characters');

// From a domain to a config.
export const withoutEffect = bookkeeping('it has no effect on a container');
export const alwaysSo = bookkeeping('lxc does so anyway');
export const inComment = bookkeeping('lxc has no key for it: it is in a comment');
export const noKey = (what: string) => behaviour(`lxc has no key for ${short(what)}`);
export const lineBreaks = behaviour('a value of lxc holds no line break');
export const archUnknownToLxc = (arch: string) =>
  behaviour(`lxc does not know the architecture ${short(arch)}`);
export const argumentsWithBlanks = behaviour(
  'lxc splits the command of init at spaces: it cannot hold an empty argument, or one with a space',
);
export const numberNeeded = (name: string) =>
  behaviour(`lxc wants a number: '${short(name)}' is a name of the container`);
export const defaultPolicy = security(
  'the policy default is written out as the capabilities that libvirt 9.0 drops',
);
export const noStorage = (kind: string) =>
  behaviour(`lxc has no mount for a file system of type ${kind}`);
export const noFilesystemType = behaviour('lxc wants the type of the file system on the device');
export const deviceNumberUnknown = (path: string) =>
  behaviour(`the number of '${short(path)}' is not known here: add lxc.cgroup2.devices.allow`);
export const noInterface = (kind: string) =>
  behaviour(`lxc has no network of type ${kind}: name the bridge behind it`);
export const noHostdev = (kind: string) => behaviour(`lxc passes no device of type ${kind}`);
export const onlyDefaultRoute = behaviour('lxc has default routes only');
export const noNumaMode = (mode: string) => behaviour(`lxc has no NUMA mode ${mode}`);
export const pathWithoutNumber = (path: string) =>
  behaviour(`lxc wants MAJOR:MINOR: expected /dev/block/MAJOR:MINOR, not '${short(path)}'`);
export const noLifecycle = (action: string) =>
  behaviour(`the tools of lxc decide what follows: no ${action}`);
