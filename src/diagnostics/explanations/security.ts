import { domain, type Explanation } from './explanation.ts';

const asking = (element: string, facts?: Readonly<Record<string, unknown>>) =>
  domain(
    `<metadata>\n  <lxplain:domain xmlns:lxplain="urn:lxplain:domain:1">\n    ${element}\n  </lxplain:domain>\n</metadata>`,
    facts,
  );

const profile = '/etc/lxplain/web.json';
const withProfile = (text: string) =>
  asking(`<lxplain:security seccomp="${profile}"/>`, { profiles: { [profile]: text } });

const twoHundred = Array.from({ length: 400 }, (_, value) => ({
  names: ['prctl'],
  action: 'SCMP_ACT_ALLOW',
  args: [0, 1, 2].map((index) => ({ index, value, op: 'SCMP_CMP_GT' })),
}));

/** What the elements of our own namespace ask, in `<metadata>`. */
export const security = {
  'extension/bad-value': {
    summary:
      'An attribute of an element of `<lxplain:domain>` takes other values. docs/extension.md has all of them.',
    example: asking('<lxplain:shutdown grace="ten"/>'),
    remedy: 'Write what the message says is expected.',
  },
  'extension/missing-attribute': {
    summary: 'An element of `<lxplain:domain>` says nothing without this attribute.',
    example: asking('<lxplain:limit name="nofile"/>'),
    remedy: 'Add the attribute; docs/extension.md has an example of each element.',
  },
  'seccomp/not-readable': {
    summary:
      'The filter of system calls is part of the plan, so its profile is read when the plan is made: a plain file of the host of at most 1 MiB.',
    example: asking('<lxplain:security seccomp="/etc/lxplain/web.json"/>'),
    remedy:
      'Check the path. Facts of another machine have the profile if they were made with the domain: `lxplain facts vm1.xml`.',
  },
  'seccomp/bad-profile': {
    summary:
      "A profile is JSON as `linux.seccomp` of the OCI specification has it, also with Docker's `archMap`, `includes` and `excludes` (plans/seccomp.schema.json), or a list of version 2 as lxc reads it. A fault is never passed over: what is not understood would not be restricted.",
    example: withProfile('{ "defaultAction": "SCMP_ACT_DENY" }'),
    remedy: 'Correct the line that the message names.',
  },
  'seccomp/refuses-start': {
    summary:
      'The filter is in force before init is executed, as nothing could apply it later. From then on the start itself needs these calls, as init does.',
    example: withProfile(
      '{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{ "names": ["execve"], "action": "SCMP_ACT_ALLOW" }] }',
    ),
    remedy:
      'Allow `capset`, `openat2`, `execve`, `exit_group` and `write`; with `<inituser>` also `setgroups`, `setresgid`, `setresuid`, `fchownat` and `prctl`.',
  },
  'seccomp/too-long': {
    summary: 'The kernel takes filters of at most 4096 instructions of BPF.',
    example: withProfile(
      JSON.stringify({
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        syscalls: twoHundred,
      }),
    ),
    remedy: 'Compare fewer arguments, or allow fewer kinds of programs (`architectures`).',
  },
  'seccomp/unknown-call': {
    summary:
      'The profile allows what it does not name, and names calls that this version of lxplain does not know. A kernel that has them makes them.',
    example: withProfile(
      '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["brand_new_call"], "action": "SCMP_ACT_ERRNO" }] }',
    ),
    remedy:
      'Check the spelling. A profile whose `defaultAction` refuses, and that names what it allows, has no such gap.',
  },
  'limit/twice': {
    summary: 'One limit has two values, and none is taken for the better one.',
    example: asking(
      '<lxplain:limit name="nofile" soft="1024"/>\n    <lxplain:limit name="nofile" soft="4096"/>',
    ),
    remedy: 'Remove one of them; `soft` and `hard` stand in one element.',
  },
  'limit/above-hard': {
    summary: 'What is in force (`soft`) is at most what it can be raised to (`hard`).',
    example: asking('<lxplain:limit name="nofile" soft="4096" hard="1024"/>'),
    remedy: 'Raise `hard`, or leave it out: it is then the same.',
  },
  'sysctl/twice': {
    summary: 'One setting has two values, and none is taken for the better one.',
    example: asking(
      '<lxplain:sysctl name="kernel.sem" value="1 2 3 4"/>\n    <lxplain:sysctl name="kernel.sem" value="5 6 7 8"/>',
    ),
    remedy: 'Remove one of them.',
  },
  'sysctl/not-of-container': {
    summary:
      'Most settings of the kernel are those of the machine. A container can have those of its own namespaces: `net.*` of its network, `kernel.shm*`, `kernel.msg*`, `kernel.sem` and `fs.mqueue.*` of its shared memory and queues.',
    example: asking('<lxplain:sysctl name="vm.swappiness" value="10"/>'),
    remedy: 'Set it on the host, in /etc/sysctl.d, where it holds for all.',
  },
  'sysctl/of-host': {
    summary:
      'The container shares the namespace that the setting belongs to, so others would get it, too.',
    example: asking('<lxplain:sysctl name="net.ipv4.ip_forward" value="1"/>'),
    remedy:
      'Give the container its own: `<privnet/>` or an `<interface>`; for IPC no `<lxc:shareipc>`.',
  },
} as const satisfies Record<string, Explanation>;
