import type { Arch } from '../facts/facts.ts';
import { capabilities } from '../linux/capabilities.ts';
import { CLONE } from '../linux/flags.ts';
import type { Namespace, Plan } from '../plan/plan.ts';
import { stepsOf } from '../plan/steps-of.ts';
import {
  AT_FDCWD,
  address,
  field,
  flags,
  int,
  load,
  NULL,
  string,
  value,
} from '../program/operands.ts';
import type { Operand, Program } from '../program/program.ts';
import { Assembly, failedErrno, failedStep, signed, words } from './assembly.ts';
import {
  becomeUser,
  lowerLimitsRaise,
  lowerLimitsSet,
  lowerSyscallsFilter,
} from './confinement.ts';
import {
  closeFrom,
  lowerCapabilitiesBound,
  lowerCapabilitiesSet,
  lowerMemoryPolicy,
  lowerPrivilegesLock,
  lowerSignalsReset,
  lowerUmask,
  setCapabilities,
} from './process.ts';

/** What is to be executed in a container that runs. */
export interface Entry {
  /** Its plan: groups, namespaces, rights and environment are those of init. */
  readonly plan: Plan;
  /** Absolute paths, of which the first that is there is executed. */
  readonly paths: readonly string[];
  /** With the name of the program. */
  readonly argv: readonly string[];
  /** Whether standard input is a terminal of its own, which becomes the controlling one. */
  readonly isTerminal: boolean;
  /** What init has not, such as `TERM`. */
  readonly environment: readonly string[];
  /** The capabilities of who enters, as a set of bits: those of a user namespace are more. */
  readonly permitted: bigint;
}

/** What is done, in order: where it fails, the driver is told the place in this list. */
export const entrySteps = [
  'make its process',
  'join its control groups',
  'enter its namespaces',
  'become root of it',
  'give up the rights that its init has not',
  'execute the program',
] as const;

type EntryStep = (typeof entrySteps)[number];

/** Of the program: the process descriptor of init, and where it says what failed. */
const [INIT, STATUS] = [3, 4];

/** What a shell says of a program that is not there, or cannot be executed; and of what fails before. */
export const exitStatus = { failed: 125, notExecutable: 126, notFound: 127 } as const;

/**
 * Executes a program in a container that runs, and ends as it does. Descriptor 3 is that of its init, which no other
 * process can come to mean; 4 takes 8 bytes if something fails: the step and the error.
 * In this order: the rights that init has not are given up on the host already, but for those that it takes to enter; then
 * the groups, which have names on the host only; then the namespaces; at last all that entering took. A process of
 * the container that can trace it never meets more than that.
 * @see setns(2), pidfd_open(2); proof that order matters: CVE-2016-9962
 */
export function lowerEnter(entry: Entry, arch: Arch): Program {
  const out = new Assembly(arch);
  for (const name of ['failed_step', 'failed_errno', 'status']) out.slot(name);
  out.startsAtZero('failed_step', 'failed_errno');
  out.label('start');
  makeProcess(out, entry);
  out.label('inside');
  joinGroups(out, entry.plan);
  enterNamespaces(out, entry.plan);
  becomeRoot(out);
  giveUpRights(out, entry);
  execute(out, entry);
  report(out);
  return {
    entry: 'start',
    data: out.data,
    code: out.code,
    failure: { step: failedStep, errno: failedErrno },
    kept: { ...out.between, handles: new Map(), acrossPivot: [] },
  };
}

function begin(out: Assembly, step: EntryStep): void {
  out.step = entrySteps.indexOf(step);
  out.onError = 'report';
  out.code.push({ kind: 'step', step: out.step, symbol: step.replaceAll(' ', '_') });
}

const PDEATHSIG = int(1, 'PR_SET_PDEATHSIG');
const KILL = int(9, 'SIGKILL');

