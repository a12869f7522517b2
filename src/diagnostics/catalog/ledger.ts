import type { Concern } from '../ledger.ts';

/** Why a line is not in the result of a conversion as it was. */
export interface Reason<C extends Concern = Concern> {
  /** Stable, so that somebody can accept it: `area/problem`. */
  readonly code: string;
  readonly reason: string;
  readonly concern: C;
}

/** Of a loss: whatever is lost can be noticed. */
export type LossReason = Reason<'security' | 'behaviour'>;

const make =
  <C extends Concern>(concern: C) =>
  (code: string, reason: string): Reason<C> => ({ code, reason, concern });
const security = make('security');
const behaviour = make('behaviour');
const bookkeeping = make('bookkeeping');

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

export const foreignLine = behaviour(
  'line/foreign',
  "does not start with 'lxc.': lxc passes over such a line, so it has no effect",
);
export const onlyWithFull = (element: string, concern: 'security' | 'behaviour'): LossReason =>
  make(concern)('key/full', `virsh does not convert it: --full makes it ${element}`);
/** What the table of keys says of a key. */
export const lostByTable = (reason: string, concern: 'security' | 'behaviour'): LossReason =>
  make(concern)('key/lost', reason);
export const unneededByTable = (reason: string) => bookkeeping('key/unneeded', reason);

// The root and the mounts.
export const partitionLost = behaviour('root/partition', 'libvirt mounts no partition of an image');
export const rootIsImage = behaviour(
  'root/image',
  'a file: as with lxc, the container has the file system in it, through a loop device',
);
export const noRoot = behaviour(
  'root/missing',
  'not given: the container has the root of the host, as with lxc',
);
export const optionsOfNoRoot = security(
  'root/no-options',
  'there is no lxc.rootfs.path that they could apply to',
);
export const mountGuardsLost = (options: readonly string[]) =>
  security(
    'mount/guards',
    `libvirt knows only ro of a mount: without ${short(options.join(','))} it allows more`,
  );
export const mountOptionsLost = (options: readonly string[]) =>
  behaviour('mount/options', `libvirt knows only ro of a mount: lost ${short(options.join(','))}`);
export const ownMountGuardsLost = (options: readonly string[]) =>
  security(
    'mount/own-guards',
    `libvirt mounts it itself, without ${short(options.join(','))}: more can be seen or changed`,
  );
export const mountOptional = behaviour(
  'mount/optional',
  'optional is lost: a missing source keeps it from starting',
);
export const mountAbsent = behaviour(
  'mount/absent',
  'optional, and its source is not on this host: as with lxc, it is left out',
);
export const mountNowhere = bookkeeping(
  'mount/nowhere',
  'optional, and the kernel cannot make it: lxc passes over it, too',
);
export const mountInKernel = behaviour(
  'mount/in-kernel',
  'optional, and with an id map nothing is mounted in /proc or /sys',
);
export const alwaysOwnDev = behaviour('dev/own', 'libvirt always fills a /dev of its own');
export const overridden = bookkeeping('line/overridden', 'a later line counts');
export const cleared = bookkeeping('line/cleared', 'a later line clears it');
export const off = bookkeeping('key/off', 'off, as in libvirt');
export const mountBasic = bookkeeping('mount/own', 'libvirt mounts it itself');
export const mountInItsPlace = behaviour(
  'mount/replaced',
  'libvirt mounts something of its own in its place',
);
export const mountOutsideRoot = behaviour(
  'mount/outside-root',
  'an absolute target outside of the root file system: lxc passes over it, and so does this',
);
export const mountLeadsOut = behaviour(
  'mount/outside-root',
  'the target leads out of the root file system: lxc mounts it where the container never sees it',
);
export const mountPrefixDropped = bookkeeping(
  'mount/root-prefix',
  'the path of the root is left out of the target',
);
export const mountOfType = (type: string) =>
  behaviour('mount/type', `libvirt mounts host paths and tmpfs only, no ${short(type)}`);
export const boundInstead = (type: string) =>
  security(
    'mount/bound',
    `virsh binds the source of this ${short(type)}: what the container writes goes there`,
  );
export const mountSourceRelative = behaviour(
  'mount/source-relative',
  'the source is no absolute path',
);
export const mountAsDevice = bookkeeping(
  'device/node',
  'a device node: <hostdev> gives the right to use it, to root alone, whatever its mode on the host',
);
export const mountDeviceMoved = (path: string) =>
  behaviour(
    'device/moved',
    `a device node: <hostdev> gives the right to use it, and puts it at '${short(path)}', too`,
  );
export const nodeOfEvery = bookkeeping('device/of-every', 'every container has this node');
export const nodeElsewhere = behaviour(
  'device/elsewhere',
  'a device node outside of /dev: a mount gives no right to open it',
);
export const tmpfsHalfMemory = (kiB: number) =>
  behaviour('tmpfs/half', `no size=: half of the memory, ${kiB} KiB, as the kernel has it`);
