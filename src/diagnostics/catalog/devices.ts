import type { Span } from '../origin.ts';
import { refused } from './libvirt.ts';

/** libvirt names the target of the device here, which is what it knows. */
export const sourceMissing = (target: string | undefined, attribute: string, at: Span) =>
  refused(
    'device/no-source',
    at,
    'plain',
    `missing source information for device${target === undefined ? '' : ` ${target}`}`,
    { help: `expected <source ${attribute}='…'/>` },
  );

/** libvirt names the source of the device here, which is what it knows. */
export const targetMissing = (source: string | undefined, at: Span) =>
  refused(
    'device/no-target',
    at,
    'plain',
    `missing target information for device${source === undefined ? '' : ` ${source}`}`,
  );

export const addressTypeMissing = (at: Span) =>
  refused('device/address-without-type', at, 'internal', 'No type specified for device address');

export const addressTypeUnknown = (type: string, at: Span) =>
  refused('device/unknown-address', at, 'config', `unknown address type '${type}'`);

export const usageMissing = (at: Span) =>
  refused('filesystem/no-usage', at, 'xml', "missing 'usage' attribute for RAM filesystem");

export const usageInvalid = (usage: string, at: Span) =>
  refused(
    'filesystem/invalid-usage',
    at,
    'xml',
    `cannot parse usage '${usage}' for RAM filesystem`,
  );

export const formatUnknown = (format: string, at: Span) =>
  refused('filesystem/unknown-format', at, 'config', `unknown driver format value '${format}'`);

export const createModeInvalid = (name: 'fmode' | 'dmode', value: string, at: Span) =>
  refused('filesystem/invalid-mode', at, 'xml', `invalid ${name}: '${value}'`, {
    help: 'expected an octal number up to 0777',
  });

export const volumeHalf = (at: Span) =>
  refused(
    'device/half-a-volume',
    at,
    'xml',
    "'pool' and 'volume' must be specified together for 'pool' type source",
  );

export const filesystemBoot = (at: Span) =>
  refused('filesystem/boot', at, 'config', 'boot order is only supported for virtiofs');

export const macInvalid = (mac: string, at: Span) =>
  refused('interface/invalid-mac', at, 'xml', `unable to parse mac address '${mac}'`);

export const macMulticast = (mac: string, at: Span) =>
  refused(
    'interface/multicast-mac',
    at,
    'xml',
    `expected unicast mac address, found multicast '${mac}'`,
  );

export const interfaceSourceMissing = (type: string, at: Span) =>
  refused('interface/no-source', at, 'xml', `interface type='${type}' requires a 'source' element`);

export const hostAddressRefused = (type: string, at: Span) =>
  refused(
    'interface/host-address',
    at,
    'config',
    `Invalid attempt to set network interface host-side IP route and/or address info on interface of type '${type}'. This is only supported on interfaces of type 'ethernet'`,
  );

export const unmanagedRefused = (type: string, at: Span) =>
  refused(
    'interface/unmanaged',
    at,
    'config',
    `unmanaged target dev is not supported on interfaces of type '${type}'`,
  );

export const netModelInvalid = (at: Span) =>
  refused('interface/invalid-model', at, 'argument', 'Model name contains invalid characters');

export const netModelUnknown = (model: string, at: Span) =>
  refused('interface/unknown-model', at, 'config', `driver does not support net model '${model}'`);

export const linkStateUnknown = (state: string, at: Span) =>
  refused('interface/unknown-link-state', at, 'config', `unknown interface link state '${state}'`, {
    help: 'expected up or down',
  });

export const mtuInvalid = (at: Span) =>
  refused('interface/invalid-mtu', at, 'xml', 'malformed mtu size');

export const sndbufInvalid = (at: Span) =>
  refused('interface/invalid-sndbuf', at, 'xml', 'sndbuf must be a positive integer');

export const teamingPersistentMissing = (at: Span) =>
  refused(
    'interface/teaming',
    at,
    'config',
    "teaming persistent attribute must be set if teaming type is 'transient'",
  );

export const virtioOptionRefused = (name: 'iommu' | 'ats' | 'packed' | 'page_per_vq', at: Span) =>
  refused(
    'interface/virtio-option',
    at,
    'config',
    `${name}${name === 'page_per_vq' ? '' : ' driver'} option is only supported for virtio devices`,
  );

