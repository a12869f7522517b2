import { Argument, Command, Option } from 'commander';
import { sortKeys } from '../monitor/figures.ts';
import { actions } from './actions.ts';
import { colorOption, widthOption } from './screen-options.ts';
import { type Define, json, named } from './tree-parts.ts';
import { virshCommands, virshExamples } from './tree-virsh.ts';
import { version } from './version.ts';

const planned = (program: Command, name: string, text: string) =>
  program
    .command(name)
    .description(text)
    .option('--facts <file>', "plan for the machine of these facts ('lxplain facts')")
    .option('--arch <arch>', 'x86_64 (amd64) or aarch64 (arm64)')
    .addOption(lxcVersion());

const debugged = (command: Command) =>
  command
    .option(
      '--print-after [pass]',
      'print the domain as this pass leaves it; without one, list them',
    )
    .option('--stop-after [pass]', 'the same, and go no further');

/** How a plan is shown. */
const shown = (command: Command) =>
  command.addOption(colorOption()).addOption(widthOption()).option('--brief', BRIEF);

const BRIEF = 'only what the domain asked for, without what every such container has';

const reported = (command: Command) =>
  command
    .addOption(
      new Option('--report <form>', 'on standard error').choices(['text', 'json']).default('text'),
    )
    .option('-v, --verbose', 'tell each line of the files that a distribution includes')
    .option('--accept <file>', 'do not tell of what is in this list, nor fail because of it')
    .option('--write-accept', 'add all that is told of now to the list');

/** What stands behind the domain belongs to the command. */
const entered = (program: Command, name: 'exec' | 'lxc-enter-namespace', text: string) =>
  program
    .command(`${name} <domain> [cmd...]`)
    .description(text)
    .option('--noseclabel', 'for scripts of virsh: there is no label to take')
    .passThroughOptions()
    .action(actions[name]);

const passFds = () =>
  new Option('--pass-fds <numbers>', 'pass these descriptors to init, as 3, 4, … in this order');

const strict = () => new Option('--strict', 'do nothing if there is a warning');

const lxcVersion = () =>
  new Option('--lxc-version <version>', 'which lxc a config is for')
    .choices(['2.1', '5', '6'])
    .default('5');

/** A command on one virtual network. */
const network = (program: Command, name: string, text: string) =>
  program.command(`${name} <network>`).description(text);

const asked = (command: Command) =>
  command.option('--mode <mode>', 'initctl, signal, or both with a comma between');