export const tmpfsPartOfMemory = (text: string, kiB: number) =>
  behaviour('tmpfs/part', `size=${short(text)} is ${kiB} KiB of the memory`);
export const fstabRead = (count: number) =>
  bookkeeping('mount/fstab', `${count} mounts read from it`);
export const autoMountLost = (word: string) =>
  behaviour('mount/auto', `libvirt mounts /proc/sys and /sys read-only: no ${short(word)}`);
export const autoCgroupWritable = (word: string) =>
  security('mount/auto-cgroup', `libvirt mounts the control groups writable: no ${short(word)}`);

// The network.
export const networkLost = (type: string) =>
  behaviour('network/type', `libvirt has no network of type ${short(type)}`);
export const networkKeyUnused = (key: string, type: string) =>
  bookkeeping('network/unused', `${key} means nothing to a network of type ${short(type)}`);
export const networkOfHost = bookkeeping('network/of-host', 'the network of the host, as with lxc');
export const networkLeft = security(
  'network/left',
  'a container with no network but its loopback: virsh gives it the network of the host',
);
export const clearedByType = behaviour(
  'network/cleared',
  'the type of its group stands behind it: lxc clears the line, and so does this',
);
export const macTemplate = bookkeeping(
  'network/mac',
  'libvirt chooses the whole address when it is defined',
);
export const vlanInterface = (link: string, id: string) =>
  behaviour(
    'network/vlan',
    `the host must have ${link}.${id}: ip link add link ${link} name ${link}.${id} type vlan id ${id}`,
  );
export const physicalKeeps = (what: string) =>
  behaviour('network/physical', `a device of the host keeps its ${what}`);
export const physicalPattern = behaviour(
  'network/pattern',
  'a pattern of names cannot be written in domain XML',
);
export const broadcastLost = bookkeeping(
  'network/broadcast',
  'the kernel computes the broadcast address',
);
export const prefixAssumed = (prefix: number) =>
  bookkeeping('network/prefix', `no prefix: ${prefix}, as with lxc`);
export const gatewayUnknown = behaviour(
  'network/gateway-auto',
  'auto is the address of the bridge: add a <route> to it',
);
export const gatewayDevice = behaviour(
  'network/gateway-device',
  'libvirt has no routes without a gateway',
);
export const targetRenamed = behaviour(
  'network/target',
  "libvirt drops names that start with 'vnet'",
);
export const mtuNotApplied = behaviour(
  'network/mtu',
  'libvirt 9.0 reads <mtu> but does not apply it to containers',
);

// Limits.
export const memoryDefault = behaviour(
  'memory/default',
  'no memory limit is given: libvirt takes 64 MiB, and enforces it, where lxc has no limit',
);
export const memoryOfHost = (kiB: number) =>
  behaviour('memory/of-host', `no memory limit is given: <memory> is the ${kiB} KiB of the host`);
export const unlimited = bookkeeping('limit/none', 'no limit');
export const clamped = (value: number) => behaviour('limit/clamped', `the kernel takes ${value}`);
export const leastWeight = behaviour('limit/least-weight', 'the least that libvirt has is 2');
export const weightAsShares = behaviour(
  'limit/weight',
  'a weight: libvirt writes shares to cpu.weight as they are on cgroup v2',
);
export const shadowed = (key: string) => bookkeeping('line/shadowed', `${key} counts`);
export const noController = (file: string) =>
  behaviour('limit/no-element', `domain XML has no element for ${short(file)}`);
export const cpusetEmpty = behaviour('limit/empty-set', 'the set is empty');
export const deviceAllowed = bookkeeping(
  'device/allowed',
  'libvirt gives every container this device',
);
export const deviceAllowedAt = (path: string) =>
  bookkeeping('device/allowed-by-node', `the <hostdev> of '${short(path)}' gives the right, too`);
export const deviceDenied = bookkeeping('device/denied', 'libvirt denies all devices but its list');
/** Of what a config denies: the devices that libvirt allows each container all the same. */
export const deviceStillAllowed = (devices: readonly string[]) =>
  security(
    'device/still-allowed',
    `libvirt allows every container all the same: ${short(devices.join(', '))}`,
  );
export const deviceWildcard = behaviour(
  'device/wildcard',
  'libvirt has a fixed list of devices, and <hostdev> adds single ones: no wild cards',
);
export const deviceConsole = behaviour(
  'device/console',
  "not on libvirt's list of devices: /dev/console is a terminal of the container's own",
);
export const deviceAdded = (path: string) =>
  behaviour(
    'device/not-listed',
    `not on libvirt's list of devices: <hostdev mode='capabilities' type='misc'> with <char>${short(path)}</char> adds it`,
  );
export const deviceLost = (device: string) =>
  behaviour(
    'device/not-listed',
    `not on libvirt's list of devices: a <hostdev> with the path of the node ${short(device)} adds it`,
  );

// Rights.
export const capabilityUnknown = (names: readonly string[]) =>
  security('capability/unknown', `libvirt does not know ${short(names.join(' '))}`);