/** The process outside waits for the one inside, and neither outlives who called. Nobody executes the program a second time. */
function makeProcess(out: Assembly, { plan, permitted }: Entry): void {
  begin(out, 'make its process');
  out.call('prctl', [PDEATHSIG, KILL]);
  out.call('prctl', [int(4, 'PR_SET_DUMPABLE'), int(0, 'SUID_DUMP_DISABLE')]);
  out.call('fchmodat', [AT_FDCWD, string('/proc/self/exe'), int(0, '000')]);
  closeFrom(out, STATUS + 1);
  for (const step of stepsOf(plan.steps, 'limits.raise')) lowerLimitsRaise(out, step);
  for (const step of stepsOf(plan.steps, 'capabilities.bound')) lowerCapabilitiesBound(out, step);
  for (const { mask } of stepsOf(plan.steps, 'capabilities.set')) {
    const most = (BigInt(mask) | entering(plan)) & permitted;
    setCapabilities(out, 'entering', most, `0x${most.toString(16)}`);
  }
  if (namespacesOf(plan).includes('pid'))
    out.call('setns', [int(INIT), flags(CLONE, 'CLONE_NEWPID')]);
  out.define({
    kind: 'variable',
    name: 'clone_args',
    size: 88,
    initial: words([8, 0], [8, 0], [8, 0], [8, 0], [8, 17]),
  });
  const text = '{flags=0, exit_signal=SIGCHLD, stack=NULL, stack_size=0}';
  out.call('clone3', [address('clone_args', text), int(88)], { result: 'child', child: 'inside' });
  for (const each of [INIT, STATUS]) out.call('close', [int(each)]);
  out.call('wait4', [value('child'), address('status'), int(0), NULL], { onError: false });
  out.compute(out.slot('signal'), load(field('status', 0, 8)), '&', int(0x7f));
  out.branch(value('signal'), '!=', int(0), 'killed');
  out.compute(out.slot('code'), load(field('status', 0, 8)), '>>', int(8));
  out.compute(out.slot('code'), value('code'), '&', int(0xff));
  out.call('exit_group', [value('code')], { onError: false });
  out.label('killed');
  out.compute(out.slot('signal'), value('signal'), '+', int(128));
  out.call('exit_group', [value('signal')], { onError: false });
}

/** What it takes to enter, and init need not have. */
const needed = ['dac_override', 'setgid', 'setuid', 'setpcap', 'sys_chroot', 'sys_admin'] as const;

/** Of a user other than root: it takes the right to look at the processes of others, too. @see setns(2), pidfd */
function entering(plan: Plan): bigint {
  const ofUser = stepsOf(plan.steps, 'identity.user').length > 0 ? (['sys_ptrace'] as const) : [];
  return [...needed, ...ofUser].reduce(
    (sum, name) => sum | (1n << BigInt(capabilities.indexOf(name))),
    0n,
  );
}

/** On v1 a thread joins, which takes no global lock; on v2 the process, where init was made. */
function joinGroups(out: Assembly, plan: Plan): void {
  begin(out, 'join its control groups');
  out.call('prctl', [PDEATHSIG, KILL]);
  for (const { path } of stepsOf(plan.steps, 'cgroup.join')) joinGroup(out, path);
  for (const { cgroup } of stepsOf(plan.steps, 'namespaces.create')) {
    if (cgroup === undefined) continue;
    const joined = out.fresh('joined');
    joinGroup(out, `${cgroup}/cgroup.procs`, ['EBUSY']);
    out.branch(signed('answer'), '>=', int(0), joined);
    const leaf = `${cgroup}/${LEAF}`;
    out.call('mkdirat', [AT_FDCWD, string(leaf), int(0o755, '0755')], { tolerates: ['EEXIST'] });
    joinGroup(out, `${leaf}/cgroup.procs`);
    out.label(joined);
  }
}

/**
 * Where a process enters a group of v2 that passes controllers on to groups below it, as a systemd makes it do: such a one
 * has no processes of its own. It goes with the container. @see cgroups(7), "no internal processes"
 */
const LEAF = 'lxplain.exec';

/** The result is in `answer`. */
function joinGroup(out: Assembly, path: string, tolerates: readonly string[] = []): void {
  const flags = out.open('O_WRONLY', 'O_CLOEXEC');
  out.call('openat', [AT_FDCWD, string(path), flags], { result: 'file' });
  out.call('write', [value('file'), string('0'), int(1)], { result: 'answer', tolerates });
  out.call('close', [value('file')]);
}

const cloneNames = {
  mount: 'CLONE_NEWNS',
  cgroup: 'CLONE_NEWCGROUP',
  uts: 'CLONE_NEWUTS',
  ipc: 'CLONE_NEWIPC',
  user: 'CLONE_NEWUSER',
  net: 'CLONE_NEWNET',
} as const satisfies Partial<Record<Namespace, keyof typeof CLONE>>;