/** Every command by its name. */
const commands: Readonly<Record<string, Define>> = {
  ...virshCommands,
  plan: (program) =>
    shown(
      debugged(
        planned(program, 'plan <file>', 'show what starting the container will do, step by step'),
      ),
    )
      .option('--json', 'print the plan itself')
      .option('--syscalls', 'print the system calls of each step, as strace does')
      .addOption(strict())
      .action(actions.plan),
  explain: (program) =>
    planned(
      program,
      'explain <file-or-code> [step]',
      'say why a step is there, or what a diagnostic means',
    )
      .option('--json', 'print it as JSON')
      .action(actions.explain),
  diff: (program) =>
    planned(
      program,
      'diff <before> [after]',
      'compare two plans, or one on two machines: domains, configs, plans, programs, running names',
    )
      .option('--to-facts <file>', 'the second plan is for the machine of these facts')
      .addOption(colorOption())
      .option('--json', 'print the changes as JSON')
      .option('--stat', 'print only how many changes there are')
      .option('--exit-code', 'status 1 if there is a difference')
      .action(actions.diff),
  drift: (program) =>
    json(
      program
        .command('drift [domain]')
        .description(
          'say what of a running container is not as its plan has it; of all without one',
        ),
    )
      .option('--all', 'of all that run')
      .action(actions.drift),
  check: (program) =>
    debugged(planned(program, 'check <file>', 'report all that is wrong with a domain'))
      .option('--json', 'print the diagnostics as JSON')
      .option('--sarif', 'print them as SARIF 2.1.0, for CI systems')
      .option('--strict', 'fail on warnings too')
      .action(actions.check),
  compile: (program) =>
    planned(program, 'compile <file>', 'make a program that starts the container in the foreground')
      .requiredOption('-o, --output <file>', 'the program')
      .addOption(strict())
      .addOption(passFds())
      .action(actions.compile),
  inspect: (program) =>
    shown(program.command('inspect <program>').description('show the plan of a compiled program'))
      .option('--json', 'print the plan itself')
      .option('--xml', 'print its domain XML')
      .option('--code', 'list its machine code by step')
      .action(actions.inspect),
  facts: (program) =>
    program
      .command('facts [file]')
      .description('print what the compiler knows of this machine (and of what a domain names)')
      .action(actions.facts),
  create: (program) =>
    program
      .command('create <file>')
      .description('create a domain from XML, an lxc config, a plan or a compiled program')
      .option('--console', 'attach to console after creation')
      .option('--autodestroy', 'destroy it when this command ends')
      .addOption(passFds())
      .option('--stale-ok', 'run a plan that was made for another machine')
      .addOption(strict())
      .addOption(lxcVersion())
      .action(actions.create),
  define: (program) =>
    program
      .command('define <file>')
      .description('keep a domain, from XML, JSON or an lxc config, and compile it')
      .option('--validate', "check against libvirt's schema first")
      .addOption(strict())
      .addOption(lxcVersion())
      .action(actions.define),
  undefine: (program) =>
    named(program, 'undefine', 'forget a defined domain; one that runs goes on').action(
      actions.undefine,
    ),
  start: (program) =>
    named(program, 'start', 'start a defined domain')
      .option('--console', 'attach to console after the start')
      .option('--autodestroy', 'destroy it when this command ends')
      .addOption(passFds())
      .action(actions.start),
  shutdown: (program) =>
    asked(named(program, 'shutdown', 'ask a domain to end'))
      .option('--wait', 'until it has ended')
      .option('--timeout <seconds>', 'the same, and fail if it has not by then')
      .action(actions.shutdown),
  reboot: (program) =>
    asked(named(program, 'reboot', 'ask a domain to start again')).action(actions.reboot),
  suspend: (program) =>
    named(program, 'suspend', 'stop all processes of a domain, until it is resumed').action(
      actions.suspend,
    ),
  resume: (program) =>
    named(program, 'resume', 'let a suspended domain go on').action(actions.resume),
  console: (program) =>
    named(program, 'console', 'connect to a console of a domain')
      .option('--devname <device>', 'which one: console0, console1 …')
      .option('-e, --escape <character>', 'what leaves the console', '^]')
      .option('--tail <lines>', 'first show the last lines that nobody has read')
      .option('--force', 'take it from the client that has it')
      .option('--safe', 'only if nobody has it, which is so in any case')
      .action(actions.console),
  edit: (program) =>
    named(program, 'edit', 'change the XML of a defined domain in $VISUAL or $EDITOR').action(
      actions.edit,
    ),
  desc: (program) =>
    program
      .command('desc <domain> [new-desc...]')
      .description('show or change the description of a domain')
      .option('--title', 'its title instead')
      .option('--config', 'as it is defined')
      .option('--live', 'as it runs')
      .option('--current', 'whichever there is, which is the default')
      .action(actions.desc),
  'cpu-stats': (program) =>
    json(named(program, 'cpu-stats', 'the processor time of a domain'))
      .option('--total', 'only the sum')
      .action(actions['cpu-stats']),
  dommemstat: (program) =>
    json(named(program, 'dommemstat', 'the memory of a domain, in KiB')).action(actions.dommemstat),
  domstats: (program) =>
    json(program.command('domstats [domain...]').description('what is counted of domains'))
      .option('--raw', 'numbers as they are, which is so in any case')
      .action(actions.domstats),
  top: (program) =>
    program
      .command('top [domain...]')
      .description('watch what running domains use')
      .option('-d, --delay <seconds>', 'between two samples', '1')
      .option('-n, --iterations <count>', 'end after so many')
      .addOption(
        new Option('-o, --sort <key>', 'the first column').choices(sortKeys).default('cpu'),
      )
      .option('-b, --batch', 'as text, one after the other')
      .option('--csv <file>', 'write a row for each sample, as virt-top does')
      .option('--script', 'show nothing: with --csv')
      .option('--json', 'print a line of JSON for each sample')
      .addOption(colorOption())
      .action(actions.top),
  logs: (program) =>
    json(named(program, 'logs', 'show what a domain has said, and how it started and ended'))
      .option('-f, --follow', 'go on until interrupted')
      .option('--console <number>', 'what was said on this console alone')
      .option('--since <time>', 'such as 10m, or 2026-01-31T12:00')
      .option('-n, --tail <lines>', 'the last lines only')
      .action(actions.logs),
  metrics: (program) =>
    program
      .command('metrics')
      .description('print what is counted of running domains, for Prometheus')
      .option(
        '--listen <address>',
        'serve it: the path of a Unix socket, or a port of this machine',
      )
      .action(actions.metrics),
  memtune: (program) =>
    json(named(program, 'memtune', 'show or change the limits of memory, in KiB'))
      .option('--hard-limit <limit>', 'the most that it gets; -1 for no limit')
      .option('--soft-limit <limit>', 'what it is brought down to when memory is short')
      .option('--swap-hard-limit <limit>', 'of memory and swap together')
      .option('--live', 'of the domain as it runs, which is the default')
      .action(actions.memtune),
  setmem: (program) =>
    program
      .command('setmem <domain> <limit>')
      .description('change the memory that a domain has while it runs, in KiB')
      .option('--live', 'of the domain as it runs, which is the default')
      .action(actions.setmem),
  schedinfo: (program) =>
    json(named(program, 'schedinfo', 'show or change how a domain gets processor time'))
      .option('--set <value...>', 'such as cpu_shares=512, while it runs')
      .option('--live', 'of the domain as it runs, which is the default')
      .action(actions.schedinfo),
  'send-process-signal': (program) =>
    program
      .command('send-process-signal <domain> <pid> <signal-name>')
      .description('send a signal to process 1 of a domain')
      .action(actions['send-process-signal']),
  hostname: (program) =>
    program.command('hostname').description('the name of this host').action(actions.hostname),
  uri: (program) => program.command('uri').description('what -c would be').action(actions.uri),
  version: (program) =>
    json(program.command('version').description('of lxplain and of the kernel')).action(
      actions.version,
    ),
  nodeinfo: (program) =>
    json(program.command('nodeinfo').description('what this host has')).action(actions.nodeinfo),
  autostart: (program) =>
    named(program, 'autostart', 'mark a defined domain to be started with the machine')
      .option('--disable', 'take the mark away')
      .action(actions.autostart),
  'autostart-all': (program) =>
    program
      .command('autostart-all')
      .description('start all domains that are marked')
      .action(actions['autostart-all']),
  domrename: (program) =>
    program
      .command('domrename <domain> <new-name>')
      .description('give a defined domain that does not run another name')
      .action(actions.domrename),
  dominfo: (program) =>
    named(program, 'dominfo', 'what there is to know of a domain')
      .option('--json', 'print it as JSON')
      .action(actions.dominfo),
  domstate: (program) =>
    named(program, 'domstate', 'the state of a domain')
      .option('--reason', 'also what it comes from')
      .option('--json', 'print both as JSON')
      .action(actions.domstate),
  domid: (program) =>
    named(program, 'domid', 'the id of a domain: the process that is its init').action(
      actions.domid,
    ),
  domname: (program) => named(program, 'domname', 'the name of a domain').action(actions.domname),
  domuuid: (program) => named(program, 'domuuid', 'the UUID of a domain').action(actions.domuuid),
  exec: (program) => entered(program, 'exec', 'execute a command in a domain that runs'),
  'lxc-enter-namespace': (program) =>
    entered(program, 'lxc-enter-namespace', 'the same, as virsh calls it'),
  'net-start': (program) =>
    network(program, 'net-start', 'start a virtual network')
      .option('--steps', 'only print what that does')
      .action(actions['net-start']),
  'net-destroy': (program) =>
    network(program, 'net-destroy', 'end a virtual network').action(actions['net-destroy']),
  'net-list': (program) =>
    program
      .command('net-list')
      .description('list virtual networks')
      .option('--all', 'also those that are not active')
      .option('--inactive', 'only those')
      .option('--name', 'print only the names')
      .action(actions['net-list']),
  'net-info': (program) =>
    network(program, 'net-info', 'what there is to know of a virtual network').action(
      actions['net-info'],
    ),
  'net-dumpxml': (program) =>
    network(program, 'net-dumpxml', 'print the XML of a virtual network')
      .option('--inactive', 'as it is when it is not active')
      .action(actions['net-dumpxml']),
  'net-name': (program) =>
    network(program, 'net-name', 'the name of a virtual network').action(actions['net-name']),
  'net-uuid': (program) =>
    network(program, 'net-uuid', 'the UUID of a virtual network').action(actions['net-uuid']),
  'net-dhcp-leases': (program) =>
    network(program, 'net-dhcp-leases', 'which addresses a virtual network has given away').action(
      actions['net-dhcp-leases'],
    ),
  list: (program) =>
    program
      .command('list')
      .description('list domains')
      .option('--all', 'those that run and those that do not')
      .option('--inactive', 'those that do not run')
      .option('--persistent', 'those that are defined')
      .option('--transient', 'those that are not')
      .option('--autostart', 'those that are marked to be started with the machine')
      .option('--no-autostart', 'those that are not')
      .option('--state-running', 'those that run')
      .option('--state-paused', 'those that are suspended')
      .option('--state-shutoff', 'those that do not run')
      .option('--state-other', 'those in any other state: none')
      .option('--table', 'as a table, which is the default')
      .option('--name', 'list domain names only')
      .option('--uuid', 'list UUIDs only')
      .option('--id', 'list ids only')
      .option('--title', 'with their titles')
      .option('--json', 'print them as JSON')
      .action(actions.list),
  destroy: (program) =>
    named(program, 'destroy', 'destroy (stop) a domain: its name, id or UUID')
      .option('--graceful', 'ask it to end first, and give it the time that its domain says')
      .action(actions.destroy),
  dumpxml: (program) =>
    named(program, 'dumpxml', 'domain information in XML, of a name, id or UUID')
      .option('--inactive', 'as it is defined, not as it runs')
      .option('--security-info', 'nothing is left out in any case')
      .option('--xpath <expression>', 'only what this finds')
      .option('--wrap', 'as the children of one element')
      .action(actions.dumpxml),
  clean: (program) =>
    program
      .command('clean [domain]')
      .description('remove what a killed supervisor has left')
      .option('--json', 'print as JSON what was removed')
      .action(actions.clean),
  format: (program) =>
    program
      .command('format <file>')
      .description(
        'print a domain as virsh define and dumpxml do, or an lxc config with the keys of today',
      )
      .option('-w, --write', 'change the file')
      .option('--stable', 'zeros for the ids that are made up')
      .option('--validate', "check against libvirt's schema first")
      .option('--json', 'print the domain as JSON, which format reads too')
      .option('--virsh', 'an error in the words of virsh: the first one, in two lines')
      .option('--facts <file>', "as on the machine of these facts ('lxplain facts')")
      .action(actions.format),
  'domxml-from-native': (program) =>
    reported(
      program
        .command('domxml-from-native [format] [config...]')
        .description('convert lxc-tools configs to domain XML'),
    )
      .option('--format <format>', 'source config data format: lxc-tools')
      .option('--config <config>', 'config data file to import from')
      .option('-o, --output <path>', 'a file, or the folder for many')
      .option('--full', 'convert also what virsh leaves out: includes, init, environment, fstab …')
      .option('--strict', 'fail if a line is lost')
      .addOption(lxcVersion())
      .option('--uuid <uuid>', 'instead of a random one')
      .option('--emulator <path>', 'path of <emulator>', '/usr/lib/libvirt/libvirt_lxc')
      .option('--host-memory <size>', 'memory that relative sizes refer to, instead of this host')
      .option('--root <folder>', 'where absolute paths of included files start')
      .addOption(
        new Option('--libvirt-quirks', 'answer as virsh 9.0 does, with its faults').conflicts([
          'output',
          'full',
          'strict',
          'report',
          'verbose',
          'accept',
          'writeAccept',
          'lxcVersion',
          'hostMemory',
          'root',
        ]),
      )
      .action(actions['domxml-from-native']),
  'domxml-to-native': (program) =>
    reported(
      program
        .command('domxml-to-native <format> [domain]')
        .description('convert a domain to an lxc-tools config'),
    )
      .option('--domain <domain>', 'domain name')
      .option('--xml <file>', 'domain XML, instead of a domain')
      .option('--cgroups <versions>', 'limits for v1, v2 or both', 'both')
      .option('--strict', 'fail if something is lost')
      .action(actions['domxml-to-native']),
  completion: (program) =>
    program
      .command('completion')
      .description('print what makes a shell complete the commands of lxplain')
      .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
      .action(actions.completion),
  help: (program) =>
    program
      .command('help [command]')
      .description('say how a command is used')
      .action(async (name) => {
        const isKnown = name === undefined || Object.hasOwn(commands, name);
        // A name that is none is told as it is where a command is expected.
        const args = [...(name === undefined ? [] : [name]), ...(isKnown ? ['--help'] : [])];
        await commandTree(name).parseAsync(args, { from: 'user' });
      }),
};