export const profileRelative = security(
  'seccomp/relative',
  'the profile has no absolute path: where it is depends on who starts the container',
);
export const limitUnknown = (name: string) =>
  behaviour('limit/unknown', `${short(name)} with these values is no limit of a process`);
export const sysctlOfMachine = behaviour(
  'sysctl/of-machine',
  'it belongs to the whole machine, which a container does not change',
);
export const sysctlOfHost = behaviour(
  'sysctl/of-host',
  'it would change the network of the host, which the container has',
);
export const profileGenerated = security(
  'apparmor/generated',
  'domain XML cannot ask for the profile that lxc generates: nothing may confine the container',
);
export const profileKept = bookkeeping('apparmor/unchanged', 'no profile is asked for');
export const keyringShared = security(
  'keyring/shared',
  'libvirt makes no session keyring: the container has that of its caller',
);
export const keyringSame = bookkeeping('keyring/same', 'libvirt makes no session keyring either');
export const namespaceLost = (name: string) =>
  behaviour('namespace/not-shared', `libvirt cannot share the ${short(name)} namespace so`);

// init.
export const initOfExecute = behaviour(
  'init/execute',
  'the command of an application container: it becomes init',
);
export const quotesAreCharacters = behaviour(
  'init/quotes',
  'lxc 5 splits it at spaces and takes quotes as they are; lxc 6 does not: --lxc-version 6',
);
export const quotesHoldTogether = behaviour(
  'init/quotes',
  'lxc 6 splits it at white space outside of quotes; lxc 5 splits it at spaces alone: --lxc-version 5',
);
export const initByPath = (path: string) =>
  behaviour('init/by-path', `without a path: '${short(path)}' of the root, as PATH finds it`);
export const environmentInherited = behaviour(
  'environment/inherited',
  'without =: lxc takes the value from its caller',
);
export const environmentEmpty = behaviour(
  'environment/empty',
  'libvirt has no variables without a value',
);
export const archUnknown = (arch: string) =>
  behaviour('arch/unknown', `libvirt has no architecture ${short(arch)}: it takes the host's`);
export const nameOfFolder = (name: string) =>
  bookkeeping('name/of-folder', `not given: '${short(name)}', after the folder of the config`);
export const nameNoHostName = (hostName: string) =>
  behaviour(
    'name/host-name',
    `the host name becomes '${short(hostName)}': libvirt takes letters, digits and hyphens only`,
  );

// From a domain to a config.
export const withoutEffect = bookkeeping('domain/no-effect', 'it has no effect on a container');
export const alwaysSo = bookkeeping('domain/always', 'lxc does so anyway');
export const inComment = bookkeeping(
  'domain/in-comment',
  'lxc has no key for it: it is in a comment',
);
export const noKey = (what: string) =>
  behaviour('domain/no-key', `lxc has no key for ${short(what)}`);
export const lineBreaks = behaviour('domain/line-break', 'a value of lxc holds no line break');
export const archUnknownToLxc = (arch: string) =>
  behaviour('domain/arch', `lxc does not know the architecture ${short(arch)}`);
export const argumentsWithBlanks = behaviour(
  'domain/arguments',
  'lxc splits the command of init at spaces: it cannot hold an empty argument, or one with a space',
);
export const numberNeeded = (name: string) =>
  behaviour('domain/number', `lxc wants a number: '${short(name)}' is a name of the container`);
export const defaultPolicy = behaviour(
  'domain/default-policy',
  'the policy default is written out as the capabilities that libvirt 9.0 drops',
);
export const noStorage = (kind: string) =>
  behaviour('domain/storage', `lxc has no mount for a file system of type ${kind}`);
export const noFilesystemType = behaviour(
  'domain/filesystem-type',
  'lxc wants the type of the file system on the device',
);
export const deviceNumberUnknown = (path: string) =>
  behaviour(
    'domain/device-number',
    `the number of '${short(path)}' is not known here: add lxc.cgroup2.devices.allow`,
  );
export const noInterface = (kind: string) =>
  behaviour('domain/interface', `lxc has no network of type ${kind}: name the bridge behind it`);
export const noHostdev = (kind: string) =>
  behaviour('domain/hostdev', `lxc passes no device of type ${kind}`);
export const onlyDefaultRoute = behaviour('domain/route', 'lxc has default routes only');
export const noNumaMode = (mode: string) =>
  behaviour('domain/numa', `lxc has no NUMA mode ${mode}`);
export const pathWithoutNumber = (path: string) =>
  behaviour(
    'domain/block-path',
    `lxc wants MAJOR:MINOR: expected /dev/block/MAJOR:MINOR, not '${short(path)}'`,
  );
export const profileOfOtherFormat = security(
  'domain/profile',
  'lxc reads profiles in a format of its own, not this one',
);
export const settingsReadOnly = behaviour(
  'domain/sysctl',
  'lxc writes it when /proc/sys is read-only already, and fails',
);
export const noLifecycle = (action: string) =>
  behaviour('domain/lifecycle', `the tools of lxc decide what follows: no ${action}`);
