import { domain, type Explanation } from './explanation.ts';

const ignored = (what: string, xml: string, instead = ''): Explanation => ({
  summary: `${what}. libvirt keeps it in the definition, prints it, and does nothing with it; neither is anything done here.`,
  example: domain(xml),
  remedy: `Remove it.${instead === '' ? '' : ` ${instead}`}`,
});

const devices = (content: string) => `<devices>\n  ${content}\n</devices>`;
const filesystem = (attributes: string, more = '') =>
  devices(
    `<filesystem type='mount'${attributes}>\n    <source dir='/srv/data'/>\n    <target dir='/data'/>${more}\n  </filesystem>`,
  );
const capability = (name: string) =>
  `<features>\n  <capabilities policy='default'>\n    <${name} state='on'/>\n  </capabilities>\n</features>`;

/** What is worth knowing of a domain that starts without a fault. */
export const advices = {
  'ignored/clock': ignored(
    'The clock of a container is that of the host',
    "<clock offset='timezone' timezone='Europe/Prague'/>",
    'Inside the container, set the variable TZ or the file `/etc/localtime`.',
  ),
  'ignored/timer': ignored(
    'Timers are devices of virtual machines',
    "<clock offset='utc'>\n  <timer name='rtc'/>\n</clock>",
    "With `offset='localtime'`, rtc and hpet make the device nodes of these names.",
  ),
  'ignored/console': ignored(
    'A console of a container appears as a terminal, whatever its target says',
    devices("<console type='pty'>\n    <target type='virtio'/>\n  </console>"),
  ),
  'ignored/cputune': ignored(
    'This is a setting for threads of an emulator',
    '<cputune>\n  <emulator_period>100000</emulator_period>\n</cputune>',
    '`<shares>`, `<period>` and `<quota>` hold for the container.',
  ),
  'ignored/pin': ignored(
    'Pins are for processors of virtual machines',
    "<vcpu>1</vcpu>\n<cputune>\n  <vcpupin vcpu='0' cpuset='1'/>\n</cputune>",
    "Use `<vcpu cpuset='1'>`.",
  ),
  'ignored/vcpu-count': ignored(
    'A container uses the processors of the host: their number is not limited by it',
    '<vcpu>2</vcpu>',
    "Use `<vcpu cpuset='0-1'>1</vcpu>`, or `<quota>` in `<cputune>`.",
  ),
  'ignored/current-memory': ignored(
    'A container has no balloon: its limit is `<memory>`',
    "<memory unit='MiB'>64</memory>\n<currentMemory unit='MiB'>32</currentMemory>",
    'Change `<memory>`.',
  ),
  'ignored/memtune': ignored(
    'Memory cannot be guaranteed to a container in this way',
    "<memtune>\n  <min_guarantee unit='MiB'>32</min_guarantee>\n</memtune>",
    'Use `<soft_limit>`.',
  ),
  'ignored/memory-backing': ignored(
    'This says where the memory of a virtual machine comes from',
    '<memoryBacking>\n  <locked/>\n</memoryBacking>',
  ),
  'ignored/numatune': ignored(
    'This is a setting for the memory of a virtual machine',
    "<vcpu>1</vcpu>\n<cpu>\n  <numa>\n    <cell id='0' cpus='0' memory='65536'/>\n  </numa>\n</cpu>\n<numatune>\n  <memnode cellid='0' mode='strict' nodeset='0'/>\n</numatune>",
    "`<memory mode='strict' nodeset='…'>` holds for the container.",
  ),
  'ignored/os': ignored(
    'This describes a virtual machine',
    '<pm>\n  <suspend-to-mem enabled="no"/>\n</pm>',
  ),
  'ignored/feature': ignored(
    'This is a feature of hypervisors',
    '<features>\n  <acpi/>\n</features>',
  ),
  'ignored/event': ignored(
    'Containers take no locks that could fail',
    '<on_lockfailure>pause</on_lockfailure>',
  ),
  'ignored/filesystem': ignored(
    'This setting of a file system is for virtual machines',
    filesystem(" accessmode='mapped'"),
    'Ownership always passes through; `<idmap>` maps it, and type ram has a limit of space.',
  ),
  'ignored/interface': ignored(
    'This setting of an interface is for virtual machines',
    devices(
      "<interface type='bridge'>\n    <source bridge='br0'/>\n    <model type='virtio'/>\n  </interface>",
    ),
  ),
  'ignored/disk': ignored(
    'This setting of a disk is for virtual machines: in a container it is a device node',
    devices(
      "<disk type='block' device='disk'>\n    <source dev='/dev/sdb'/>\n    <target dev='vdb'/>\n    <serial>1</serial>\n  </disk>",
    ),
    'Its speed is limited by `<blkiotune>`.',
  ),
  'ignored/hostdev': ignored(
    'This setting of a device is for virtual machines',
    devices(
      "<hostdev mode='capabilities' type='misc'>\n    <source>\n      <char>/dev/kvm</char>\n    </source>\n    <boot order='1'/>\n  </hostdev>",
    ),
  ),
  'ignored/device': ignored(
    'This device exists in virtual machines only',
    devices("<watchdog model='i6300esb'/>"),
    "Devices of the host are passed by `<hostdev mode='capabilities'>`.",
  ),
  'memtune/hard-limit-counts': {
    summary: 'If both are given, the limit of memory is `<hard_limit>`, and not `<memory>`.',
    example: domain("<memtune>\n  <hard_limit unit='MiB'>128</hard_limit>\n</memtune>"),
    remedy: 'Give only one of the two, or both with one value.',
  },
  'interface/stays-down': {
    summary:
      'An interface is brought up if it has an address, or is said to be up. This one will exist, and be down.',
    example: domain(
      devices("<interface type='bridge'>\n    <source bridge='br0'/>\n  </interface>"),
    ),
    remedy: "Add `<ip address=…/>` or `<link state='up'/>`, if init does not bring it up itself.",
  },
  'privilege/no-idmap': {
    summary:
      'Ids inside the container are those of the host. What its root can reach, it can change; a fault of the kernel, or a capability too many, and it is root of the host.',
    example: domain('<on_crash>destroy</on_crash>'),
    remedy: 'Add an `<idmap>`, and give the files of its root to the ids that it maps to.',
  },
  'privilege/host-network': {
    summary:
      'The container has no network of its own: it can reach what listens on the loopback of the host, and, if it has the capability, change its interfaces.',
    example: domain('<on_crash>destroy</on_crash>'),
    remedy:
      'Add an `<interface>`, or `<privnet/>` to `<features>` for a network with a loopback only.',
  },
  'console/securetty': {
    summary:
      'A console of a container is a pty, and `login` knows it by that name: `pts/0` for the first one. Where the image has a list of the terminals on which root may log in, and its PAM has `pam_securetty` (as in old images of Debian and Red Hat), the name has to be on it.',
    example: domain(
      "<devices>\n  <filesystem type='mount'>\n    <source dir='/srv/vm1'/>\n    <target dir='/'/>\n  </filesystem>\n  <console type='pty'/>\n</devices>",
      {
        rootPaths: {
          '/srv/vm1': { '/etc/securetty': { kind: 'file', lines: ['console', 'tty1'] } },
        },
      },
    ),
    remedy:
      'Add the line `pts/0` to `/etc/securetty` of the image, and one for each other console.',
  },
  'privilege/host-root': {
    summary:
      'Without a file system for `/` the container has that of the host, and can write to it. It is what libvirt does, and is meant for containers of single programs; a misspelt `<filesystem>` has the same effect.',
    example: domain(
      "<devices>\n  <filesystm type='mount'>\n    <source dir='/srv/vm1'/>\n    <target dir='/'/>\n  </filesystm>\n</devices>",
    ),
    remedy:
      "Add `<filesystem type='mount'><source dir='…'/><target dir='/'/></filesystem>`, with `<source dir='/'/>` and `<readonly/>` if that of the host is meant.",
  },
  'privilege/capability': {
    summary:
      'With this capability, and without an id map, root of the container reaches the host. The message says how.',
    example: domain(capability('sys_module')),
    remedy:
      'Add an `<idmap>`: capabilities then hold for what the container owns. Or do without the capability.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