/** The commands as --help shows them: what for, and an example of each group. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'Look:': ['plan', 'explain', 'diff', 'drift', 'check', 'facts', 'inspect'],
  'Convert:': ['format', 'domxml-from-native', 'domxml-to-native'],
  'Keep:': ['define', 'undefine', 'edit', 'desc', 'domrename', 'autostart', 'autostart-all'],
  'Run:': [
    'create',
    'start',
    'shutdown',
    'reboot',
    'destroy',
    'suspend',
    'resume',
    'exec',
    'lxc-enter-namespace',
    'console',
    'logs',
    'compile',
  ],
  'Manage:': [
    'list',
    'dominfo',
    'domstate',
    'domid',
    'domname',
    'domuuid',
    'dumpxml',
    'event',
    'metadata',
    'domiflist',
    'domifaddr',
    'domif-getlink',
    'domblklist',
    'clean',
    'send-process-signal',
  ],
  'Networks:': [
    'net-list',
    'net-start',
    'net-destroy',
    'net-info',
    'net-dumpxml',
    'net-dhcp-leases',
    'net-name',
    'net-uuid',
  ],
  'Measure:': [
    'top',
    'metrics',
    'domstats',
    'cpu-stats',
    'dommemstat',
    'memtune',
    'setmem',
    'schedinfo',
    'blkiotune',
    'domifstat',
  ],
  'Host:': [
    'capabilities',
    'nodeinfo',
    'nodememstats',
    'nodecpustats',
    'nodecpumap',
    'freecell',
    'version',
    'hostname',
    'uri',
    'echo',
  ],
  'Help:': ['help', 'completion'],
};

/** What a command is used like; the first one is shown by `lxplain --help`, too. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  ...virshExamples,
  plan: [
    'lxplain plan vm1.xml',
    'lxplain plan vm1.xml --brief',
    'lxplain plan vm1.xml --facts other-host.json --arch arm64',
    'lxplain plan vm1.xml --json >plan.json',
  ],
  drift: ['lxplain drift vm1', 'lxplain drift --json'],
  explain: [
    'lxplain explain vm1.xml 31',
    'lxplain explain vm1.xml 5-9',
    'lxplain explain vm1.xml cgroup.create',
    'lxplain explain vm1.xml :14',
    'lxplain explain filesystem/source-missing',
  ],
  diff: [
    'lxplain diff vm1.xml vm1-new.xml',
    'lxplain diff vm1 vm1.xml --exit-code',
    'lxplain diff vm1.xml --to-facts other-host.json',
  ],
  check: ['lxplain check vm1.xml', 'lxplain check /var/lib/lxc/box/config --strict'],
  facts: ['lxplain facts', 'lxplain facts vm1.xml >host.json'],
  inspect: ['lxplain inspect ./vm1', 'lxplain inspect ./vm1 --xml'],
  format: ['lxplain format vm1.xml', 'lxplain format vm1.xml --json'],
  'domxml-from-native': [
    'lxplain domxml-from-native lxc-tools /var/lib/lxc/box/config >box.xml',
    'lxplain domxml-from-native lxc-tools --full /var/lib/lxc/*/config -o converted/',
  ],
  'domxml-to-native': ['lxplain domxml-to-native lxc-tools --xml box.xml >box.conf'],
  create: [
    'lxplain create vm1.xml --console',
    'lxplain create vm1.xml',
    'lxplain create plan.json',
  ],
  compile: ['lxplain compile vm1.xml -o vm1'],
  define: ['lxplain define vm1.xml', 'lxplain define /var/lib/lxc/box/config'],
  undefine: ['lxplain undefine vm1'],
  start: ['lxplain start vm1', 'lxplain start vm1 --console'],
  shutdown: ['lxplain shutdown vm1', 'lxplain shutdown vm1 --timeout 30 || lxplain destroy vm1'],
  reboot: ['lxplain reboot vm1'],
  suspend: ['lxplain suspend vm1'],
  resume: ['lxplain resume vm1'],
  console: ['lxplain console vm1', 'lxplain console vm1 --devname console1'],
  edit: ['EDITOR=nano lxplain edit vm1'],
  desc: ['lxplain desc vm1', 'lxplain desc vm1 --title the box for tests'],
  'cpu-stats': ['lxplain cpu-stats vm1'],
  dommemstat: ['lxplain dommemstat vm1'],
  top: ['lxplain top', 'lxplain top --csv usage.csv --script -d 5 -n 12'],
  logs: ['lxplain logs vm1', 'lxplain logs vm1 --follow --since 10m'],
  metrics: ['lxplain metrics', 'lxplain metrics --listen 127.0.0.1:9713'],
  domstats: ['lxplain domstats', 'lxplain domstats vm1 --json'],
  memtune: ['lxplain memtune vm1', 'lxplain memtune vm1 --hard-limit 65536'],
  setmem: ['lxplain setmem vm1 32M'],
  schedinfo: ['lxplain schedinfo vm1', 'lxplain schedinfo vm1 --set cpu_shares=512'],
  'send-process-signal': ['lxplain send-process-signal vm1 1 sigusr1'],
  hostname: ['lxplain hostname'],
  uri: ['lxplain uri'],
  version: ['lxplain version'],
  nodeinfo: ['lxplain nodeinfo'],
  autostart: ['lxplain autostart vm1', 'lxplain autostart vm1 --disable'],
  'autostart-all': ['lxplain autostart-all'],
  domrename: ['lxplain domrename vm1 web'],
  dominfo: ['lxplain dominfo vm1'],
  domstate: ['lxplain domstate vm1 --reason'],
  domid: ['lxplain domid vm1'],
  domname: ['lxplain domname 6f1c0d5e-8a3b-4c6e-9a51-0d7f2f4b1c77'],
  domuuid: ['lxplain domuuid vm1'],
  list: ['lxplain list', 'lxplain list --all --title'],
  exec: ['lxplain exec vm1 ps', 'lxplain exec vm1'],
  'lxc-enter-namespace': ['lxplain lxc-enter-namespace vm1 --noseclabel -- /bin/ls -al /dev'],
  'net-start': ['lxplain net-start default', 'lxplain net-start default --steps'],
  'net-destroy': ['lxplain net-destroy default'],
  'net-list': ['lxplain net-list --all'],
  'net-info': ['lxplain net-info default'],
  'net-dumpxml': ['lxplain net-dumpxml default'],
  'net-name': ['lxplain net-name default'],
  'net-uuid': ['lxplain net-uuid default'],
  'net-dhcp-leases': ['lxplain net-dhcp-leases default'],
  destroy: ['lxplain destroy vm1'],
  dumpxml: ['lxplain dumpxml vm1', 'lxplain dumpxml vm1 --inactive'],
  clean: ['lxplain clean'],
  help: ['lxplain help plan'],
  completion: ['lxplain completion bash >/etc/bash_completion.d/lxplain'],
};

