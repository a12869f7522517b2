import { domain, type Explanation } from './explanation.ts';

const entry = (summary: string, devices: string, remedy: string): Explanation => ({
  summary,
  example: domain(`<devices>\n${devices.replace(/^/gm, '  ')}\n</devices>`),
  remedy,
});

const element =
  (name: string) =>
  (attributes: string, ...content: readonly string[]): string =>
    `<${name} ${attributes}>${content.map((line) => `\n  ${line}`).join('')}\n</${name}>`;
const filesystem = element('filesystem');
const nic = element('interface');
const hostdev = element('hostdev');
const bridge = (...content: readonly string[]) =>
  nic("type='bridge'", "<source bridge='br0'/>", ...content);
const route = (attributes: string) => bridge(`<route ${attributes}/>`);
const virtualport = (attributes: string, content = '') =>
  bridge(`<virtualport ${attributes}>${content}</virtualport>`);
const disk = "<disk type='block' device='disk'><source dev='/dev/sdb'/><target dev='vdb'/></disk>";
const tree = ["<source dir='/srv/data'/>", "<target dir='/data'/>"] as const;

const granted = (
  summary: string,
  given: string,
  fact: Readonly<Record<string, unknown>> | undefined,
  remedy: string,
  usb?: readonly Readonly<Record<string, number>>[],
): Explanation => {
  const source = />(\/[^<]*)<|dev='(\/[^']*)'/.exec(given)?.slice(1).find(Boolean);
  return {
    summary,
    example: domain(`<devices>\n${given.replace(/^/gm, '  ')}\n</devices>`, {
      ...(fact === undefined || source === undefined ? {} : { paths: { [source]: fact } }),
      ...(usb === undefined ? {} : { usb }),
    }),
    remedy,
  };
};
const misc = (path: string) =>
  hostdev("mode='capabilities' type='misc'", `<source><char>${path}</char></source>`);
const usbDevice = hostdev(
  "mode='subsystem' type='usb'",
  "<source><vendor id='0x1050'/><product id='0x0407'/></source>",
);

