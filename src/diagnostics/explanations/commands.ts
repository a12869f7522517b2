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
    remedy: 'Give a file, `-` for standard input, or the path that a shell makes of `<(…)`.',
  },
  'cli/wrong-file': {
    summary:
      'The file is of another kind than the command takes: the message says of which kind it is. The kind is told by the content of a file, not by its name.',
    example: command('lxplain format plan.json', 'lxplain plan hello.xml --json > plan.json'),
    remedy: 'Use the command that the message names.',
  },
  'cli/binary-to-terminal': {
    summary: 'A compiled program would be written to a terminal, which it would upset.',
    example: untested('lxplain compile hello.xml -o -', 'it wants a terminal'),
    remedy: 'Give a file with `-o`, or a pipe.',
  },
  'cli/write-needs-file': {
    summary: 'There is no file that `--write` could change: the text comes from standard input.',
    example: command('lxplain format - --write < hello.xml'),
    remedy: 'Leave `--write` out, and send standard output to a file.',
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
  'json/too-deep': {
    summary: 'Values lie in each other deeper than in anything that lxplain reads.',
    example: command(
      'lxplain check hello.xml --facts facts.json',
      "printf '[%.0s' {1..100} > facts.json",
    ),
    remedy: 'Make the file anew with the command that writes it.',
  },
  'json/too-many-values': {
    summary: 'The text has more values than are read.',
    example: command(
      'lxplain check hello.xml --facts facts.json',
      "seq -s, 200000 | sed 's/.*/[&]/' > facts.json",
    ),
    remedy: 'Make the file anew, with less in it.',
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
  'cli/compares-nothing': {
    summary: '`diff` compares two plans, or one domain on two machines.',
    example: command('lxplain diff hello.xml'),
    remedy: 'Name the second one, or give the facts of the other machine with `--to-facts`.',
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
    summary: 'There is no diagnostic of this code, and no operation of this name.',
    example: command('lxplain explain xml/nonsense'),
    remedy: 'Codes are printed in brackets behind a message; docs/diagnostics.md lists them.',
  },
  'cli/needs-step': {
    summary: 'The file alone does not say what is to be explained.',
    example: command('lxplain explain hello.xml'),
    remedy: 'Name a step: `lxplain explain hello.xml 31`, `5-9`, `cgroup.create` or `:14`.',
  },
  'plan/no-such-step': {
    summary:
      'The plan has no such step: fewer of them, none of this operation, or none that comes from this line.',
    example: command('lxplain explain hello.xml 9999'),
    remedy:
      'Give a number that `lxplain plan` prints, a range of them, an operation, a family (`cgroup`), a phase, a key (`mount.attach /dev`), or a line of the source (`:14`).',
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
  'plan/stale': {
    summary:
      'The plan takes for given what the machine does not have, or has in another way. Each difference is named, with the step that it concerns: a control group hierarchy, a source, init, a capability, the architecture.',
    example: command(
      'lxplain check plan.json --facts facts.json',
      `lxplain plan hello.xml --json > plan.json
lxplain facts | sed 's,"runtimeDirectory": .*,"runtimeDirectory": "/elsewhere/run/lxplain"\\,,' > facts.json`,
    ),
    remedy:
      'Make the plan anew from its domain on the machine where it is to run. `create --stale-ok` runs it as it is; a step that does not fit then fails, and the start is undone.',
  },
  'program/not-ours': {
    summary: 'The file is a program that `lxplain compile` made, but not all of it is there.',
    example: command(
      'lxplain inspect cut --code',
      'lxplain compile hello.xml -o vm1 && head -c -100 vm1 > cut',
    ),
    remedy: 'Compile it again.',
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
  'domain/unknown': {
    summary: 'Nothing that runs or is defined has this name, id or UUID.',
    example: command('lxplain dominfo no-such-domain'),
    remedy: '`lxplain list --all` shows what there is. An id is there only while a domain runs.',
  },
  'domain/exists': {
    summary:
      'A name and a UUID belong together: another domain has this name, or this UUID. The same name with the same UUID replaces what is defined.',
    example: command(
      'lxplain define other.xml',
      `export LXPLAIN_ROOT=$PWD
lxplain define hello.xml
sed 's|<name>hello</name>|&<uuid>6f1c0d5e-8a3b-4c6e-9a51-0d7f2f4b1c77</uuid>|' hello.xml >other.xml`,
    ),
    remedy:
      'Give it the UUID that `lxplain domuuid` shows, another name, or undefine the other one.',
  },
  'domain/bad-name': {
    summary: 'A defined domain is kept in a file of its name, and this cannot be one.',
    example: untested('lxplain define slash.xml', 'the front end refuses such names before'),
    remedy: 'Choose a name without `/`.',
  },
  'domain/not-defined': {
    summary: 'The domain runs without being defined: there is nothing to keep the change in.',
    example: untested('lxplain autostart vm1', 'it wants a container that runs'),
    remedy: 'Define it: `lxplain dumpxml NAME >FILE`, `lxplain define FILE`.',
  },
  'domain/plan-of-other': {
    summary: 'What runs holds its plan, and this version does not read it.',
    example: untested('lxplain drift vm1', 'it wants a container of another version'),
    remedy: 'Start the container anew.',
  },
  'domain/no-interface': {
    summary:
      'The name is neither that of a link inside, nor that of its other end on the host, nor a MAC address.',
    example: untested('lxplain domifstat vm1 eth7', 'it wants a container that runs'),
    remedy: 'Take a name of `lxplain domiflist NAME`.',
  },
  'domain/no-metadata': {
    summary: 'In `<metadata>` of the domain is no element of this namespace.',
    example: untested('lxplain metadata vm1 http://example.org/none', 'it wants a domain'),
    remedy: 'Look for the namespace with `lxplain dumpxml NAME`, or add it with `--set`.',
  },
  'domain/nothing-logged': {
    summary: 'No log is kept of a domain of this name, or it has none from that time on.',
    example: untested('lxplain logs vm1 --since 1m', 'it wants a domain that was started'),
    remedy:
      'Start it by `create` or `start`; a program in the foreground says everything to whoever started it. `<lxplain:log size="0"/>` keeps nothing.',
  },
  'cli/bad-xml': {
    summary: 'The argument is to be an element with all that is in it.',
    example: untested("lxplain metadata vm1 http://a/b --key k --set '<a>'", 'it wants a domain'),
    remedy: 'Close the element; quote it for the shell.',
  },
  'cli/bad-xpath': {
    summary: 'The expression breaks the grammar of XPath 1.0.',
    example: untested("lxplain dumpxml vm1 --xpath '//['", 'it wants a domain'),
    remedy: 'Such as `//console`, `/domain/name/text()` or `//filesystem[@type="ram"]/target`.',
  },
  'cli/key-needed': {
    summary: 'The element that is kept gets a prefix, which stands for its namespace.',
    example: untested("lxplain metadata vm1 http://a/b --set '<a/>'", 'it wants a domain'),
    remedy: 'Name one: `--key app`.',
  },
  'cli/unknown-event': {
    summary: "Of virsh's events only those of the life of a domain can happen here.",
    example: command('lxplain event --event watchdog'),
    remedy: '`--event lifecycle`, or leave it out.',
  },
  'domain/still-running': {
    summary: 'What is asked for can be done only to a domain that does not run.',
    example: untested('lxplain domrename vm1 web', 'it wants a container that runs'),
    remedy: 'End it first: `lxplain shutdown NAME --wait`.',
  },
  'domain/wrong-state': {
    summary: 'The domain is in the state already that it was to be put into.',
    example: untested('lxplain resume vm1', 'it wants a container that runs'),
    remedy: '`lxplain domstate NAME` shows the state.',
  },
  'domain/not-frozen': {
    summary:
      'The kernel stops and lets on the processes of a group of cgroup v2; here it could not.',
    example: untested('lxplain suspend vm1', 'it wants a container that runs'),
    remedy: 'Mount cgroup v2, for instance at /sys/fs/cgroup/unified.',
  },
  'domain/nobody-asked': {
    summary:
      'A container is asked to end by a record in the FIFO of initctl or by a signal. Its init reads no such FIFO, and has no handler for the signal, which the kernel keeps from it then.',
    example: untested('lxplain shutdown vm1', 'it wants a container that runs'),
    remedy: '`lxplain destroy` ends it at once. An init with a handler for SIGTERM can be asked.',
  },
  'console/needs-terminal': {
    summary: 'A console is for a person at a terminal: keys go there as they are.',
    example: untested('lxplain console vm1 </dev/null', 'it wants a container that runs'),
    remedy:
      'Run it on a terminal. `create --console` and `start --console` take input from a pipe.',
  },
  'console/none': {
    summary: 'The domain has no such console.',
    example: untested('lxplain console vm1 --devname console9', 'it wants a container that runs'),
    remedy: 'Its consoles are console0, console1 and so on, in the order of its XML.',
  },
  'console/busy': {
    summary: 'A console has one client at a time: two would each see a part of what is said.',
    example: untested('lxplain console vm1', 'it wants a container that runs'),
    remedy: 'End the other client, or take the console over with `--force`.',
  },
  'console/silent': {
    summary: 'The supervisor of the container was asked for the console and has not answered.',
    example: untested('lxplain console vm1', 'it wants a supervisor that is stopped'),
    remedy: 'Let it go on (SIGCONT), or start the container with this lxplain.',
  },
  'console/bad-escape': {
    summary: 'The escape character is a control character.',
    example: command('lxplain console vm1 --escape x'),
    remedy: 'Write it with a caret: `^]`, `^X`.',
  },
  'domain/not-ended': {
    summary: 'The container was asked to end, and still runs when the time is over.',
    example: untested('lxplain shutdown vm1 --timeout 1', 'it wants a container that runs'),
    remedy: 'Wait longer, or `lxplain destroy` it.',
  },
  'start/made-anew': {
    summary:
      'The program of a defined domain is compiled once and kept. Something it follows from has changed: its XML, lxplain, or this machine.',
    example: untested('lxplain start vm1', 'it wants root, and a machine that has changed'),
    remedy: 'Nothing is to be done: the new program has been kept.',
  },
  'start/not-stored': {
    summary: 'The compiled program of a domain could not be written; it runs all the same.',
    example: untested('lxplain define vm1.xml', 'it wants a disk that is full'),
    remedy: 'Make room below /var/lib/lxplain, or make it writable.',
  },
  'cli/unknown-uri': {
    summary:
      'virsh reaches many drivers and machines by a URI; here there are the containers of this machine.',
    example: command('lxplain -c qemu:///system list'),
    remedy:
      'Leave out `-c` (and `LIBVIRT_DEFAULT_URI`), or give `lxc:///`. For another machine run lxplain there: `ssh HOST lxplain list`.',
  },
  'cli/needs-value': {
    summary: 'An option before the command has no value.',
    example: command('lxplain -c'),
    remedy: 'Give the value behind it: `lxplain -c lxc:/// list`.',
  },
  'cli/open-quote': {
    summary: 'Commands in one argument are taken apart as a shell does it, and a quote has no end.',
    example: command(`lxplain 'start "vm1'`),
    remedy: 'Close the quote, or put a backslash before it.',
  },
  'cli/editor-failed': {
    summary: 'The editor could not be run, or ended with another status than 0.',
    example: command(
      'EDITOR=false lxplain edit hello',
      'export LXPLAIN_ROOT=$PWD\nlxplain define hello.xml',
    ),
    remedy: 'Name one that is there in VISUAL or EDITOR. Nothing has been changed.',
  },
  'cli/unknown-signal': {
    summary: 'The value is neither the name of a signal nor its number.',
    example: untested('lxplain send-process-signal vm1 1 nosuch', 'it wants a container that runs'),
    remedy: 'Give a name (`SIGTERM`, `term`, `SIGRTMIN+3`) or a number from 1 to 64.',
  },
  'cli/bad-value': {
    summary: 'A value is not what can be set.',
    example: untested('lxplain setmem vm1 lots', 'it wants a container that runs'),
    remedy: 'The message says what is expected.',
  },
  'domain/renamed': {
    summary: 'The XML that was edited has another name.',
    example: command(
      `EDITOR="sed -i s/hello/other/" lxplain edit hello`,
      'export LXPLAIN_ROOT=$PWD\nlxplain define hello.xml',
    ),
    remedy: '`lxplain domrename` gives a domain another name; `lxplain define` makes another one.',
  },
  'domain/no-process': {
    summary: 'Signals go to init, process 1 of the container; it may have ended.',
    example: untested('lxplain send-process-signal vm1 7 term', 'it wants a container that runs'),
    remedy: 'Give 1. `lxplain exec NAME -- kill …` signals others.',
  },
  'domain/not-tunable': {
    summary:
      'A running container is in control groups of those controllers only that its domain asked for when it started.',
    example: untested(
      'lxplain schedinfo vm1 --set cpu_shares=512',
      'it wants a container that runs',
    ),
    remedy: 'Give it a first value in its XML (`<cputune>`, `<memtune>`), and start it again.',
  },
  'domain/limit-refused': {
    summary: 'The kernel does not take the value: a limit below what is in use, for instance.',
    example: untested('lxplain setmem vm1 1', 'it wants a container that runs'),
    remedy: 'Give another value.',
  },
  'cli/unknown-mode': {
    summary: 'There are two ways to ask an init: a record of initctl, and a signal.',
    example: command('lxplain shutdown vm1 --mode acpi'),
    remedy: 'Use `initctl`, `signal`, or `initctl,signal`.',
  },
  'cli/bad-seconds': {
    summary: 'The value is no number of seconds.',
    example: command('lxplain shutdown vm1 --timeout soon'),
    remedy: 'Give a number, such as 30 or 0.5.',
  },
  'cli/bad-address': {
    summary:
      'What is counted can be had at a Unix socket, or at a port that only this machine reaches: it says much of what runs here.',
    example: command('lxplain metrics --listen 0.0.0.0:9713'),
    remedy:
      'Give a path that begins with `/`, or `127.0.0.1:PORT`; let a proxy that knows who may see it do the rest.',
  },
  'cli/cannot-listen': {
    summary:
      'The kernel does not let the command listen there: the address is taken, or the socket cannot be made.',
    example: untested('lxplain metrics --listen 127.0.0.1:22', 'it wants a port that is taken'),
    remedy: 'Give another address, or end what has it.',
  },
  'cli/strict': {
    summary:
      'With `--strict` a warning keeps the command from doing anything: a line of a config that is lost, a setting that is not enforced.',
    example: command(
      'lxplain plan vm1.conf --strict',
      "printf 'lxc.uts.name = vm1\\nlxc.rootfs.path = /\\nlxc.sched.core = 1\\n' > vm1.conf",
    ),
    remedy: 'Change what is warned of, or leave `--strict` out.',
  },
  'cli/no-terminal': {
    summary: 'A full screen needs a terminal for its keys and for what it shows.',
    example: command('lxplain top'),
    remedy: 'Use `--batch`, `--json`, or `--csv FILE --script` where there is none.',
  },
  'state/left': {
    summary:
      'A control group of a container that has ended cannot be removed. Its journal stays, so that nothing is forgotten.',
    example: untested('lxplain clean vm1', 'it wants a group that somebody else uses'),
    remedy:
      'A group with EBUSY has processes or groups of somebody else in it: end or move them, then `lxplain clean`.',
  },
  'state/processes-ended': {
    summary:
      'A supervisor and its guard were killed, and processes of the container went on without them. They were in its own control groups, and have been ended.',
    example: untested('lxplain clean vm1', 'it wants a container whose supervisor was killed'),
    remedy: 'Nothing is left to do. Do not kill supervisors: `lxplain destroy` ends a container.',
  },
  'state/leftover': {
    summary: 'Something of a container is left, but nothing of it runs: its supervisor was killed.',
    example: command('lxplain list', 'export LXPLAIN_ROOT=$PWD\nmkdir -p run/lxplain/vm1'),
    remedy: '`lxplain clean` removes it, and so do `create` and `destroy` of that name.',
  },
  'state/not-ours': {
    summary:
      'Where lxplain keeps the state of containers there is something that it does not make: it is neither followed nor removed.',
    example: command(
      'lxplain clean',
      'export LXPLAIN_ROOT=$PWD\nmkdir -p run/lxplain\necho > run/lxplain/vm1',
    ),
    remedy: 'Find out what it is, and remove it.',
  },
  'state/unsafe': {
    summary:
      'Others than root can write where lxplain keeps the state of containers, and could have anything ended or removed by that.',
    example: command(
      'lxplain clean',
      'export LXPLAIN_ROOT=$PWD\nmkdir -p -m 777 run/lxplain\nchmod 777 run/lxplain',
    ),
    remedy: 'Remove the directory while no container runs; the next start makes it anew.',
  },
  'enter/failed': {
    summary:
      'A command was not executed in a container that runs. The status is 127 if there is no such program inside, 126 if it cannot be executed, 125 for all else.',
    example: untested('lxplain exec vm1 no-such-program', 'it starts a container'),
    remedy:
      'Give the path that the program has inside, of a program for this machine; a name without a slash is looked for in the PATH of init.',
  },
  'domain/already-running': {
    summary: 'A container of this name is running: its lock is held.',
    example: untested(
      'lxplain create hello.xml; lxplain create hello.xml',
      'it starts a container',
    ),
    remedy: 'Destroy it first, or give another name.',
  },
  'domain/name-taken': {
    summary: 'A container of this name runs on this machine, and two of one name cannot.',
    example: untested('lxplain create hello.xml; lxplain check hello.xml', 'it starts a container'),
    remedy: 'Destroy it before the next start, or give another name.',
  },
  'domain/not-ending': {
    summary:
      'The processes of a domain were killed and are still there: most often one hangs in the kernel.',
    example: untested('lxplain destroy vm1', 'it needs a process that cannot be killed'),
    remedy: 'Look for processes in state D, and for file systems that do not answer.',
  },
  'network/unknown': {
    summary: 'There is no virtual network of this name or UUID.',
    example: command('lxplain net-info nowhere'),
    remedy: '`lxplain net-list --all` shows those that there are; `default` is always there.',
  },
  'network/active': {
    summary: 'The network was started before, by a command or by a container that needs it.',
    example: untested(
      'lxplain net-start default; lxplain net-start default',
      'it changes the host',
    ),
    remedy: 'Nothing has to be done; `lxplain net-destroy` ends it.',
  },
  'network/not-active': {
    summary: 'A network that nobody has started, or whose bridge is gone, cannot be ended.',
    example: untested('lxplain net-destroy default', 'the network may be active'),
    remedy: '`lxplain net-list --all` shows which are active.',
  },
  'network/step-failed': {
    summary:
      'The kernel or a program refused a step of the start of a network. What there was of it has been undone.',
    example: untested('lxplain net-start default', 'it needs a host that refuses'),
    remedy:
      'Look at the step and the error: most often something else has the bridge, the address or the port.',
  },
  'network/no-program': {
    summary:
      'A network starts without this program, and without what that does. The bridge and addresses that a domain gives work.',
    example: untested('lxplain net-start default', 'it needs a host without the program'),
    remedy: 'Install the package that the line `help` names, and start the network again.',
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
  'start/ended-at-once': {
    summary:
      'The start succeeded, and init ended while `create` was still looking: a program without anything to do, a shell without a terminal, or a failure. A status above 128 is 128 and the number of a signal.',
    example: untested('lxplain create vm1.xml', 'it starts a container'),
    remedy:
      'Start it with `--console` to see what init prints, and give an init that stays: a service, or a shell that has input.',
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
