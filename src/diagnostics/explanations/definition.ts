import { domain, type Explanation } from './explanation.ts';

const entry = (summary: string, xml: string, remedy: string): Explanation => ({
  summary,
  example: domain(xml),
  remedy,
});

const os = (more: string) => `<os><type>exe</type><init>/sbin/init</init>${more}</os>`;
const osType = (type: string) => `<os>${type}<init>/sbin/init</init></os>`;
const cputune = (more: string) => `<cputune>${more}</cputune>`;
const timer = (attributes: string, more = '') =>
  `<clock offset='localtime'>\n  <timer ${attributes}>${more}</timer>\n</clock>`;
const lxcNamespace = (child: string) =>
  `<domain type='lxc' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'>
  <name>vm1</name>
  <memory unit='MiB'>64</memory>
  <os><type>exe</type><init>/sbin/init</init></os>
  <lxc:namespace>
    ${child}
  </lxc:namespace>
</domain>`;

/** What libvirt refuses, or drops, in a definition outside of `<devices>`. */
export const definition = {
  'value/invalid': entry(
    'The value of an attribute is not among those that it may have.',
    "<features>\n  <capabilities policy='most'/>\n</features>",
    'Use one of those that the message lists. Upper and lower case matter.',
  ),
  'value/missing': entry(
    'An attribute that its element must have is not there.',
    "<clock offset='utc'>\n  <timer present='no'/>\n</clock>",
    'Add the attribute.',
  ),
  'value/unknown': entry(
    'A value is not among those that libvirt knows.',
    "<memoryBacking>\n  <source type='disk'/>\n</memoryBacking>",
    'Correct or remove it.',
  ),
  'size/invalid': entry(
    'A size is not a whole number.',
    "<memory unit='GiB'>1.5</memory>",
    "Write a whole number and choose the unit for it: `<memory unit='MiB'>1536</memory>`.",
  ),
  'size/unknown-unit': entry(
    'The unit of a size is not known.',
    "<memory unit='Megs'>64</memory>",
    'Use bytes, KiB, MiB, GiB, TiB (powers of 1024) or KB, MB, GB, TB (powers of 1000).',
  ),
  'size/too-large': entry(
    'A size does not fit into 64 bits.',
    "<memory unit='EiB'>64</memory>",
    'Check the unit: without one, sizes of memory are in KiB.',
  ),
  'set/malformed': entry(
    'A set of processors or memory nodes cannot be read.',
    "<vcpu cpuset='0-'>1</vcpu>",
    'Write numbers, ranges and exceptions between commas: `0-3,^2,8`.',
  ),
  'set/empty': entry(
    'A set of processors or memory nodes has none.',
    "<vcpu cpuset='1,^1'>1</vcpu>",
    'Name at least one.',
  ),
  'domain/no-type': entry(
    'The domain does not say what kind of virtualisation it is for.',
    '<domain>\n  <name>vm1</name>\n  <memory>65536</memory>\n</domain>',
    "Write `<domain type='lxc'>`.",
  ),
  'domain/unknown-type': entry(
    'The domain is for a kind of virtualisation that libvirt does not know.',
    "<domain type='lcx'>\n  <name>vm1</name>\n  <memory>65536</memory>\n</domain>",
    "Write `<domain type='lxc'>`.",
  ),
  'name/missing': entry(
    'Every domain has a name, and here it is missing or empty. With a default namespace (`xmlns=`) on `<domain>` all of its elements are in it, so that none is found.',
    "<domain type='lxc'>\n  <memory>65536</memory>\n  <os><type>exe</type><init>/sbin/init</init></os>\n</domain>",
    'Add `<name>…</name>`.',
  ),
  'name/newline': entry(
    'The name has a line feed in it.',
    '<name>vm1\n</name>',
    'Write the name on one line, together with its tags.',
  ),
  'uuid/malformed': entry(
    'The text is not a UUID.',
    '<uuid>vm1</uuid>',
    'Give 32 hexadecimal digits, such as `uuidgen` prints them, or leave `<uuid>` out.',
  ),
  'genid/malformed': entry(
    'The text is not a UUID.',
    '<genid>vm1</genid>',
    'Give 32 hexadecimal digits or an empty element, or leave it out: a container has no use for it.',
  ),
  'title/newline': entry(
    'The title has a line feed in it.',
    '<title>one\ntwo</title>',
    'Write it on one line; `<description>` may have several.',
  ),
  'xml/element-twice': entry(
    'An element is given twice, and libvirt refuses that of this one.',
    "<numatune>\n  <memory mode='preferred' nodeset='0'/>\n</numatune>\n<numatune>\n  <memory mode='preferred' nodeset='0'/>\n</numatune>",
    'Remove one of the two.',
  ),
  'xml/element-repeated': entry(
    'An element is given twice. libvirt takes the first and does not say so.',
    '<on_crash>destroy</on_crash>\n<on_crash>restart</on_crash>',
    'Remove one of the two.',
  ),
  'os/no-type': entry(
    'The kind of operating system is not given.',
    osType(''),
    'Add `<type>exe</type>` to `<os>`.',
  ),
  'os/unknown-type': entry(
    'The kind of operating system is not known.',
    osType('<type>container</type>'),
    'Write `<type>exe</type>`.',
  ),
  'os/unknown-arch': entry(
    'The architecture is not known by this name.',
    osType("<type arch='amd64'>exe</type>"),
    'Use a name of libvirt: x86_64, i686, aarch64, armv7l, ppc64le, s390x, riscv64 …',
  ),
  'os/not-offered': entry(
    'No libvirt offers containers of this kind: they are of type `exe`.',
    osType('<type>hvm</type>'),
    'Write `<type>exe</type>`, without an architecture or with that of the machine.',
  ),
  'os/unknown-smbios-mode': entry(
    'The mode is not known. A container has no SMBIOS anyway.',
    os("<smbios mode='none at all'/>"),
    'Remove `<smbios>`.',
  ),
  'init/empty-argument': entry(
    'An argument of init is empty. libvirt takes the first piece of text inside the element, and there is none.',
    os('<initarg/>'),
    'Give a text, or remove the element.',
  ),
  'init/variable-without-name': entry(
    'A variable of the environment has no name.',
    os('<initenv>yes</initenv>'),
    "Write `<initenv name='NAME'>value</initenv>`.",
  ),
  'init/variable-without-value': entry(
    'A variable of the environment has no value: libvirt does not allow an empty one.',
    os("<initenv name='DEBUG'/>"),
    'Give a value, or remove the element.',
  ),
  'init/variable-name': entry(
    "The name of a variable is empty or contains '=', so that no program would find it.",
    os("<initenv name='A=B'>yes</initenv>"),
    'Correct the name.',
  ),
  'memory/missing': entry(
    'A container needs a limit of memory.',
    '<memory>0</memory>',
    "Write `<memory unit='MiB'>512</memory>`.",
  ),
  'memory/max': entry(
    'Memory cannot be plugged into a container.',
    "<maxMemory slots='2' unit='GiB'>1</maxMemory>",
    'Remove `<maxMemory>`.',
  ),
  'memory/invalid-slots': entry(
    'The number of slots is not a number. Memory cannot be plugged into a container anyway.',
    "<maxMemory slots='many' unit='GiB'>1</maxMemory>",
    'Remove `<maxMemory>`.',
  ),
  'memory/max-incomplete': entry(
    '`<maxMemory>` has no slots. Memory cannot be plugged into a container anyway.',
    "<maxMemory unit='GiB'>1</maxMemory>",
    'Remove `<maxMemory>`.',
  ),
  'memory/max-too-small': entry(
    '`<maxMemory>` is less than `<memory>`. Memory cannot be plugged into a container anyway.',
    "<maxMemory slots='2' unit='MiB'>1</maxMemory>",
    'Remove `<maxMemory>`.',
  ),
  'vcpu/not-a-number': entry(
    'The number of processors is not a number.',
    '<vcpu>two</vcpu>',
    "Write a number, or only `<vcpu cpuset='0-1'/>`'s set: a container uses the processors of the host.",
  ),
  'vcpu/current-too-large': entry(
    'More processors are to be there at the start than there are.',
    "<vcpu current='2'>1</vcpu>",
    'Remove `current`: it has no meaning for a container.',
  ),
  'vcpu/none': entry(
    'A domain has at least one processor.',
    '<vcpu>0</vcpu>',
    'Write `<vcpu>1</vcpu>`.',
  ),
  'vcpu/individual': entry(
    'Processors of a container have no state of their own.',
    "<vcpus>\n  <vcpu id='0' enabled='yes'/>\n</vcpus>",
    'Remove `<vcpus>`.',
  ),
  'cputune/not-a-number': entry(
    'A setting of processor time is not a number.',
    cputune('<shares>half</shares>'),
    'Write a number.',
  ),
  'cputune/out-of-range': entry(
    'A setting of processor time is outside of what the kernel takes.',
    cputune('<shares>1</shares>'),
    'Choose a number in the range that the message gives.',
  ),
  'cputune/pin-without-cpuset': entry(
    'A pin does not say where to.',
    cputune("<vcpupin vcpu='0'/>"),
    'Remove it: pins have no effect on a container, `<vcpu cpuset=…>` has.',
  ),
  'cputune/pin-twice': entry(
    'A processor is pinned twice.',
    cputune("<vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='0' cpuset='1'/>"),
    'Remove both: pins have no effect on a container, `<vcpu cpuset=…>` has.',
  ),
  'cputune/no-thread': entry(
    'A thread of a virtual machine is spoken of that it does not have.',
    cputune("<iothreadpin iothread='1' cpuset='0'/>"),
    'Remove it: it has no effect on a container.',
  ),
  'cputune/schedulers-overlap': entry(
    'Two elements say how one thread of a virtual machine is scheduled.',
    cputune("<vcpusched vcpus='0' scheduler='batch'/><vcpusched vcpus='0' scheduler='idle'/>"),
    'Remove both: they have no effect on a container.',
  ),
  'iothreads/count': entry(
    'The number of threads for input and output is none, or more than any machine has.',
    '<iothreads>many</iothreads>',
    'Remove it: it has no effect on a container.',
  ),
  'iothreads/twice': entry(
    'Two threads for input and output have the same id.',
    "<iothreadids>\n  <iothread id='1'/>\n  <iothread id='1'/>\n</iothreadids>",
    'Remove `<iothreadids>`: it has no effect on a container.',
  ),
  'iothreads/pool': entry(
    'A pool of threads has at least one, and its least number is not above its largest.',
    "<iothreadids>\n  <iothread id='1' thread_pool_min='2' thread_pool_max='1'/>\n</iothreadids>",
    'Remove `<iothreadids>`: it has no effect on a container.',
  ),
  'numatune/unknown-mode': entry(
    'The way in which memory is placed is not known.',
    "<numatune>\n  <memory mode='near' nodeset='0'/>\n</numatune>",
    'Use restrictive, interleave or preferred. (strict is known, and has no effect on a container.)',
  ),
  'numatune/unknown-placement': entry(
    'The placement of memory is not known.',
    "<numatune>\n  <memory mode='preferred' placement='near'/>\n</numatune>",
    'Use static or auto.',
  ),
  'numatune/no-nodeset': entry(
    'Memory is to be placed, and nothing says where.',
    "<numatune>\n  <memory mode='preferred'/>\n</numatune>",
    "Add `nodeset='0'`.",
  ),
  'numatune/no-cells': entry(
    '`<memnode>` is about the NUMA cells of a virtual machine.',
    "<numatune>\n  <memory mode='preferred' nodeset='0'/>\n  <memnode cellid='0' mode='preferred' nodeset='0'/>\n</numatune>",
    'Remove `<memnode>`.',
  ),
  'blkiotune/no-path': entry(
    'A limit for a disk does not say for which.',
    '<blkiotune>\n  <device><weight>500</weight></device>\n</blkiotune>',
    'Add `<path>/dev/…</path>`.',
  ),
  'blkiotune/not-a-number': entry(
    'A limit for a disk is not a number.',
    '<blkiotune>\n  <device><path>/dev/sda</path><weight>half</weight></device>\n</blkiotune>',
    'Write a number.',
  ),
  'blkiotune/path-twice': entry(
    'Limits for a disk are given twice.',
    '<blkiotune>\n  <device><path>/dev/sda</path><weight>500</weight></device>\n  <device><path>/dev/sda</path><weight>600</weight></device>\n</blkiotune>',
    'Make one of the two.',
  ),
  'surprise/empty-blkio': entry(
    'The weight is not a number. libvirt takes it as not given and does not say so.',
    '<blkiotune>\n  <weight>half</weight>\n</blkiotune>',
    'Write a number.',
  ),
  'resource/empty': entry(
    '`<resource>` has nothing in it. libvirt refuses it without a reason.',
    '<resource/>',
    'Remove it, or add `<partition>/…</partition>`.',
  ),
  'resource/appid': entry(
    'The identifier has characters that cannot be printed.',
    "<resource>\n  <fibrechannel appid='a&#9;b'/>\n</resource>",
    'Remove it: it has no effect on a container.',
  ),
  'resource/partition': entry(
    "The partition is the path of a control group; it has to be absolute and without '..'.",
    '<resource>\n  <partition>machine</partition>\n</resource>',
    'Write `<partition>/machine</partition>`.',
  ),
  'idmap/invalid': entry(
    'An entry of the id map lacks a number, or has something else in its place.',
    "<idmap>\n  <uid start='0' target='-1' count='1'/>\n  <gid start='0' target='100000' count='1'/>\n</idmap>",
    'Give `start`, `target` and `count`.',
  ),
  'idmap/only-one': entry(
    'Only user ids, or only group ids, are mapped.',
    "<idmap>\n  <uid start='0' target='100000' count='65536'/>\n</idmap>",
    'Map both: add `<gid start=… target=… count=…/>`.',
  ),
  'feature/unknown': entry(
    'There is no feature of this name.',
    '<features>\n  <privnett/>\n</features>',
    'Correct its spelling: `privnet` and `capabilities` mean something for a container.',
  ),
  'clock/unknown-offset': entry(
    'The offset of the clock is not known. A container has the clock of the host anyway.',
    "<clock offset='yesterday'/>",
    'Remove `<clock>`.',
  ),
  'clock/unknown-adjustment': entry(
    'The adjustment of the clock is not known. A container has the clock of the host anyway.',
    "<clock offset='utc' adjustment='some'/>",
    'Remove `<clock>`.',
  ),
  'clock/unknown-basis': entry(
    'The basis of the clock is not known. A container has the clock of the host anyway.',
    "<clock offset='variable' basis='moon'/>",
    'Remove `<clock>`.',
  ),
  'clock/missing-attribute': entry(
    'The offset of the clock needs another attribute. A container has the clock of the host anyway.',
    "<clock offset='timezone'/>",
    'Add the attribute, or remove `<clock>`.',
  ),
  'clock/timer-setting': entry(
    'A timer has a setting that this one does not take.',
    timer("name='rtc' mode='auto'"),
    'Remove the setting: for a container, `rtc` and `hpet` are device nodes, and nothing else counts.',
  ),
  'clock/timer-catchup': entry(
    '`<catchup>` goes with a tick policy of that name only.',
    timer("name='rtc' tickpolicy='delay'", "<catchup limit='10'/>"),
    'Remove `<catchup>`.',
  ),
  'event/unknown-action': entry(
    'The action is not known.',
    '<on_crash>explode</on_crash>',
    'Use destroy, restart, rename-restart or preserve.',
  ),
  'event/coredump': entry(
    'Only a crash can be followed by a dump.',
    '<on_reboot>coredump-restart</on_reboot>',
    'Use destroy, restart, rename-restart or preserve.',
  ),
  'seclabel/no-model': entry(
    'A security label does not say of which model it is.',
    "<seclabel type='static'>\n  <label>a</label>\n</seclabel>",
    "Add `model='selinux'`, or the model of your host.",
  ),
  'seclabel/relabel': entry(
    'Whether files are relabelled is settled by the type of the label.',
    "<seclabel type='dynamic' model='selinux' relabel='no'/>",
    'Remove `relabel`.',
  ),
  'seclabel/no-label': entry(
    'A static label has to be given.',
    "<seclabel type='static' model='selinux'/>",
    'Add `<label>…</label>`.',
  ),
  'seclabel/override': entry(
    'A label for the source of a device alone asks for relabelling where the label, or that of the domain, switches it off.',
    "<devices>\n  <console type='file'>\n    <source path='/tmp/log'>\n      <seclabel model='selinux' relabel='no'><label>a</label></seclabel>\n    </source>\n  </console>\n</devices>",
    'Remove `<label>`, or `relabel`.',
  ),
  'seclabel/twice': entry(
    'There are two labels for one model.',
    "<seclabel type='dynamic' model='selinux'/>\n<seclabel type='dynamic' model='selinux'/>",
    'Remove one of the two.',
  ),
  'ignored/metadata': entry(
    'Notes of other programs are elements in a namespace, one for each. libvirt drops all others, and so does `format`.',
    '<metadata>\n  <owner>me</owner>\n</metadata>',
    'Put it into an element of a namespace of your own.',
  ),
  'ignored/seclabel': entry(
    'A label without a type is lost: libvirt takes it for one that is not to be printed, nor applied.',
    "<seclabel model='selinux'/>",
    "Add `type='dynamic'`.",
  ),
  'namespace/unknown': entry(
    'Only networks, System V IPC and host names can be shared.',
    lxcNamespace("<lxc:sharepid type='name' value='vm2'/>"),
    'Use `sharenet`, `shareipc` or `shareuts`.',
  ),
  'namespace/unknown-source': entry(
    'A namespace is shared with a container by name, a process by number, or a named network.',
    lxcNamespace("<lxc:sharenet type='file' value='/run/netns/a'/>"),
    'Use none, name, pid or netns.',
  ),
  'namespace/incomplete': entry(
    'What a namespace is shared with needs a type and a value.',
    lxcNamespace("<lxc:sharenet type='name'/>"),
    'Give both attributes.',
  ),
  'namespace/netns-of-other': entry(
    'What `ip netns` keeps is a network: it has no other namespace to share.',
    lxcNamespace("<lxc:shareuts type='netns' value='red'/>"),
    "Give the container or the process that has it: `type='name'` or `type='pid'`.",
  ),
  'namespace/bad-value': entry(
    'The value is no name of a domain, no number of a process, or no name of a network namespace.',
    lxcNamespace("<lxc:shareipc type='pid' value='init'/>"),
    'Give a name without slashes, or the number of a process on the host.',
  ),
  'namespace/of-itself': entry(
    'The domain would join a namespace that only its own start makes.',
    lxcNamespace("<lxc:shareuts type='name' value='vm1'/>"),
    'Leave it out: without it the namespace is its own.',
  ),
  'namespace/two-networks': entry(
    'A container has one network: its own, with its interfaces, or that of somebody else. libvirt refuses such a start, too; `<privnet/>` is ignored beside a shared network.',
    lxcNamespace("<lxc:sharenet type='netns' value='red'/>").replace(
      '</lxc:namespace>',
      "</lxc:namespace>\n  <devices>\n    <interface type='ethernet'/>\n  </devices>",
    ),
    'Leave out one of them.',
  ),
  'ignored/namespace-uri': entry(
    'The prefix `lxc` is declared with another URI, so that libvirt drops the block without a word.',
    lxcNamespace("<lxc:sharenet type='none' value=''/>").replace('http:', 'https:'),
    "Declare `xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'`, to the letter.",
  ),
} as const satisfies Readonly<Record<string, Explanation>>;
