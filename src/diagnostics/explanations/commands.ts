import { command, type Explanation, untested } from './explanation.ts';

const CONFIGS =
  "printf '%s\\n' 'lxc.uts.name = vm1' 'lxc.rootfs.path = /srv/vm1' > vm1.conf\ncp vm1.conf other.conf";

/** Faults of files, options, plans and starts. */
export const commands = {
  'file/unreadable': {
    summary: 'The file cannot be opened; the message has the name of the error.',
    example: command('lxplain check missing.xml'),
    remedy: 'Correct the path or its permissions.',
  },
  'file/not-regular': {
    summary:
      'Only regular files are read: a directory has no text, and a FIFO or device might never end.',
    example: command('lxplain check .'),
    remedy: 'Give a file.',
  },
  'file/too-large': {
    summary:
      'The file is larger than 4 MiB, the bound for an answer in time; a compiled program may have 256 MiB.',
    example: command('lxplain check large.xml', 'head -c 5000000 /dev/zero > large.xml'),
    remedy: 'Check that this is the file you meant.',
  },
  'file/not-utf8': {
    summary:
      'The bytes of the file are not UTF-8. The place is that of the first byte that cannot be read.',
    example: command('lxplain check latin1.xml', "printf '<domain>\\xe9</domain>' > latin1.xml"),
    remedy: 'Convert the file: `iconv -f ISO-8859-1 -t UTF-8`.',
  },
  'json/invalid': {
    summary: 'The text is not JSON.',
    example: command('lxplain check hello.xml --facts facts.json', "echo '{' > facts.json"),
    remedy: 'Correct it at the place shown, or make the file anew.',
  },
  'json/shape': {
    summary:
      'The text is JSON, but not of the kind that is expected: the message has the place and the problem.',
    example: command('lxplain check hello.xml --facts facts.json', "echo '{}' > facts.json"),
    remedy: 'Make the file anew with the command that writes it.',
  },
  'file/unwritable': {
    summary: 'The file cannot be written; the message has the name of the error.',
    example: command(
      'lxplain domxml-from-native lxc-tools vm1.conf -o no/such/folder.xml',
      CONFIGS,
    ),
    remedy: 'Correct the path or its permissions.',
  },
  'cli/output-is-input': {
    summary: 'The program would be written over the file that it is made of.',
    example: command('lxplain compile hello.xml -o hello.xml'),
    remedy: 'Give another path with -o.',
  },
  'cli/unsupported-format': {
    summary: 'Configs of lxc-tools are what can be converted.',
    example: command('lxplain domxml-from-native qemu-argv hello.xml'),
    remedy: 'Give the format `lxc-tools`.',
  },
  'cli/bad-uuid': {
    summary: 'The text given with `--uuid` is not a UUID.',
    example: command('lxplain domxml-from-native lxc-tools vm1.conf --uuid 123', CONFIGS),
    remedy: 'Give one such as the output of `uuidgen`.',
  },
  'cli/bad-size': {
    summary: 'The text given with `--host-memory` is not a size.',
    example: command('lxplain domxml-from-native lxc-tools vm1.conf --host-memory much', CONFIGS),
    remedy: 'Give a number with a unit, such as 2GiB.',
  },
  'cli/needs-config': {
    summary: 'domxml-from-native was given a format, but no file to convert.',
    example: command('lxplain domxml-from-native lxc-tools'),
    remedy: 'Name the config, or several of them and a folder with -o.',
  },
  'cli/needs-output': {
    summary: 'Several files are converted: they cannot all go to standard output.',
    example: command('lxplain domxml-from-native lxc-tools vm1.conf other.conf', CONFIGS),
    remedy: 'Give a folder with `-o`.',
  },
  'cli/one-uuid': {
    summary: 'Several files are converted: they cannot all have the UUID of `--uuid`.',
    example: command(
      'lxplain domxml-from-native lxc-tools vm1.conf other.conf -o . --uuid 3c7e5f2a-1d0b-4c9e-8a61-0123456789ab',
      CONFIGS,
    ),
    remedy: 'Leave `--uuid` out: each gets one of its own.',
  },
  'cli/output-twice': {
    summary: 'Two inputs would be written to one file.',
    example: command('lxplain domxml-from-native lxc-tools vm1.conf ./vm1.conf -o .', CONFIGS),
    remedy: 'Convert them into different folders.',
  },
  'cli/unknown-arch': {
    summary: 'Programs can be compiled for x86_64 and aarch64.',
    example: command('lxplain check hello.xml --arch s390x'),
    remedy: 'Give one of the two.',
  },
  'cli/plan-complete': {
    summary:
      'A plan was made for one machine: there is nothing left for `--facts` and `--arch` to decide.',
    example: command(
      'lxplain plan plan.json --arch aarch64',
      'lxplain plan hello.xml --json > plan.json',
    ),
    remedy: 'Give the domain in place of the plan, or leave the option out.',
  },
  'cli/unknown-pass': {
    summary: 'There is no pass of this name.',
    example: command('lxplain check hello.xml --print-after default-nonsense'),
    remedy: 'Use a name that the message lists.',
  },
  'cli/needs-domain': {
    summary: 'Nothing says which domain is to be converted, or two things do.',
    example: command('lxplain domxml-to-native lxc-tools'),
    remedy: 'Give the name of a domain, or its XML with `--xml`.',
  },
  'cli/unknown-cgroups': {
    summary: 'Limits are written for control groups of version 1, version 2, or both.',
    example: command('lxplain domxml-to-native lxc-tools --xml hello.xml --cgroups v3'),
    remedy: 'Use v1, v2 or both.',
  },
  'cli/unknown-code': {
    summary: 'There is no diagnostic of this code.',
    example: command('lxplain explain xml/nonsense'),
    remedy: 'Codes are printed in brackets behind a message; docs/diagnostics.md lists them.',
  },
  'plan/no-such-step': {
    summary: 'The plan has fewer steps.',
    example: command('lxplain explain hello.xml 9999'),
    remedy: 'Give a number that `lxplain plan` prints.',
  },
  'plan/unsound': {
    summary:
      'The plan breaks a rule of its order, so that running it would not be safe: such as a path of the host after the root was changed.',
    example: command(
      'lxplain plan unsound.json',
      `lxplain plan hello.xml --json > plan.json
node -p "p=JSON.parse(fs.readFileSync('plan.json'));p.steps.reverse();p.steps.forEach((s,i)=>s.id=i+1);JSON.stringify(p)" > unsound.json`,
    ),
    remedy: 'Make it anew from its domain.',
  },
  'program/not-ours': {
    summary: 'The file is no program that `lxplain compile` made, so it holds no plan.',
    example: command('lxplain inspect hello.xml'),
    remedy: 'Give the program that compile wrote.',
  },
  'program/no-domain': {
    summary: 'The program was compiled from a plan, which has no domain XML in it.',
    example: command(
      'lxplain inspect vm1 --xml',
      'lxplain plan hello.xml --json > plan.json\nlxplain compile plan.json -o vm1',
    ),
    remedy: 'Compile it from the domain.',
  },
  'host/not-root': {
    summary: 'Containers are started by root: namespaces, mounts and control groups need it.',
    example: untested('lxplain create hello.xml', 'it depends on who runs it'),
    remedy: 'Run it as root (`sudo`). Plans and checks need no rights.',
  },
  'domain/not-running': {
    summary: 'No running domain has this name.',
    example: command('lxplain destroy no-such-domain'),
    remedy: '`lxplain list` shows which are running.',
  },
  'state/left': {
    summary:
      'A control group of a container that has ended cannot be removed. Its journal stays, so that nothing is forgotten.',
    example: untested('lxplain clean vm1', 'it wants a group that somebody else uses'),
    remedy:
      'A group with EBUSY has processes or groups of somebody else in it: end or move them, then `lxplain clean`.',
  },
  'domain/already-running': {
    summary: 'A container of this name is running: its lock is held.',
    example: untested(
      'lxplain create hello.xml; lxplain create hello.xml',
      'it starts a container',
    ),
    remedy: 'Destroy it first, or give another name.',
  },
  'domain/not-ending': {
    summary:
      'The processes of a domain were killed and are still there: most often one hangs in the kernel.',
    example: untested('lxplain destroy vm1', 'it needs a process that cannot be killed'),
    remedy: 'Look for processes in state D, and for file systems that do not answer.',
  },
  'start/step-failed': {
    summary:
      'The kernel refused a step of the start. All that was done before it has been undone, but for mount points that it made in the root file system.',
    example: untested('lxplain create vm1.xml', 'it needs a kernel that refuses'),
    remedy:
      '`lxplain explain FILE STEP` says what the step is for, and `lxplain plan FILE --syscalls` which call it makes.',
  },
  'start/not-run': {
    summary: 'The host did not even let the program run that starts the container.',
    example: untested('lxplain create vm1.xml', 'it needs a host without memory or descriptors'),
    remedy: 'Look at the error: mostly a limit of processes, descriptors or memory is reached.',
  },
  'start/lost': {
    summary: 'The program that starts the container ended without saying how: it was killed.',
    example: untested('lxplain create vm1.xml', 'it needs a program that is killed'),
    remedy: 'Look into the log of the kernel (out of memory?), then run `lxplain clean`.',
  },
  'validate/no-schema': {
    summary: "`--validate` needs libvirt's schema, which is not on this machine.",
    example: untested('lxplain format hello.xml --validate', 'the schema may be there'),
    remedy: 'Install libvirt (on Debian `libvirt-daemon`), or leave `--validate` out.',
  },
  'validate/no-xmllint': {
    summary: '`--validate` needs xmllint, which is not on this machine.',
    example: untested('lxplain format hello.xml --validate', 'xmllint may be there'),
    remedy: 'Install libxml2 (on Debian `libxml2-utils`), or leave `--validate` out.',
  },
  'validate/schema': {
    summary:
      "libvirt's schema does not allow this. The words are those of libxml2; it is stricter than libvirt itself, and often names what stands beside the fault.",
    example: untested('lxplain format hello.xml --validate', 'it needs the schema of libvirt'),
    remedy:
      'Correct the element, or leave `--validate` out: most of these inputs are taken all the same.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
