import { warning } from '../diagnostic.ts';
import type { Span } from '../origin.ts';
import { refused } from './libvirt.ts';

export const wrongRoot = (name: string, at: Span) =>
  refused('xml/wrong-root', at, 'xml', `expecting root element of 'domain', not '${name}'`);

export const domainTypeMissing = (at: Span) =>
  refused('domain/no-type', at, 'internal', 'missing domain type attribute', {
    help: "write <domain type='lxc'>",
  });

export const domainTypeUnknown = (type: string, at: Span) =>
  refused('domain/unknown-type', at, 'config', `invalid domain type ${type}`, {
    help: "write <domain type='lxc'>",
  });

export const nameMissing = (at: Span) =>
  refused('name/missing', at, 'plain', 'missing name information');

export const nameWithSlash = (name: string, at: Span | undefined) =>
  refused('name/not-a-file-name', at, 'xml', `name ${name} cannot contain '/'`);

export const nameWithNewline = (at: Span | undefined) =>
  refused('name/newline', at, 'plain', 'invalid char in name: \n');

export const uuidMalformed = (at: Span) =>
  refused('uuid/malformed', at, 'internal', 'malformed uuid element', {
    help: 'expected 32 hexadecimal digits',
  });

export const genidMalformed = (at: Span) =>
  refused('genid/malformed', at, 'internal', 'malformed genid element', {
    help: 'expected 32 hexadecimal digits',
  });

export const titleWithNewline = (at: Span) =>
  refused('title/newline', at, 'xml', "Domain title can't contain newlines");

export const onlyOnce = (name: string, at: Span) =>
  refused('xml/element-twice', at, 'xml', `element '${name}' can only appear once`);

export const onlyOneSupported = (name: string, at: Span) =>
  refused('xml/element-twice', at, 'xml', `only one ${name} is supported`);

export const osTypeMissing = (at: Span) =>
  refused('os/no-type', at, 'xml', 'an os <type> must be specified', {
    help: 'add <type>exe</type> to <os>',
  });

export const osTypeUnknown = (type: string, at: Span) =>
  refused('os/unknown-type', at, 'config', `unknown OS type '${type}'`, { help: "expected 'exe'" });

export const archUnknown = (arch: string, at: Span) =>
  refused('os/unknown-arch', at, 'config', `Unknown architecture ${arch}`);

/** What libvirt offers no container for. `os` is undefined for `hvm`, which libvirt does not print. */
export const notOffered = (
  os: string | undefined,
  arch: string,
  type: string,
  offered: readonly string[],
  at: Span,
) =>
  refused(
    'os/not-offered',
    at,
    'argument',
    `could not find capabilities for ${os === undefined ? '' : `ostype=${os} `}arch=${arch} domaintype=${type} `,
    { help: `offered are exe for lxc on ${offered.join(', ')}` },
  );

export const smbiosModeUnknown = (mode: string, at: Span) =>
  refused('os/unknown-smbios-mode', at, 'config', `unknown smbios mode '${mode}'`);

export const initMissing = (at: Span | undefined) =>
  refused('init/missing', at, 'xml', 'init binary must be specified', {
    help: 'add <init>/sbin/init</init> to <os>',
  });

export const initargEmpty = (at: Span) =>
  refused('init/empty-argument', at, 'xml', 'No data supplied for <initarg> element');

export const initenvNameless = (at: Span) =>
  refused('init/variable-without-name', at, 'xml', 'No name supplied for <initenv> element');

export const initenvEmpty = (name: string, at: Span) =>
  refused(
    'init/variable-without-value',
    at,
    'xml',
    `No value supplied for <initenv name='${name}'> element`,
  );

export const memoryTooLarge = (at: Span) =>
  refused('size/too-large', at, 'overflow', 'size value too large');

export const pageSizeZero = (at: Span) =>
  refused('value/invalid', at, 'plain', "hugepage size can't be zero");

export const memoryMissing = (at: Span | undefined) =>
  refused(
    'memory/missing',
    at,
    'xml',
    'Memory size must be specified via <memory> or in the <numa> configuration',
  );

export const slotsInvalid = (at: Span) =>
  refused('memory/invalid-slots', at, 'xml', 'Failed to parse memory slot count');

