import { Command, Option } from 'commander';
import { fileUnreadable, fileUnwritable } from '../diagnostics/catalog/cli.ts';
import { StateError } from '../state/error.ts';
import { Failure, tell } from './failure.ts';
import { OutputError } from './output.ts';
import { version } from './version.ts';

const program = new Command('lxplain')
  .description('a compiler for Linux containers: domain XML to a plan, and the plan to a program')
  .version(version);

const planned = (name: string, text: string) =>
  program
    .command(name)
    .description(text)
    .option('--facts <file>', "plan for the machine of these facts ('lxplain facts')")
    .option('--arch <arch>', 'x86_64 or aarch64');

const debugged = (command: Command) =>
  command
    .option('--print-after <pass>', 'print the domain as this pass leaves it')
    .option('--stop-after <pass>', 'the same, and go no further');

debugged(planned('plan <file>', 'show what starting the container will do, step by step'))
  .option('--json', 'print the plan itself')
  .option('--syscalls', 'print the system calls of each step, as strace does')
  .action(async (file, options) => (await import('./commands/plan.ts')).plan(file, options));
planned(
  'explain <file-or-code> [step]',
  'say why a step is there, or what a diagnostic means',
).action(async (subject, step, options) =>
  (await import('./commands/explain.ts')).explain(subject, step, options),
);
debugged(planned('check <file>', 'report all that is wrong with a domain'))
  .option('--json', 'print the diagnostics as JSON')
  .option('--sarif', 'print them as SARIF 2.1.0, for CI systems')
  .option('--strict', 'fail on warnings too')
  .action(async (file, options) => (await import('./commands/check.ts')).check(file, options));
planned('compile <file>', 'make a program that starts the container in the foreground')
  .requiredOption('-o, --output <file>', 'the program')
  .action(async (file, options) => (await import('./commands/compile.ts')).compile(file, options));
program
  .command('inspect <program>')
  .description('show the plan of a compiled program')
  .option('--json', 'print the plan itself')
  .option('--xml', 'print its domain XML')
  .option('--code', 'list its machine code by step')
  .action(async (file, options) => (await import('./commands/inspect.ts')).inspect(file, options));
program
  .command('facts [file]')
  .description('print what the compiler knows of this machine (and of what a domain names)')
  .action(async (file) => (await import('./commands/facts.ts')).facts(file));
program
  .command('create <file>')
  .description('create a domain from an XML file')
  .option('--console', 'attach to console after creation')
  .action(async (file, options) => (await import('./commands/create.ts')).create(file, options));
program
  .command('list')
  .description('list domains')
  .option('--name', 'list domain names only')
  .action(async (options) => (await import('./commands/list.ts')).list(options));
program
  .command('destroy <domain>')
  .description('destroy (stop) a domain')
  .action(async (name) => (await import('./commands/destroy.ts')).destroy(name));
program
  .command('dumpxml <domain>')
  .description('domain information in XML')
  .action(async (name) => (await import('./commands/dumpxml.ts')).dumpxml(name));
program
  .command('clean [domain]')
  .description('remove what a killed supervisor has left')
  .action(async (name) => (await import('./commands/clean.ts')).clean(name));
const reportForm = new Option('--report <form>', 'on standard error')
  .choices(['text', 'json'])
  .default('text');
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
  .action(async (file, options) => (await import('./commands/format.ts')).format(file, options));
program
  .command('domxml-from-native [format] [config...]')
  .description('convert lxc-tools configs to domain XML')
  .option('--format <format>', 'source config data format: lxc-tools')
  .option('--config <config>', 'config data file to import from')
  .option('-o, --output <path>', 'a file, or the folder for many')
  .option('--full', 'convert also what virsh leaves out: includes, init, environment, fstab …')
  .option('--strict', 'fail if a line is lost')
  .addOption(reportForm)
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
      'hostMemory',
      'root',
    ]),
  )
  .action(async (format, configs, options) => {
    const { domxmlFromNative } = await import('./commands/domxml-from-native.ts');
    await domxmlFromNative(format === undefined ? [] : [format, ...configs], options);
  });
program
  .command('domxml-to-native <format> [domain]')
  .description('convert a domain to an lxc-tools config')
  .option('--domain <domain>', 'domain name')
  .option('--xml <file>', 'domain XML, instead of a domain')
  .option('--cgroups <versions>', 'limits for v1, v2 or both', 'both')
  .option('--strict', 'fail if something is lost')
  .addOption(reportForm)
  .action(async (format, domain, options) => {
    const { domxmlToNative } = await import('./commands/domxml-to-native.ts');
    await domxmlToNative(format, domain, options);
  });

/** Runs one command; `args` are those behind the program's name. The exit status goes to `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (cause) {
    const failure = failureOf(cause);
    if (failure === undefined) throw cause;
    tell(failure.diagnostics, failure.sources);
    process.exitCode = 1;
  }
}

function failureOf(cause: unknown): Failure | undefined {
  if (cause instanceof OutputError)
    return new Failure([fileUnwritable('standard output', cause.code)]);
  if (cause instanceof StateError) return new Failure([fileUnreadable(cause.path, cause.code)]);
  return cause instanceof Failure ? cause : undefined;
}
