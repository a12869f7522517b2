import { actions } from './actions.ts';
import { type Define, json, named } from './tree-parts.ts';

const INACTIVE = '--inactive';

/** Commands that virsh has, and that nothing else here needs: what a domain or the host has, and what becomes of them. */
export const virshCommands: Readonly<Record<string, Define>> = {
  event: (program) =>
    json(
      program
        .command('event')
        .description('tell what becomes of domains: started, stopped, suspended, defined'),
    )
      .option('--event <name>', 'lifecycle, which is all that there is')
      .option('--domain <domain>', 'of this one alone')
      .option('--loop', 'go on until interrupted')
      .option('--timestamp', 'with the time')
      .option('--timeout <seconds>', 'end then')
      .option('--list', 'the names of events')
      .action(actions.event),
  metadata: (program) =>
    program
      .command('metadata <domain> <uri>')
      .description('show or change what another program has noted in a domain')
      .option('--set <xml>', 'the element that is kept from now on')
      .option('--key <prefix>', 'which it gets')
      .option('--remove', 'take it away')
      .option('--config', 'as it is defined')
      .action(actions.metadata),
  domiflist: (program) =>
    named(program, 'domiflist', 'the interfaces of a domain')
      .option(INACTIVE, 'as it is defined')
      .action(actions.domiflist),
  domifaddr: (program) =>
    named(program, 'domifaddr', 'the addresses of the interfaces of a domain').action(
      actions.domifaddr,
    ),
  domifstat: (program) =>
    program
      .command('domifstat <domain> <interface>')
      .description('what an interface of a domain has received and sent')
      .action(actions.domifstat),
  'domif-getlink': (program) =>
    program
      .command('domif-getlink <domain> <interface>')
      .description('whether an interface of a domain is up')
      .action(actions['domif-getlink']),
  domblklist: (program) =>
    named(program, 'domblklist', 'the disks of a domain')
      .option(INACTIVE, 'as it is defined')
      .action(actions.domblklist),
  blkiotune: (program) =>
    named(program, 'blkiotune', 'show or change how a domain gets input and output')
      .option('--weight <number>', 'against others, while it runs')
      .option('--live', 'of the domain as it runs, which is the default')
      .action(actions.blkiotune),
  capabilities: (program) =>
    program
      .command('capabilities')
      .description('what this host has and can run, in XML')
      .action(actions.capabilities),
  nodememstats: (program) =>
    program
      .command('nodememstats')
      .description('the memory of this host')
      .action(actions.nodememstats),
  nodecpustats: (program) =>
    program
      .command('nodecpustats')
      .description('what the processors of this host have done')
      .option('--percent', 'in the next second')
      .action(actions.nodecpustats),
  nodecpumap: (program) =>
    program
      .command('nodecpumap')
      .description('the processors of this host')
      .action(actions.nodecpumap),
  freecell: (program) =>
    program
      .command('freecell')
      .description('the free memory of this host')
      .option('--all', 'of each node')
      .action(actions.freecell),
  echo: (program) =>
    program
      .command('echo [words...]')
      .description('print the words, between other commands in one argument')
      .action(actions.echo),
};

export const virshExamples: Readonly<Record<string, readonly string[]>> = {
  event: ['lxplain event --loop --timestamp', 'lxplain event --domain vm1 --timeout 30'],
  metadata: [
    'lxplain metadata vm1 http://example.org/app',
    "lxplain metadata vm1 http://example.org/app --key app --set '<app/>'",
  ],
  domiflist: ['lxplain domiflist vm1'],
  domifaddr: ['lxplain domifaddr vm1'],
  domifstat: ['lxplain domifstat vm1 eth0'],
  'domif-getlink': ['lxplain domif-getlink vm1 eth0'],
  domblklist: ['lxplain domblklist vm1'],
  blkiotune: ['lxplain blkiotune vm1', 'lxplain blkiotune vm1 --weight 500'],
  capabilities: ['lxplain capabilities'],
  nodememstats: ['lxplain nodememstats'],
  nodecpustats: ['lxplain nodecpustats --percent'],
  nodecpumap: ['lxplain nodecpumap'],
  freecell: ['lxplain freecell --all'],
  echo: ["lxplain 'echo before; list'"],
};