export const maxMemoryHalf = (at: Span) =>
  refused(
    'memory/max-incomplete',
    at,
    'xml',
    'both maximum memory size and memory slot count must be specified',
  );

export const maxMemorySmall = (at: Span) =>
  refused(
    'memory/max-too-small',
    at,
    'xml',
    'maximum memory size must be equal or greater than the actual memory size',
  );

export const maxMemoryRefused = (at: Span | undefined) =>
  refused(
    'memory/max',
    at,
    'config',
    'memory hotplug tunables <maxMemory> are not supported by this hypervisor driver',
    { help: 'remove <maxMemory>: a container has no memory to plug in' },
  );

export const vcpuNotANumber = (at: Span) =>
  refused('vcpu/not-a-number', at, 'xml', 'maximum vcpus count must be an integer');

export const vcpuCurrentTooLarge = (at: Span) =>
  refused(
    'vcpu/current-too-large',
    at,
    'config',
    'maximum vCPU count must not be less than current vCPU count',
  );

export const vcpuNone = (at: Span | undefined) =>
  refused('vcpu/none', at, 'internal', 'CPU IDs in <numa> exceed the <vcpu> count', {
    help: 'expected one or more',
  });

export const vcpusRefused = (at: Span | undefined) =>
  refused('vcpu/individual', at, 'config', 'individual CPU state configuration is not supported', {
    help: 'remove <vcpus>',
  });

export const setMalformed = (text: string, at: Span) =>
  refused('set/malformed', at, 'argument', `Failed to parse bitmap '${text}'`, {
    help: 'expected numbers and ranges: 0-3,^2,7',
  });

export const setEmpty = (name: string, text: string, at: Span) =>
  refused('set/empty', at, 'config', `Invalid value of '${name}': ${text}`);

/** `what` as libvirt says it: `shares`, `global period`. */
export const cputuneNotANumber = (what: string, at: Span) =>
  refused('cputune/not-a-number', at, 'xml', `can't parse cputune ${what} value`);

export const cputuneOutOfRange = (what: string, range: string, at: Span | undefined) =>
  refused(
    'cputune/out-of-range',
    at,
    'config',
    `Value of cputune '${what}' must be in range ${range}`,
  );

export const pinWithoutCpuset = (element: string, at: Span) =>
  refused('cputune/pin-without-cpuset', at, 'internal', `missing cpuset for ${element}`);

export const pinTwice = (vcpu: number, at: Span) =>
  refused('cputune/pin-twice', at, 'internal', `duplicate vcpupin for vcpu '${vcpu}'`);

export const iothreadPinTwice = (id: number, at: Span) =>
  refused('cputune/pin-twice', at, 'internal', `duplicate iothreadpin for same iothread '${id}'`);

export const iothreadsInvalid = (count: string, at: Span) =>
  refused('iothreads/count', at, 'xml', `invalid iothreads count '${count}'`, {
    help: 'expected a number up to 16384',
  });

export const iothreadTwice = (id: number, at: Span) =>
  refused('iothreads/twice', at, 'xml', `duplicate iothread id '${id}' found`);

export const poolMaximumZero = (at: Span) =>
  refused('iothreads/pool', at, 'config', 'thread_pool_max must be a positive integer');

export const poolMinimumTooLarge = (at: Span) =>
  refused(
    'iothreads/pool',
    at,
    'config',
    'thread_pool_min must be smaller or equal to thread_pool_max',
  );

export const vcpuMissing = (id: number, at: Span) =>
  refused('cputune/no-thread', at, 'config', `vCPU '${id}' is not present in domain definition`);

export const iothreadMissing = (id: number, at: Span) =>
  refused('cputune/no-thread', at, 'config', `Cannot find 'iothread' : ${id}`, {
    help: 'add <iothreads> or <iothreadids>',
  });

export const schedulerWithoutThreads = (name: string, element: string, at: Span) =>
  refused('value/missing', at, 'xml', `Missing attribute '${name}' in element '${element}'`);

export const schedulersOverlap = (element: string, at: Span) =>
  refused(
    'cputune/schedulers-overlap',
    at,
    'plain',
    `'${element}' attributes '${element.replace('sched', 's')}' must not overlap`,
  );