export const teamingTypeMissing = (at: Span) =>
  refused('interface/teaming', at, 'config', "unknown teaming type '(null)'", {
    help: 'expected type persistent or transient',
  });

/** `what` is of this `type`. */
export const isolatedRefused = (
  mac: string,
  what: 'type' | 'virtualport type',
  type: string,
  at: Span,
) =>
  refused(
    'interface/isolated',
    at,
    'config',
    `interface ${mac} - <port isolated='yes'/> is not supported for network interfaces with ${what}='${type}'`,
  );

export const ipAddressMissing = (at: Span) =>
  refused('ip/no-address', at, 'xml', 'Missing required address in <ip>');

export const ipAddressInvalid = (address: string, at: Span) =>
  refused('ip/invalid-address', at, 'xml', `Invalid address '${address}' in <ip>`);

export const ipPrefixInvalid = (prefix: string, at: Span) =>
  refused('ip/invalid-prefix', at, 'xml', `Invalid prefix value '${prefix}' in <ip>`);

export const ipPeerInvalid = (peer: string, at: Span) =>
  refused('ip/invalid-peer', at, 'argument', `Invalid peer '${peer}' in <ip>`);

/** `owner` in libvirt's words: `guest interface`. */
export const routeAttributeMissing = (owner: string, name: string, at: Span) =>
  refused(
    'route/missing-attribute',
    at,
    'xml',
    `${owner}: Missing required ${name} attribute in route definition`,
  );

export const routeAddressBad = (
  owner: string,
  what: 'network' | 'gateway' | 'netmask',
  address: string,
  at: Span,
) =>
  refused(
    'route/invalid-address',
    at,
    'xml',
    `${owner}: Bad ${what} address '${address}' in route definition`,
  );

/** libvirt names the address where the gateway is at fault. */
export const routeFamilyNeeded = (
  owner: string,
  what: 'address' | 'gateway',
  address: string,
  at: Span,
) =>
  refused(
    'route/family',
    at,
    'xml',
    `${owner}: No family specified for non-IPv4 ${what} '${address}' in route definition`,
  );

export const routeFamilyMismatch = (
  owner: string,
  family: 'ipv4' | 'ipv6',
  what: 'address' | 'gateway address',
  address: string,
  at: Span,
) => {
  const said = family === 'ipv6' && what === 'gateway address' ? 'ipv6' : `${family} family`;
  const other = family === 'ipv4' ? 'non-IPv4' : 'non-IPv6';
  const text = `${owner}: ${said} specified for ${other} ${what} '${address}' in route definition`;
  return refused('route/family', at, 'xml', text);
};

export const routePrefixAndNetmask = (owner: string, at: Span) =>
  refused(
    'route/prefix-and-netmask',
    at,
    'xml',
    `${owner}: Route definition cannot have both a prefix and a netmask`,
  );

export const routeFamilyUnknown = (owner: string, family: string, at: Span) =>
  refused(
    'route/unknown-family',
    at,
    'xml',
    `${owner}: Unrecognized family '${family}' in route definition`,
  );

export const routeNotANetwork = (owner: string, address: string, at: Span) =>
  refused(
    'route/not-a-network',
    at,
    'xml',
    `${owner}: Address '${address}' in route definition is not a network address`,
  );

export const routePrefixInvalid = (owner: string, prefix: number, most: number, at: Span) =>
  refused(
    'route/invalid-prefix',
    at,
    'xml',
    `${owner}: Invalid prefix ${prefix} specified in route definition, must be 0 - ${most}`,
  );

export const routeNetmaskOther = (
  owner: string,
  family: 'ipv4' | 'ipv6',
  netmask: string,
  address: string,
  at: Span,
) =>
  refused(
    'route/invalid-prefix',
    at,
    'xml',
    `${owner}: Invalid netmask '${netmask}' for address '${address}' (both must be ${family === 'ipv4' ? 'IPv4' : 'IPv6'})`,
  );

export const bandwidthMissing = (at: Span) =>
  refused('bandwidth/no-average', at, 'plain', 'Missing mandatory average or floor attributes');