/** All commands; or only the one of that name, if there is one: those that nobody asked for would take a millisecond. */
export function commandTree(only?: string): Command {
  const program = new Command('lxplain')
    .description('a compiler for Linux containers: domain XML to a plan, and the plan to a program')
    .version(version)
    .usage('[-c lxc:///] [-q] COMMAND …')
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', AFTER)
    .showHelpAfterError("'lxplain --help' lists the commands");
  const isOne = only !== undefined && Object.hasOwn(commands, only);
  for (const [heading, names] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const name of isOne ? names.filter((each) => each === only) : names) define(program, name);
  }
  return program;
}

function define(program: Command, name: string): void {
  commands[name]?.(program);
  const lines = (examples[name] ?? []).map((line) => `\n  $ ${line}`).join('');
  program.commands
    .at(-1)
    ?.addHelpText('after', `\nFor example:${lines}`)
    .showHelpAfterError(`'lxplain ${name} --help' says how it is used`);
}

const AFTER = `
For example:
  $ ${examples.plan?.[0]}
  $ ${examples['domxml-from-native']?.[0]}
  $ ${examples.create?.[0]}
  $ ${examples.list?.[0]}
'lxplain COMMAND --help' has more. A FILE may be - for standard input.

Documents:
  README.md             what is understood, and how
  docs/diagnostics.md   every message, and what to do; also 'lxplain explain CODE'
  docs/differences.md   where a container differs from libvirt's
  docs/lxc-keys.md      what becomes of every key of lxc-tools`;