/** What libvirt refuses of devices. */
export const devices = {
  'device/no-source': entry(
    'A device does not say what of the host it is.',
    filesystem("type='mount'", "<target dir='/data'/>"),
    'Add `<source …/>`.',
  ),
  'device/missing': granted(
    'The host does not have a device that the domain names. libvirt takes the definition, and fails when it starts.',
    misc('/dev/fuse'),
    { kind: 'missing' },
    'Plug it in, load its driver, or correct the name.',
  ),
  'device/not-known': granted(
    'A plan has the numbers of devices. The facts that were given were made without this domain, and do not know them.',
    misc('/dev/fuse'),
    undefined,
    'Make the facts with the domain: `lxplain facts vm1.xml`.',
  ),
  'device/of-other-kind': granted(
    'Storage is a block device, and a device of type `misc` is a character device.',
    misc('/dev/sda'),
    { kind: 'block', major: 8, minor: 0 },
    "Use `type='storage'` for a block device; mount a directory or an image with `<filesystem>`.",
  ),
  'device/bad-name': granted(
    'The node of a device is called as its source, without the first directory: `/dev/mapper/data` is `/dev/mapper/data` inside, too. That of a disk is called as its target.',
    misc('/fuse'),
    { kind: 'char', major: 10, minor: 229 },
    'Give the path below /dev; a `<target dev>` without `..`.',
  ),
  'device/name-taken': granted(
    'Two nodes cannot have one name, and no node lies below another. What every container has in /dev counts, too.',
    misc('/dev/tty'),
    { kind: 'char', major: 5, minor: 0 },
    'Leave out what is there already, or one of the two.',
  ),
  'device/no-usb': granted(
    'No USB device of the host has this vendor and this product. libvirt fails when it starts.',
    usbDevice,
    undefined,
    'Plug it in; `lsusb` lists the numbers of what is there.',
    [],
  ),
  'device/several-usb': granted(
    'Several USB devices of the host have this vendor and this product, and only one is meant.',
    usbDevice,
    undefined,
    "Add `<address bus='1' device='4'/>`, as `lsusb` lists it.",
    [
      { bus: 1, device: 3, vendor: 0x1050, product: 0x0407 },
      { bus: 1, device: 4, vendor: 0x1050, product: 0x0407 },
    ],
  ),
  'device/no-target': entry(
    'A device does not say where in the container it appears.',
    filesystem("type='mount'", "<source dir='/srv/data'/>"),
    'Add `<target …/>`.',
  ),
  'device/half-a-volume': entry(
    'A volume is named by its pool and its own name.',
    filesystem("type='volume'", "<source pool='default'/>", "<target dir='/data'/>"),
    'Give both `pool` and `volume`.',
  ),
  'device/address-without-type': entry(
    'An address does not say of which kind it is. Devices of a container have no addresses anyway.',
    filesystem("type='mount'", ...tree, '<address/>'),
    'Remove `<address>`.',
  ),
  'device/unknown-address': entry(
    'This kind of address is not known. Devices of a container have no addresses anyway.',
    filesystem("type='mount'", ...tree, "<address type='street'/>"),
    'Remove `<address>`.',
  ),
  'device/input': entry(
    'A container has no keyboard, mouse or tablet.',
    "<input type='mouse' bus='usb'/>",
    'Remove `<input>`.',
  ),
  'device/memory': entry(
    'Memory cannot be plugged into a container.',
    "<memory model='dimm'>\n  <target>\n    <size unit='MiB'>64</size>\n    <node>0</node>\n  </target>\n</memory>",
    'Remove `<memory>` from `<devices>`.',
  ),
  'device/video-model': entry(
    'libvirt gives a domain with `<graphics>` a video card, and finds no model of one for a container.',
    "<graphics type='vnc'/>",
    'Remove `<graphics>` and `<video>`.',
  ),
  'device/only-one': entry(
    'There can be only one device of this kind, and it has no effect on a container.',
    "<memballoon model='none'/>\n<memballoon model='none'/>",
    'Remove both.',
  ),
  'device/controller-twice': entry(
    'Two controllers of a kind have one number. Controllers have no effect on a container.',
    "<controller type='scsi' index='0'/>\n<controller type='scsi' index='0'/>",
    'Remove both.',
  ),
  'device/redirdev': entry(
    'USB devices cannot be redirected into a container.',
    "<redirdev bus='usb' type='spicevmc'/>",
    'Remove `<redirdev>`.',
  ),
  'filesystem/no-usage': entry(
    'A file system in memory has no size.',
    filesystem("type='ram'", '<source/>', "<target dir='/tmp'/>"),
    "Write `<source usage='64' units='MiB'/>`.",
  ),
  'filesystem/invalid-usage': entry(
    'The size of a file system in memory is not a number.',
    filesystem("type='ram'", "<source usage='1.5' units='GiB'/>", "<target dir='/tmp'/>"),
    "Write a whole number and choose the unit for it: `<source usage='1536' units='MiB'/>`.",
  ),
  'filesystem/unknown-format': entry(
    'The format of an image is not known.',
    filesystem(
      "type='file'",
      "<driver type='loop' format='zip'/>",
      "<source file='/srv/a.img'/>",
      "<target dir='/data'/>",
    ),
    'Use raw, or a format that qemu-nbd knows, with the driver nbd.',
  ),
  'filesystem/invalid-mode': entry(
    'A mode is not an octal number of at most 0777. It has no effect on a container anyway.',
    filesystem("type='mount' fmode='01777'", ...tree),
    'Remove `fmode` and `dmode`.',
  ),
  'filesystem/boot': entry(
    'Containers do not boot from a device.',
    filesystem("type='mount'", ...tree, "<boot order='1'/>"),
    'Remove `<boot>`.',
  ),
  'interface/no-source': entry(
    'An interface does not say what it is connected to.',
    "<interface type='bridge'/>",
    "Add `<source bridge='…'/>`, `network` or `dev`, as the type wants it.",
  ),
  'interface/invalid-mac': entry(
    'The text is not a MAC address.',
    bridge("<mac address='52:54:00'/>"),
    'Give six bytes: `52:54:00:12:34:56`.',
  ),
  'interface/multicast-mac': entry(
    'The address is one of a group: the lowest bit of its first byte is set.',
    bridge("<mac address='01:00:5e:00:00:01'/>"),
    'Give an address of one interface, such as one that begins with 52:54:00.',
  ),
  'interface/invalid-model': entry(
    'The name of a model has characters that none has. A model has no effect on a container anyway.',
    bridge("<model type='a b'/>"),
    'Remove `<model>`.',
  ),
  'interface/unknown-model': entry(
    'The model is not known. It has no effect on a container anyway.',
    bridge("<model type='ne2k_pci'/>"),
    'Remove `<model>`.',
  ),
  'interface/unknown-link-state': entry(
    'The state of a link is not known.',
    bridge("<link state='default'/>"),
    'Use up or down.',
  ),
  'interface/invalid-mtu': entry(
    'The size of packets is not a number.',
    bridge("<mtu size='large'/>"),
    'Write a number.',
  ),
  'interface/invalid-sndbuf': entry(
    'The size of a buffer is not a number.',
    bridge('<tune><sndbuf>large</sndbuf></tune>'),
    'Remove `<tune>`: it has no effect on a container.',
  ),
  'interface/host-address': entry(
    'Addresses on the side of the host are given to interfaces of type ethernet only.',
    nic("type='bridge'", "<source bridge='br0'><ip address='10.0.0.1'/></source>"),
    'Put `<ip>` beside `<source>` for the address inside the container, or give the bridge its address on the host.',
  ),
  'interface/unmanaged': entry(
    'Only an interface of type ethernet can be one that somebody else has made.',
    bridge("<target dev='tap0' managed='no'/>"),
    'Remove `managed`.',
  ),
  'interface/teaming': entry(
    'A team of interfaces is not complete. It has no effect on a container anyway.',
    bridge("<teaming type='transient'/>"),
    'Remove `<teaming>`.',
  ),
  'interface/isolated': entry(
    'Only ports of a bridge can be isolated.',
    nic("type='direct'", "<source dev='eth0' mode='bridge'/>", "<port isolated='yes'/>"),
    'Remove `<port>`.',
  ),
  'ip/no-address': entry(
    'An address is missing.',
    bridge("<ip prefix='24'/>"),
    "Add `address='…'`.",
  ),
  'ip/invalid-address': entry(
    'The text is not an IP address.',
    bridge("<ip address='10.0.0.300'/>"),
    'Give a numeric IPv4 or IPv6 address; names are not looked up.',
  ),
  'ip/invalid-prefix': entry(
    'The prefix is not a number, or is longer than the address.',
    bridge("<ip address='10.0.0.2' prefix='33'/>"),
    'Give a number of bits: at most 32 for IPv4, 128 for IPv6.',
  ),
  'ip/invalid-peer': entry(
    'The text is not an IP address.',
    bridge("<ip address='10.0.0.2' peer='router'/>"),
    'Give a numeric address.',
  ),
  'route/missing-attribute': entry(
    'A route needs a network and a gateway.',
    route("address='10.1.0.0' prefix='16'"),
    "Add `gateway='…'`.",
  ),
  'route/invalid-address': entry(
    'The text is not an IP address.',
    route("address='ten' prefix='16' gateway='10.0.0.1'"),
    'Give a numeric address.',
  ),
  'route/family': entry(
    'The network and the gateway of a route are of different families, or of another than `family` says.',
    route("address='10.1.0.0' prefix='16' gateway='fd00::1'"),
    "Give both in one family; for IPv6 add `family='ipv6'`.",
  ),
  'route/unknown-family': entry(
    'The family of addresses is not known.',
    route("family='ipx' address='10.1.0.0' prefix='16' gateway='10.0.0.1'"),
    'Use ipv4 or ipv6.',
  ),
  'route/prefix-and-netmask': entry(
    'The length of a network is given twice.',
    route("address='10.1.0.0' prefix='16' netmask='255.255.0.0' gateway='10.0.0.1'"),
    'Remove `netmask`.',
  ),
  'route/invalid-prefix': entry(
    'The prefix of a route is longer than its address.',
    route("address='10.1.0.0' prefix='33' gateway='10.0.0.1'"),
    'Give a number of bits: at most 32 for IPv4, 128 for IPv6.',
  ),
  'route/not-a-network': entry(
    'The address has bits behind its prefix: it is that of a host in the network.',
    route("address='10.1.0.5' prefix='16' gateway='10.0.0.1'"),
    'Give the address of the network: `10.1.0.0`. Without a prefix only `0.0.0.0` is one.',
  ),
  'bandwidth/no-average': entry(
    'A limit of bandwidth has no average.',
    bridge("<bandwidth><inbound peak='100'/></bandwidth>"),
    "Add `average='…'`, in KiB per second.",
  ),
  'bandwidth/invalid': entry(
    'A limit of bandwidth is not a number.',
    bridge("<bandwidth><inbound average='much'/></bandwidth>"),
    'Write a number, in KiB per second.',
  ),
  'bandwidth/floor': entry(
    'A guaranteed bandwidth is only for inbound traffic of interfaces of type network.',
    bridge("<bandwidth><inbound average='100' floor='10'/></bandwidth>"),
    'Remove `floor`.',
  ),
  'bandwidth/twice': entry(
    'Limits for one direction are given twice.',
    bridge("<bandwidth><inbound average='1'/><inbound average='2'/></bandwidth>"),
    'Remove one of the two.',
  ),
  'vlan/no-tag': entry('A VLAN has no tag.', bridge('<vlan/>'), "Add `<tag id='…'/>`."),
  'vlan/tag-too-large': entry(
    'Tags of VLANs are at most 4095.',
    bridge("<vlan><tag id='4096'/></vlan>"),
    'Give a tag of the network in question.',
  ),
  'vlan/native-twice': entry(
    'Two tags are to be the native one.',
    bridge(
      "<vlan trunk='yes'><tag id='1' nativeMode='tagged'/><tag id='2' nativeMode='tagged'/></vlan>",
    ),
    'Remove `nativeMode` from one of the two.',
  ),
  'vlan/trunk': entry(
    'Several tags make a trunk.',
    bridge("<vlan trunk='no'><tag id='1'/><tag id='2'/></vlan>"),
    'Remove `trunk`, or all tags but one.',
  ),
  'virtualport/unsupported': entry(
    'Interfaces of this type have no port profile.',
    nic("type='ethernet'", "<virtualport type='openvswitch'/>"),
    'Remove `<virtualport>`.',
  ),
  'virtualport/no-type': entry(
    'A port profile does not say of which kind it is.',
    virtualport(''),
    "Add `type='openvswitch'`, or another.",
  ),
  'virtualport/unknown-type': entry(
    'The kind of a port profile is not known.',
    virtualport("type='vepa'"),
    'Use 802.1Qbg, 802.1Qbh, openvswitch or midonet.',
  ),
  'virtualport/missing-parameter': entry(
    'A port profile of this kind needs another parameter.',
    virtualport("type='802.1Qbg'", "<parameters managerid='1' typeid='2'/>"),
    'Add the parameter.',
  ),
  'virtualport/extra-parameter': entry(
    'A port profile of this kind does not have this parameter.',
    virtualport("type='openvswitch'", "<parameters typeid='1'/>"),
    'Remove the parameter.',
  ),
  'virtualport/invalid-parameter': entry(
    'A parameter of a port profile is not a number in its range, or not a UUID.',
    virtualport("type='openvswitch'", "<parameters interfaceid='1'/>"),
    'Correct it.',
  ),
  'hostdev/unknown-mode': entry(
    'The way in which a device is passed is not known.',
    hostdev("mode='direct' type='usb'"),
    'Use capabilities or subsystem.',
  ),
  'hostdev/no-type': entry(
    'The kind of a device is not given.',
    hostdev("mode='capabilities'", '<source><char>/dev/kvm</char></source>'),
    "Add `type='misc'`, storage or net.",
  ),
  'hostdev/unknown-type': entry(
    'The kind of a device is not known.',
    hostdev("mode='capabilities' type='char'", '<source><char>/dev/kvm</char></source>'),
    'Use misc, storage or net.',
  ),
  'hostdev/no-source': entry(
    'Nothing says which device is passed.',
    "<hostdev mode='capabilities' type='misc'/>",
    'Add `<source><char>/dev/…</char></source>`.',
  ),
  'hostdev/no-device': entry(
    'Nothing says which device is passed: a source holds `<char>`, `<block>` or `<interface>`, as the type wants it.',
    hostdev("mode='capabilities' type='misc'", '<source><block>/dev/sdb</block></source>'),
    'Use the element that goes with the type.',
  ),
  'hostdev/usb': entry(
    'A USB device is given by vendor and product, as numbers, or by its address.',
    hostdev("mode='subsystem' type='usb'", "<source><vendor id='0x1234'/></source>"),
    'Give both, or `<address bus=… device=…/>`.',
  ),
  'hostdev/startup-policy': entry(
    'Only USB devices may be missing at the start.',
    hostdev(
      "mode='subsystem' type='pci'",
      "<source startupPolicy='optional'><address domain='0' bus='0' slot='1' function='0'/></source>",
    ),
    'Remove `startupPolicy`.',
  ),
  'hostdev/twice': entry(
    'One device is passed twice.',
    `${hostdev("mode='capabilities' type='misc'", '<source><char>/dev/kvm</char></source>')}\n${hostdev("mode='capabilities' type='misc'", '<source><char>/dev/kvm</char></source>')}`,
    'Remove one of the two.',
  ),
  'interface/virtio-option': entry(
    'An option is for models of virtio alone.',
    bridge("<driver ats='on'/>"),
    'Remove `<driver>`: it has no effect on a container.',
  ),
  'chardev/log-twice': entry(
    'A character device has more than one log.',
    "<console type='pty'><log file='/var/log/a'/><log file='/var/log/b'/></console>",
    'Remove one of the two.',
  ),
  'chardev/protocol-twice': entry(
    'A character device has more than one protocol.',
    "<console type='tcp'><source mode='bind' host='::1' service='23'/><protocol type='raw'/><protocol type='telnet'/></console>",
    'Remove one of the two.',
  ),
  'chardev/invalid-channel': entry(
    'The name of a channel has a character that no name may have.',
    "<console type='spiceport'><source channel='a b'/></console>",
    'Use letters, digits, `_`, `-` and `.` only.',
  ),
  'chardev/reconnect': entry(
    'A socket that is listened on has nobody to come back to.',
    "<console type='unix'><source mode='bind' path='/run/vm1'><reconnect enabled='yes' timeout='5'/></source></console>",
    "Remove `<reconnect>`, or use `mode='connect'`.",
  ),
  'chardev/unknown-type': entry(
    'The kind of a character device is not known.',
    "<console type='tty'/>",
    "Use `<console type='pty'/>`.",
  ),
  'chardev/no-source': entry(
    'A character device of this kind needs a source.',
    "<console type='file'/>",
    "Add `<source path='…'/>`; for a container use type pty, which needs none.",
  ),
  'chardev/source-twice': entry(
    'A character device has more than one source.',
    "<serial type='file'>\n  <source path='/tmp/a'/>\n  <source path='/tmp/b'/>\n</serial>",
    'Remove all but one.',
  ),
  'chardev/no-target': entry(
    'A channel does not say what it appears as. It has no effect on a container anyway.',
    "<channel type='pty'/>",
    'Remove `<channel>`.',
  ),
  'chardev/unknown-target': entry(
    'What a character device appears as is not known.',
    "<channel type='pty'>\n  <target type='tunnel'/>\n</channel>",
    'Correct or remove it.',
  ),
  'chardev/invalid-port': entry(
    'The port is not a number. Consoles are numbered anew anyway.',
    "<console type='pty'>\n  <target type='lxc' port='one'/>\n</console>",
    'Remove `port`.',
  ),
  'chardev/spicevmc': entry(
    'This kind of device goes with virtio only, which a container does not have.',
    "<serial type='spicevmc'/>",
    'Remove it.',
  ),
  'console/serial-not-first': entry(
    'Only the first console can be a serial port.',
    "<console type='pty'/>\n<console type='pty'>\n  <target type='serial'/>\n</console>",
    "Use `<target type='lxc'/>`, or none.",
  ),
  'disk/unknown-target': entry(
    'The name of a disk in the container is not one that libvirt knows.',
    "<disk type='block' device='disk'>\n  <source dev='/dev/sdb'/>\n  <target dev='disk1'/>\n</disk>",
    'Use a name like vda, sdb or hdc.',
  ),
  'disk/target-twice': entry(
    'Two disks have one name in the container.',
    `${disk}\n${disk.replace('sdb', 'sdc')}`,
    'Rename one of the two.',
  ),
} as const satisfies Readonly<Record<string, Explanation>>;