export const bandwidthInvalid = (name: string, value: string, at: Span) =>
  refused(
    'bandwidth/invalid',
    at,
    'config',
    `could not convert bandwidth ${name} value '${value}'`,
  );

export const bandwidthNeedsAverage = (at: Span) =>
  refused('bandwidth/no-average', at, 'config', "'peak' and 'burst' require 'average' attribute");

export const floorRefused = (at: Span) =>
  refused('bandwidth/floor', at, 'config', 'floor attribute is not supported for this config');

export const floorOutbound = (at: Span) =>
  refused('bandwidth/floor', at, 'config', "'floor' attribute allowed only in <inbound> element");

export const bandwidthTwice = (name: 'inbound' | 'outbound', at: Span) =>
  refused('bandwidth/twice', at, 'plain', `Only one child <${name}> element allowed`);

export const vlanTagMissing = (at: Span) =>
  refused(
    'vlan/no-tag',
    at,
    'xml',
    "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement",
  );

export const vlanTagTooLarge = (id: number, at: Span) =>
  refused('vlan/tag-too-large', at, 'xml', `vlan tag id ${id} too large (maximum 4095)`);

export const vlanNativeTwice = (at: Span) =>
  refused('vlan/native-twice', at, 'xml', 'duplicate native vlan setting');

export const vlanTrunkNeeded = (trunk: string, at: Span) =>
  refused(
    'vlan/trunk',
    at,
    'xml',
    `invalid "trunk='${trunk}'" in <vlan> - trunk='yes' is required for more than one vlan tag`,
  );

export const vlanTrunkInvalid = (trunk: string, at: Span) =>
  refused('vlan/trunk', at, 'xml', `invalid "trunk='${trunk}'" in <vlan> - must be yes or no`);

export const virtualportRefused = (type: string, at: Span) =>
  refused(
    'virtualport/unsupported',
    at,
    'config',
    `<virtualport> element unsupported for <interface type='${type}'>`,
  );

export const virtualportTypeMissing = (at: Span) =>
  refused('virtualport/no-type', at, 'xml', 'missing required virtualport type');

export const virtualportTypeUnknown = (type: string, at: Span) =>
  refused('virtualport/unknown-type', at, 'config', `unknown virtualport type ${type}`);

export const virtualportMissing = (name: string, type: string, at: Span) =>
  refused(
    'virtualport/missing-parameter',
    at,
    'xml',
    `missing ${name} in <virtualport type='${type}'>`,
  );

export const virtualportExtra = (name: string, type: string, at: Span) =>
  refused(
    'virtualport/extra-parameter',
    at,
    'xml',
    `extra ${name} unsupported in <virtualport type='${type}'>`,
  );

export const virtualportInvalid = (text: string, at: Span) =>
  refused('virtualport/invalid-parameter', at, 'xml', text);

export const hostdevModeUnknown = (mode: string, at: Span) =>
  refused('hostdev/unknown-mode', at, 'config', `unknown hostdev mode '${mode}'`);

export const hostdevTypeMissing = (at: Span) =>
  refused('hostdev/no-type', at, 'xml', 'missing source address type');

export const hostdevTypeUnknown = (type: string, at: Span) =>
  refused(
    'hostdev/unknown-type',
    at,
    'config',
    `unknown host device source address type '${type}'`,
  );

export const hostdevSourceMissing = (at: Span) =>
  refused('hostdev/no-source', at, 'xml', 'Missing <source> element in hostdev device');

const capsDevices = { block: 'storage', char: 'character', interface: 'net' } as const;

export const hostdevElementMissing = (name: keyof typeof capsDevices, at: Span) =>
  refused(
    'hostdev/no-device',
    at,
    'xml',
    `Missing <${name}> element in hostdev ${capsDevices[name]} device`,
  );

export const hostdevUsbMissing = (what: 'vendor' | 'product', at: Span) =>
  refused('hostdev/usb', at, 'internal', `missing ${what}`);

export const hostdevStartupPolicy = (at: Span) =>
  refused(
    'hostdev/startup-policy',
    at,
    'config',
    'Setting startupPolicy is only allowed for USB devices',
  );