const namespacesOf = (plan: Plan): readonly Namespace[] => [
  ...stepsOf(plan.steps, 'namespaces.create').flatMap(({ namespaces }) => namespaces),
  ...stepsOf(plan.steps, 'namespaces.unshare').flatMap(({ namespaces }) => namespaces),
];

/** All at once, as init has them: the kernel enters the user namespace first. */
function enterNamespaces(out: Assembly, plan: Plan): void {
  begin(out, 'enter its namespaces');
  const all = namespacesOf(plan);
  const names = (Object.keys(cloneNames) as (keyof typeof cloneNames)[])
    .filter((name) => all.includes(name))
    .map((name) => cloneNames[name]);
  // What it shares belongs to another user namespace, and is entered before its own is.
  const shared = stepsOf(plan.steps, 'namespace.join').map(
    ({ namespace }) => cloneNames[namespace],
  );
  if (shared.length > 0) out.call('setns', [int(INIT), flags(CLONE, ...shared)]);
  if (names.length > 0) out.call('setns', [int(INIT), flags(CLONE, ...names)]);
  out.call('close', [int(INIT)]);
}

function becomeRoot(out: Assembly): void {
  begin(out, 'become root of it');
  out.call('setresgid', [int(0), int(0), int(0)]);
  out.call('setgroups', [int(0), NULL]);
  out.call('setresuid', [int(0), int(0), int(0)]);
  out.call('prctl', [PDEATHSIG, KILL]); // a change of user has lost it
  out.call('chdir', [string('/')]);
}

function giveUpRights(out: Assembly, { plan, isTerminal }: Entry): void {
  begin(out, 'give up the rights that its init has not');
  out.call('keyctl', [int(1, 'KEYCTL_JOIN_SESSION_KEYRING'), NULL], {
    tolerates: ['ENOSYS', 'EPERM', 'EACCES', 'EDQUOT', 'ENOMEM'],
  });
  if (isTerminal) {
    out.call('setsid', []);
    out.call('ioctl', [int(0), int(0x540e, 'TIOCSCTTY'), int(0)]);
  }
  lowerSignalsReset(out);
  for (const step of stepsOf(plan.steps, 'umask.set')) lowerUmask(out, step);
  // A filter may refuse it later.
  out.call('fcntl', [int(STATUS), int(2, 'F_SETFD'), int(1, 'FD_CLOEXEC')]);
  // The user namespace has given all rights back. In the order of init: what filters needs a right.
  for (const step of plan.steps) {
    if (step.op === 'memory.policy') lowerMemoryPolicy(out, step);
    if (step.op === 'limits.set') lowerLimitsSet(out, step);
    if (step.op === 'capabilities.bound') lowerCapabilitiesBound(out, step);
    if (step.op === 'identity.user') becomeUser(out, step);
    if (step.op === 'capabilities.set') lowerCapabilitiesSet(out, step);
    if (step.op === 'privileges.lock') lowerPrivilegesLock(out);
    if (step.op === 'syscalls.filter') lowerSyscallsFilter(out, step);
  }
}

/** The first of the paths that is there. What says how it went is closed by the execution. */
function execute(out: Assembly, { plan, paths, argv, environment }: Entry): void {
  begin(out, 'execute the program');
  const own = stepsOf(plan.steps, 'exec').flatMap((step) => step.environment);
  const given = new Set(environment.map(nameOf));
  const all = [...own.filter((each) => !given.has(nameOf(each))), ...environment];
  out.define({ kind: 'pointers', name: 'argv', targets: [...argv.map(string), null] });
  out.define({ kind: 'pointers', name: 'environment', targets: [...all.map(string), null] });
  for (const path of paths) {
    const isLast = path === paths.at(-1);
    out.call('execve', [string(path), address('argv'), address('environment')], {
      tolerates: isLast ? [] : ['ENOENT', 'ENOTDIR', 'EACCES'],
    });
  }
}

const nameOf = (assignment: string): string => assignment.split('=', 1)[0] ?? '';

/** Says what failed and ends. */
function report(out: Assembly): void {
  out.label('report');
  out.variable('record', 8);
  out.store(field('record', 0, 4), value('failed_step'));
  out.store(field('record', 4, 4), value('failed_errno'));
  const call = (name: Parameters<Assembly['call']>[0], args: readonly Operand[]) =>
    out.call(name, args, { onError: false });
  call('write', [int(STATUS), address('record'), int(8)]);
  call('exit_group', [int(exitStatus.failed)]);
}