export const numaModeUnknown = (mode: string, at: Span) =>
  refused('numatune/unknown-mode', at, 'config', `Unsupported NUMA memory tuning mode '${mode}'`, {
    help: 'expected strict, preferred, interleave or restrictive',
  });

export const numaPlacementUnknown = (placement: string, at: Span) =>
  refused(
    'numatune/unknown-placement',
    at,
    'config',
    `Unsupported NUMA memory placement mode '${placement}'`,
    { help: 'expected static or auto' },
  );

export const numaNodesetMissing = (at: Span) =>
  refused(
    'numatune/no-nodeset',
    at,
    'config',
    "nodeset for NUMA memory tuning must be set if 'placement' is 'static'",
  );

export const memnodeWithoutCells = (at: Span) =>
  refused(
    'numatune/no-cells',
    at,
    'xml',
    "Element 'memnode' is invalid without any guest NUMA cells",
  );

export const blkioPathMissing = (at: Span) =>
  refused('blkiotune/no-path', at, 'config', 'missing per-device path');

/** `what` as libvirt says it: `read bytes sec`. */
export const blkioNotANumber = (what: string, value: string, at: Span) =>
  refused('blkiotune/not-a-number', at, 'config', `could not parse ${what} ${value}`);

export const blkioPathTwice = (path: string, at: Span | undefined) =>
  refused('blkiotune/path-twice', at, 'config', `duplicate blkio device path '${path}'`);

export const blkioWeightIgnored = (value: string, at: Span) =>
  warning(
    'surprise/empty-blkio',
    at,
    `weight '${value}' is not a number: libvirt takes it as not given`,
  );

/** libvirt fails here without a word of its own. */
export const resourceEmpty = (at: Span) => ({
  ...refused('resource/empty', at, 'plain', 'An error occurred, but the cause is unknown'),
  message: '<resource> has neither <partition> nor <fibrechannel>',
  help: 'remove it',
});

export const appidNotPrintable = (at: Span) =>
  refused('resource/appid', at, 'xml', "Fibre Channel 'appid' is not a printable string");

export const idmapEntryInvalid = (at: Span) =>
  refused('idmap/invalid', at, 'xml', 'invalid idmap start/target/count settings', {
    help: "expected start='0' target='100000' count='65536'",
  });

export const idmapHalf = (at: Span | undefined) =>
  refused('idmap/only-one', at, 'config', 'uid and gid should be mapped both');

export const idmapWithoutRoot = (map: 'uid' | 'gid', at: Span | undefined) =>
  refused('idmap/root-not-mapped', at, 'config', 'You must map the root user of container', {
    help: `add <${map} start='0' target='…' count='…'/>`,
  });

const meant = (nearest: string | undefined) =>
  nearest === undefined ? {} : { help: `did you mean <${nearest}>?` };

export const featureUnknown = (name: string, nearest: string | undefined, at: Span) =>
  refused('feature/unknown', at, 'config', `unexpected feature '${name}'`, meant(nearest));

export const capabilityUnknown = (name: string, nearest: string | undefined, at: Span) =>
  refused(
    'capability/unknown',
    at,
    'config',
    `unexpected capability feature '${name}'`,
    meant(nearest),
  );

export const clockOffsetUnknown = (offset: string, at: Span) =>
  refused('clock/unknown-offset', at, 'config', `unknown clock offset '${offset}'`, {
    help: 'expected utc, localtime, variable, timezone or absolute',
  });

export const clockAdjustmentUnknown = (adjustment: string, at: Span) =>
  refused('clock/unknown-adjustment', at, 'xml', `unknown clock adjustment '${adjustment}'`, {
    help: "expected 'reset' or a number of seconds",
  });

export const clockBasisUnknown = (basis: string, at: Span) =>
  refused('clock/unknown-basis', at, 'config', `unknown clock basis '${basis}'`, {
    help: 'expected utc or localtime',
  });

export const clockAttributeMissing = (name: string, offset: string, at: Span) =>
  refused(
    'clock/missing-attribute',
    at,
    'internal',
    `missing '${name}' attribute for clock with offset='${offset}'`,
  );