export const hostdevTwice = (at: Span | undefined) =>
  refused('hostdev/twice', at, 'xml', 'Hostdev already exists in the domain configuration');

export const chardevTypeUnknown = (type: string, at: Span) =>
  refused(
    'chardev/unknown-type',
    at,
    'config',
    `unknown type presented to host for character device: ${type}`,
  );

export const chardevSourceIncomplete = (what: 'path' | 'host' | 'service', at: Span) =>
  refused('chardev/no-source', at, 'internal', `Missing source ${what} attribute for char device`);

export const chardevChannelMissing = (at: Span) =>
  refused('chardev/no-source', at, 'config', 'Missing source channel attribute for char device');

export const chardevChannelInvalid = (at: Span) =>
  refused(
    'chardev/invalid-channel',
    at,
    'argument',
    'Invalid character in source channel for char device',
    { help: 'expected letters, digits, _, - and .' },
  );

export const chardevNmdmHalf = (at: Span) =>
  refused(
    'chardev/no-source',
    at,
    'internal',
    'Should define both master and slave path attributes for nmdm device',
  );

export const chardevProtocolTwice = (at: Span) =>
  refused(
    'chardev/protocol-twice',
    at,
    'xml',
    'only one protocol element is allowed for character device',
  );

export const chardevLogTwice = (at: Span) =>
  refused('chardev/log-twice', at, 'xml', 'only one log element is allowed for character device');

export const chardevReconnectOfServer = (at: Span) =>
  refused(
    'chardev/reconnect',
    at,
    'internal',
    'chardev reconnect is possible only for connect mode',
  );

export const chardevSourceTwice = (
  most: 'one source element is' | 'two source elements are',
  at: Span,
) => refused('chardev/source-twice', at, 'xml', `only ${most} allowed for character device`);

export const chardevTargetUnknown = (type: string, at: Span) =>
  refused(
    'chardev/unknown-target',
    at,
    'config',
    `unknown target type '${type}' specified for character device`,
  );

export const chardevTargetMissing = (at: Span) =>
  refused('chardev/no-target', at, 'xml', 'target type must be specified for channel device');

export const chardevPortInvalid = (port: string, at: Span) =>
  refused('chardev/invalid-port', at, 'xml', `Invalid port number: ${port}`);

export const consoleSerialNotFirst = (at: Span) =>
  refused('console/serial-not-first', at, 'config', 'Only the first console can be a serial port');

export const spicevmcWithoutVirtio = (at: Span) =>
  refused('chardev/spicevmc', at, 'config', 'spicevmc device type only supports virtio');

export const diskTargetUnknown = (target: string, at: Span) =>
  refused(
    'disk/unknown-target',
    at,
    'xml',
    `Unknown disk name '${target}' and no address specified`,
    { help: 'expected a name like sda, vda, hda or xvda' },
  );

export const diskTargetTwice = (
  target: string,
  first: string | undefined,
  second: string | undefined,
  at: Span | undefined,
) =>
  refused(
    'disk/target-twice',
    at,
    'xml',
    `target '${target}' duplicated for disk sources '${first ?? '(null)'}' and '${second ?? '(null)'}'`,
  );

export const inputRefused = (at: Span) =>
  refused(
    'device/input',
    at,
    'internal',
    'Input devices are not supported by this virtualization driver.',
    { help: 'remove <input>: a container has no keyboard or mouse' },
  );

export const memoryDeviceRefused = (at: Span) =>
  refused('device/memory', at, 'config', 'memory devices are not supported by this driver');

export const videoModelMissing = (at: Span) =>
  refused('device/video-model', at, 'internal', 'missing video model and cannot determine default');

export const controllerTwice = (type: string, index: number, at: Span | undefined) =>
  refused(
    'device/controller-twice',
    at,
    'xml',
    `Multiple '${type}' controllers with index '${index}'`,
  );

export const onlyOneDevice = (what: string, at: Span) =>
  refused('device/only-one', at, 'internal', `only a single ${what} device is supported`);

export const redirdevWithoutUsb = (at: Span) =>
  refused(
    'device/redirdev',
    at,
    'config',
    'cannot add redirected USB device: USB is disabled for this domain',
  );