/** `what` as libvirt says it: `tickpolicy`, `frequency`. */
export const timerSetting = (timer: string, what: string, at: Span | undefined) =>
  refused(
    'clock/timer-setting',
    at,
    'config',
    `timer ${timer} doesn't support setting of timer ${what}`,
  );

export const timerCatchup = (at: Span | undefined) =>
  refused(
    'clock/timer-catchup',
    at,
    'xml',
    "setting of timer catchup policies is only supported with tickpolicy='catchup'",
  );

export const lifecycleUnknown = (event: string, action: string, at: Span) =>
  refused('event/unknown-action', at, 'config', `unknown ${event} action: ${action}`);

export const lifecycleCoredump = (event: string, action: string, at: Span | undefined) =>
  refused(
    'event/coredump',
    at,
    'config',
    `Lifecycle event '${event}' doesn't support '${action}' action`,
  );

export const seclabelWithoutModel = (at: Span) =>
  refused('seclabel/no-model', at, 'xml', 'missing security model in domain seclabel');

export const seclabelModelsMissing = (at: Span) =>
  refused('seclabel/no-model', at, 'xml', 'missing security model when using multiple labels');

export const seclabelDynamicWithoutRelabel = (at: Span) =>
  refused('seclabel/relabel', at, 'config', 'dynamic label type must use resource relabeling');

export const seclabelNoneWithRelabel = (at: Span) =>
  refused(
    'seclabel/relabel',
    at,
    'config',
    "resource relabeling is not compatible with 'none' label type",
  );

export const seclabelWithoutLabel = (at: Span) =>
  refused('seclabel/no-label', at, 'xml', 'security label is missing');

/** Of a label for the source of a device alone. */
export const labelWithoutRelabel = (model: string | undefined, at: Span) =>
  refused(
    'seclabel/override',
    at,
    'xml',
    `Cannot specify a label if relabelling is turned off. model=${model ?? '<null>'}`,
  );

export const labelOverrideRefused = (at: Span) =>
  refused(
    'seclabel/override',
    at,
    'config',
    'label overrides require relabeling to be enabled at the domain level',
  );

export const seclabelTwice = (model: string | undefined, at: Span) =>
  refused(
    'seclabel/twice',
    at,
    'plain',
    `seclabel for model ${model ?? '(null)'} is already provided`,
  );

export const seclabelLost = (at: Span) =>
  warning('ignored/seclabel', at, "libvirt drops a <seclabel> without attribute 'type'", {
    help: "add type='dynamic'",
  });

export const metadataWithoutNamespace = (name: string, at: Span) =>
  warning('ignored/metadata', at, `libvirt drops <${name}> from <metadata>: it has no namespace`, {
    help: 'add xmlns=…',
  });

export const metadataTwice = (name: string, at: Span, first: Span) =>
  warning(
    'ignored/metadata',
    at,
    `libvirt drops <${name}> from <metadata>: it keeps one element of a namespace`,
    { notes: [{ span: first, message: 'this one stays' }] },
  );

export const namespaceFeatureUnknown = (name: string, at: Span) =>
  refused('namespace/unknown', at, 'config', `unsupported Namespace feature: ${name}`, {
    help: 'expected sharenet, shareipc or shareuts',
  });

export const namespaceSourceUnknown = (type: string, at: Span) =>
  refused('namespace/unknown-source', at, 'internal', `Unknown LXC namespace source '${type}'`, {
    help: 'expected none, name, pid or netns',
  });

export const namespaceIncomplete = (at: Span) =>
  refused('namespace/incomplete', at, 'internal', 'No lxc environment type specified', {
    help: "expected attributes 'type' and 'value'",
  });

export const namespaceUri = (uri: string, at: Span) =>
  warning(
    'ignored/namespace-uri',
    at,
    `<namespace> of '${uri}' is dropped: expected 'http://libvirt.org/schemas/domain/lxc/1.0'`,
  );

/** For values that libvirt refuses in words of its own; `phrase` is what stands before the value. */
export const refusedValue = (phrase: string, value: string, at: Span) =>
  refused('value/unknown', at, 'config', `${phrase} '${value}'`);
