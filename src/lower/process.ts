import { printable } from '../diagnostics/printable.ts';
import { capabilities } from '../linux/capabilities.ts';
import { CLONE, MS, signalNames } from '../linux/flags.ts';
import { MOST_NODES } from '../linux/nodes.ts';
import type { ProcessOps } from '../plan/ops/process.ts';
import { passedBy } from '../plan/pass-descriptors.ts';
import type { Namespace, Plan, StepOf } from '../plan/plan.ts';
import { firstOf } from '../plan/steps-of.ts';
import {
  AT_FDCWD,
  address,
  field,
  flags,
  int,
  load,
  NULL,
  slot,
  string,
  value,
} from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import { slave } from './capture.ts';
import type { Around, Lowerings } from './lowering.ts';
import { given, type Mode } from './mode.ts';
import { lookForArguments, NOT_ROOT } from './options.ts';
import { changeDirectory, openInside, pathWithNumbers } from './path.ts';
import { abandonProc } from './served.ts';
import { defaultAction, lowerSignalsBlock } from './signals.ts';

export const processLowerings: Lowerings<ProcessOps> = {
  'process.harden': lowerHarden,
  'signals.block': (out, _, { mode }) => lowerSignalsBlock(out, mode),
  'guard.create': lowerGuardCreate,
  'parent.watch': lowerParentWatch,
  'keyring.new': lowerKeyringNew,
  'descriptors.drop': (out, step, { mode }) => lowerDescriptorsDrop(out, step, given(mode)),
  'descriptors.close': lowerDescriptorsClose,
  'signals.reset': lowerSignalsReset,
  'umask.set': lowerUmask,
  'memory.policy': lowerMemoryPolicy,
  'directory.change': (out, { path }) => changeDirectory(out, path),
  'guard.end': lowerGuardEnd,
};

function lowerHarden(out: Assembly, _: StepOf<'process.harden'>, { plan, mode }: Around): void {
  out.handOn('supervisor_pid');
  out.call('getpid', [], { result: 'supervisor_pid' });
  const exec = firstOf(plan.steps, 'exec');
  // That of `create` cannot be executed inside: it lies in a memory file without the right to.
  if (exec !== undefined && mode.kind === 'foreground') {
    waitIfInside(out, exec, 'report');
    lookForArguments(out);
  }
  // A change of identity would make the process dumpable again, so it comes first.
  const refused = mode.kind === 'foreground' ? { onError: NOT_ROOT } : {};
  out.call('setgroups', [int(0), NULL], refused);
  out.call('setresgid', [int(0), int(0), int(0)]);
  out.call('setresuid', [int(0), int(0), int(0)]);
  out.call('prctl', [int(4, 'PR_SET_DUMPABLE'), int(0, 'SUID_DUMP_DISABLE')]);
  out.call('prctl', [int(15, 'PR_SET_NAME'), string(processName(plan.name))]);
  out.call('umask', [int(0, '000')]);
  const passed = passedBy(plan);
  closeFrom(out, 3 + given(mode) + passed);
  // One that is not there would let init get another one in its place.
  for (let index = 0; index < passed; index++)
    out.call('fcntl', [int(3 + given(mode) + index), int(1, 'F_GETFD')]);
  if (mode.kind === 'foreground') return;
  out.call('chdir', [string('/')]);
  // Nobody executes the program a second time: `#!/proc/self/exe` as init would do so inside.
  out.call('fchmodat', [AT_FDCWD, string('/proc/self/exe'), int(0, '000')]);
}

/** The kernel keeps 15 bytes, and strace shows one less as a whole: `ps` shows `lxplain: vm1`, where it would show the number of a descriptor. */
function processName(name: string): string {
  let kept = 'lxplain: ';
  for (const character of printable(name)) {
    if (Buffer.byteLength(kept + character) > 14) break;
    kept += character;
  }
  return kept;
}

const cloneNames = {
  mount: 'CLONE_NEWNS',
  cgroup: 'CLONE_NEWCGROUP',
  uts: 'CLONE_NEWUTS',
  ipc: 'CLONE_NEWIPC',
  user: 'CLONE_NEWUSER',
  pid: 'CLONE_NEWPID',
  net: 'CLONE_NEWNET',
} as const satisfies Record<Namespace, keyof typeof CLONE>;

/** In strace's order. */
const namespaceFlags = (namespaces: readonly Namespace[]) =>
  (Object.keys(cloneNames) as Namespace[])
    .filter((name) => namespaces.includes(name))
    .map((name) => cloneNames[name]);

const POLLIN = 1;
const SIGCHLD = 17;

/**
 * `struct clone_args` for a process whose end is told by SIGCHLD. `pointers`: where its descriptor goes, at 8, and its number.
 * @see clone(2), clone3
 */
export function cloneArguments(
  out: Assembly,
  name: string,
  set: number | bigint,
  pointers: readonly { readonly offset: number; readonly target: Operand }[],
): void {
  const initial = words([8, set], [8, 0], [8, 0], [8, 0], [8, SIGCHLD]);
  out.define({ kind: 'variable', name, size: 88, initial, pointers });
}

/**
 * Clones the guard: a second process on the memory and the descriptors of the supervisor, which it watches. If that is
 * killed, at whatever moment, the guard ends init and takes the release over.
 * @see pidfd_open(2), clone(2), CLONE_FILES
 */
export function lowerGuardCreate(out: Assembly): void {
  out.call('pidfd_open', [value('supervisor_pid'), int(0)], { result: 'supervisor' });
  out.handOn('guard_pid');
  out.variable('guard_word', 8);
  out.variable('pidfd_word', 8, NO_INIT);
  const set = CLONE.CLONE_VM | CLONE.CLONE_FILES | CLONE.CLONE_PIDFD;
  cloneArguments(out, 'guard_args', set, [{ offset: 8, target: address('guard_word') }]);
  const text =
    '{flags=CLONE_VM|CLONE_FILES|CLONE_PIDFD, pidfd=&guard_word, exit_signal=SIGCHLD, stack=NULL, stack_size=0}';
  out.call('clone3', [address('guard_args', text), int(88)], {
    result: 'guard_pid',
    child: 'guard',
  });
  out.store(out.slot('guard'), load(field('guard_word', 0, 4)));
}

/** What `pidfd_word` holds while there is no init: the kernel writes the descriptor before init can run. */
export const NO_INIT = words([4, -1], [4, 0]);

/** A `struct pollfd` that waits for the end of a process. The guard and init look at the same time: each has its own. */
function endOf(out: Assembly, name: string) {
  out.variable(name, 8, words([4, 0], [2, POLLIN], [2, 0]));
  return {
    descriptor: field(name, 0, 4),
    entry: address(name),
    seen: load(field(name, 6, 2)),
  };
}

/** What the guard does: it sleeps until the supervisor ends, sees to it that init has ended, too, and releases. */
export function guard(out: Assembly, plan: Plan, release: string): void {
  const watched = endOf(out, 'watched');
  out.label('guard');
  out.store(watched.descriptor, value('supervisor'));
  out.label('guard_waits');
  out.call('ppoll', [watched.entry, int(1), NULL, NULL, int(0)], { onError: false });
  out.branch(watched.seen, '==', int(0), 'guard_waits');
  out.branch(value('released'), '!=', int(0), 'guard_ends');
  out.store(out.slot('orphaned'), int(1));
  out.store(out.slot('stopping'), int(1));
  out.store(field('failed_errno', 0, 8), int(0)); // what the supervisor was about to tell
  abandonProc(out, plan);
  out.store(out.slot('left_over'), load(field('pidfd_word', 0, 4), true));
  out.branch(load(slot('left_over'), true), '<', int(0), release);
  out.call('pidfd_send_signal', [value('left_over'), int(9, 'SIGKILL'), NULL, int(0)], {
    onError: false,
  });
  out.store(watched.descriptor, value('left_over'));
  out.call('ppoll', [watched.entry, int(1), NULL, NULL, int(0)], { onError: false });
  out.jump(release);
  out.label('guard_ends');
  out.call('exit_group', [int(0)], { onError: false });
}

/** There is nothing left to guard. If it is the guard itself that releases, it goes on to the end. */
export function lowerGuardEnd(out: Assembly): void {
  const done = out.fresh('guard_done');
  out.branch(value('orphaned'), '!=', int(0), done);
  out.startsAtZero('released');
  out.store(out.slot('released'), int(1)); // a guard that cannot be killed ends by itself, and does nothing any more
  out.call('pidfd_send_signal', [value('guard'), int(9, 'SIGKILL'), NULL, int(0)], {
    onError: done,
  });
  out.call('wait4', [value('guard_pid'), NULL, int(0), NULL], { onError: false });
  out.label(done);
}

/**
 * Clones init. Both processes share the memory until init has executed its program. The supervisor sleeps that long
 * (CLONE_VFORK), or it goes on, as for the maps of ids, and the kernel clears `tid` when init lets go of the memory.
 * @see clone(2), clone3
 */
export function lowerNamespacesCreate(out: Assembly, step: StepOf<'namespaces.create'>): void {
  const goesOn = step.supervisor === 'goes-on';
  const names = [
    'CLONE_VM',
    'CLONE_PIDFD',
    ...(goesOn ? [] : (['CLONE_VFORK'] as const)),
    ...namespaceFlags(step.namespaces.filter((name) => name === 'mount')),
    ...(goesOn ? (['CLONE_PARENT_SETTID', 'CLONE_CHILD_CLEARTID'] as const) : []),
    ...namespaceFlags(step.namespaces.filter((name) => name !== 'mount')),
    ...(step.cgroup === undefined ? [] : (['CLONE_INTO_CGROUP'] as const)),
  ] as const;
  const set = flags(CLONE, ...names);
  if (goesOn) {
    out.variable('tid', 8);
    out.variable('go', 8);
    out.handOn('go');
  }
  cloneArguments(out, 'clone_args', set.kind === 'int' ? set.value : 0, [
    { offset: 8, target: address('pidfd_word') },
    ...(goesOn
      ? [
          { offset: 16, target: address('tid') },
          { offset: 24, target: address('tid') },
        ]
      : []),
  ]);
  if (step.cgroup !== undefined) {
    out.call(
      'openat',
      [AT_FDCWD, string(step.cgroup), out.open('O_RDONLY', 'O_CLOEXEC', 'O_DIRECTORY')],
      { result: 'group' },
    );
    out.store(field('clone_args', 80, 8), value('group'));
  }
  const tids = goesOn ? 'child_tid=&tid, parent_tid=&tid, ' : '';
  const group = step.cgroup === undefined ? '' : ', cgroup=group';
  const text = `{flags=${names.join('|')}, pidfd=&pidfd_word, ${tids}exit_signal=SIGCHLD, stack=NULL, stack_size=0${group}}`;
  // What an earlier life has left here would let init run before its maps are written.
  out.startsAtZero('init_state');
  out.store(out.slot('init_state'), int(0));
  if (goesOn) out.store(field('go', 0, 4), int(0));
  out.call('clone3', [address('clone_args', text), int(88)], { result: 'init_pid', child: 'init' });
  out.handOn('pidfd');
  out.store(out.slot('pidfd'), load(field('pidfd_word', 0, 4)));
  if (step.cgroup !== undefined) out.call('close', [value('group')], { onError: 'fail_init' });
}

/** `/proc/PID/…` of init: the digits are right-aligned behind slashes. */
export const pathOfInit = (out: Assembly, name: string): Operand =>
  pathWithNumbers(out, `${name}_path`, ['/proc/', value('init_pid'), `/${name}`]);

const FUTEX_WAIT = int(0, 'FUTEX_WAIT');

/** Lets init go on, and waits until it has executed its program or given up. @see futex(2) */
export function lowerInitRelease(out: Assembly): void {
  out.store(field('go', 0, 4), int(1));
  out.call('futex', [address('go'), int(1, 'FUTEX_WAKE'), int(1)]);
}

export function waitForExec(out: Assembly): void {
  const [again, done] = [out.fresh('exec_wait'), out.fresh('exec_done')];
  out.label(again);
  out.store(out.slot('seen'), load(field('tid', 0, 4)));
  out.branch(value('seen'), '==', int(0), done);
  out.call('futex', [address('tid'), FUTEX_WAIT, value('seen'), NULL], {
    tolerates: ['EAGAIN', 'EINTR'],
  });
  out.jump(again);
  out.label(done);
}

export function lowerInitWait(out: Assembly): void {
  const [again, done] = [out.fresh('go_wait'), out.fresh('go_done')];
  out.label(again);
  out.branch(load(field('go', 0, 4)), '!=', int(0), done);
  out.call('futex', [address('go'), FUTEX_WAIT, int(0), NULL], { tolerates: ['EAGAIN', 'EINTR'] });
  out.jump(again);
  out.label(done);
}

/** A change of user loses what `parent.watch` has asked for. */
export function lowerIdentityRoot(out: Assembly): void {
  out.call('setresgid', [int(0), int(0), int(0)]);
  out.call('setgroups', [int(0), NULL]);
  out.call('setresuid', [int(0), int(0), int(0)]);
  lowerParentWatch(out);
}

export function lowerUnshare(out: Assembly, step: StepOf<'namespaces.unshare'>): void {
  out.call('unshare', [flags(CLONE, ...namespaceFlags(step.namespaces))]);
}

export function lowerStageEnter(out: Assembly): void {
  out.call('openat', [AT_FDCWD, string('/proc/self/ns/mnt'), out.open('O_RDONLY', 'O_CLOEXEC')], {
    result: 'host_mounts',
  });
  out.call('unshare', [flags(CLONE, 'CLONE_NEWNS')]);
  out.guarded('host_mounts');
  out.store(out.slot('staged'), int(1));
  out.call('mount', [NULL, string('/'), NULL, flags(MS, 'MS_REC', 'MS_SLAVE'), NULL]);
}

export function lowerStageLeave(out: Assembly): void {
  out.call('setns', [value('host_mounts'), flags(CLONE, 'CLONE_NEWNS')]);
  out.store(out.slot('staged'), int(0));
  out.call('close', [value('host_mounts')]);
}

/** New files get the owner that root has in the container, and its rights decide. @see setfsuid(2) */
export function lowerStageIdentity(out: Assembly, step: StepOf<'stage.identity'>): void {
  out.call('setfsgid', [int(step.gid)]);
  out.call('setfsuid', [int(step.uid)]);
}

const SIOCSIFFLAGS = 0x8914;

/** @see netdevice(7) */
export function lowerLoopback(out: Assembly): void {
  const request = Buffer.alloc(40);
  request.write('lo');
  request.writeUInt16LE(0x41, 16);
  out.call(
    'socket',
    [int(2, 'AF_INET'), int(0o2000002, 'SOCK_DGRAM|SOCK_CLOEXEC'), int(0, 'IPPROTO_IP')],
    { result: 'socket' },
  );
  const text = '{ifr_name="lo", ifr_flags=IFF_UP|IFF_RUNNING}';
  out.call('ioctl', [
    value('socket'),
    int(SIOCSIFFLAGS, 'SIOCSIFFLAGS'),
    out.constant('lo_up', request, text),
  ]);
  out.call('close', [value('socket')]);
}

/**
 * A session of its own without a controlling terminal: the first child that opens the console in a session of
 * its own gets it. If init had it, no login of an init system could.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcContainerChild
 */
export function lowerSessionStart(out: Assembly): void {
  out.call('setsid', []);
  for (const number of [0, 1, 2]) out.call('dup3', [value(slave(0)), int(number), int(0)]);
}

/**
 * Ignored signals would be inherited through exec: all go back to the default, but the two that have no other
 * (EINVAL). A loop, as 29 calls would be a kilobyte.
 */
export function lowerSignalsReset(out: Assembly): void {
  const again = out.fresh('reset_signal');
  out.store(out.slot('each_signal'), int(signalNames.length - 1));
  out.label(again);
  out.call('rt_sigaction', [value('each_signal'), defaultAction(out), NULL, int(8)], {
    tolerates: ['EINVAL'],
  });
  out.compute(out.slot('each_signal'), value('each_signal'), '-', int(1));
  out.branch(value('each_signal'), '>', int(0), again);
  out.call('rt_sigprocmask', [
    int(2, 'SIG_SETMASK'),
    out.constant('no_signals', new Uint8Array(8), '[]'),
    NULL,
    int(8),
  ]);
}

const capabilityNumber = (name: string): number =>
  (capabilities as readonly string[]).indexOf(name);

const capabilityText = (number: number): string => {
  const name = capabilities[number];
  return name === undefined
    ? `0x${number.toString(16)} /* CAP_??? */`
    : `CAP_${name.toUpperCase()}`;
};

export function lowerCapabilitiesBound(out: Assembly, step: StepOf<'capabilities.bound'>): void {
  const numbers = [...step.drop.map(capabilityNumber), ...step.unknown].sort((a, b) => a - b);
  for (const number of numbers) {
    out.call('prctl', [int(24, 'PR_CAPBSET_DROP'), int(number, capabilityText(number))]);
  }
}

export function lowerCapabilitiesSet(out: Assembly, step: StepOf<'capabilities.set'>): void {
  const names = step.keep.map((name) => `1<<CAP_${name.toUpperCase()}`).join('|') || '0';
  setCapabilities(out, 'capability', BigInt(step.mask), names);
}

/**
 * `struct __user_cap_data_struct` twice: effective and permitted alike, inheritable empty. `name` is what the data of the
 * call are called, `text` how strace prints the set.
 * @see capset(2)
 */
export function setCapabilities(out: Assembly, name: string, mask: bigint, text: string): void {
  const [low, high] = [mask & 0xffffffffn, mask >> 32n];
  out.call('capset', [
    out.constant(
      `${name}_header`,
      words([4, 0x20080522], [4, 0]),
      '{version=_LINUX_CAPABILITY_VERSION_3, pid=0}',
    ),
    out.constant(
      `${name}_data`,
      words([4, low], [4, low], [4, 0], [4, high], [4, high], [4, 0]),
      `{effective=${text}, permitted=${text}, inheritable=0}`,
    ),
  ]);
}

export function lowerUmask(out: Assembly, step: StepOf<'umask.set'>): void {
  out.call('umask', [int(Number.parseInt(step.mask, 8), step.mask)]);
}

const modes = { preferred: 1, interleave: 3 } as const;

/** @see set_mempolicy(2) */
export function lowerMemoryPolicy(out: Assembly, { mode, nodes }: StepOf<'memory.policy'>): void {
  const mask = Buffer.alloc(MOST_NODES / 8);
  for (const node of nodes)
    mask.writeUInt8(mask.readUInt8(node >> 3) | (1 << (node & 7)), node >> 3);
  out.call('set_mempolicy', [
    int(modes[mode], `MPOL_${mode.toUpperCase()}`),
    out.constant('nodes', mask, `[${wordTexts(mask).join(', ')}]`),
    int(MOST_NODES + 1), // the kernel takes one off
  ]);
}

/** Words of 64 bits as strace has them. */
const wordTexts = (mask: Buffer): readonly string[] =>
  Array.from({ length: mask.length / WORD }, (_, index) => {
    const word = mask.readBigUInt64LE(WORD * index);
    return word === 0n ? '0'.repeat(16) : `0x${word.toString(16).padStart(14, '0')}`;
  });

/**
 * init ends with its supervisor. The signal alone would come too late for a supervisor that has ended by now, so that is
 * looked for behind it; it is lost with a change of user, and set anew after that.
 * @see PR_SET_PDEATHSIG(2const)
 */
export function lowerParentWatch(out: Assembly): void {
  out.call('prctl', [int(1, 'PR_SET_PDEATHSIG'), int(9, 'SIGKILL')]);
  const parent = endOf(out, 'parent');
  out.store(parent.descriptor, value('supervisor'));
  const now = out.constant('at_once', words([8, 0], [8, 0]), '{tv_sec=0, tv_nsec=0}');
  out.call('ppoll', [parent.entry, int(1), now, NULL, int(0)]);
  out.branch(parent.seen, '!=', int(0), 'init_gives_up');
}

/** No key of the caller's session comes along. @see keyrings(7), session-keyring(7) */
export function lowerKeyringNew(out: Assembly, step: StepOf<'keyring.new'>): void {
  out.call('keyctl', [int(1, 'KEYCTL_JOIN_SESSION_KEYRING'), NULL], {
    tolerates: step.tolerates ?? [],
  });
}

/** The first of the descriptors that a driver gives: where it reads how the start went. */
const STATUS = 3;

/** What is passed stands behind what is the driver's; init has it from 3 on, and nothing else. */
function lowerDescriptorsClose(
  out: Assembly,
  { from, passed = 0 }: StepOf<'descriptors.close'>,
  { mode }: Around,
): void {
  const first = STATUS + given(mode);
  for (let index = 0; index < passed && first !== STATUS; index++)
    out.call('dup3', [int(first + index), int(STATUS + index), int(0)]);
  closeFrom(out, from);
}

/** init lets go of what the supervisor has open for itself, before the root is the container's. */
export function lowerDescriptorsDrop(
  out: Assembly,
  step: StepOf<'descriptors.drop'>,
  given: number,
): void {
  if (given > 0) {
    // The status of the start has been closed by a second life, and its number is another descriptor's.
    out.branch(value('reported'), '!=', int(0), 'status_closed');
    out.call('close', [int(STATUS)]);
    out.label('status_closed');
  }
  if (given > 1) out.call('close_range', [int(STATUS + 1), int(STATUS + given - 1), int(0)]);
  for (const handle of step.handles) out.call('close', [value(handle)]);
}

export function closeFrom(out: Assembly, from: number): void {
  out.call('close_range', [int(from), int(0xffffffff, '4294967295'), int(0)]);
}

const [STATX_INO, ELOOP] = [0x100, 40];
/** `stx_ino`, and the numbers of the device, of `struct statx`. */
const IDENTITY = [
  [32, 8],
  [136, 8],
] as const;

/** How often, a millisecond apart, init is found to be this program before that is believed. */
const LOOKS = 500;

/** As long as an init that is this program waits for the supervisor to find that out. */
const FOUND_AFTER_S = 60;

/**
 * The program looks whether it runs as the init of its own container: it is process 1, and its environment is the one
 * that its last step gives. No start from outside has both. Then it does nothing but wait: what becomes of it is for
 * the supervisor to decide and to tell (`refuseItself`), however late that looks.
 * @see proc_pid_environ(5)
 */
export function waitIfInside(out: Assembly, exec: StepOf<'exec'>, refused: string): void {
  const { length, count } = defineEnvironment(out, exec);
  if (length === 0) return;
  out.variable('environment_here', (count + 1) * WORD);
  const outside = { onError: 'outside' };
  out.branch(value('supervisor_pid'), '!=', int(1), 'outside');
  const flags = out.open('O_RDONLY', 'O_CLOEXEC');
  out.call('openat', [AT_FDCWD, string('/proc/self/environ'), flags], {
    result: 'file',
    ...outside,
  });
  out.call('read', [value('file'), address('environment_here'), int((count + 1) * WORD)], {
    result: 'answer',
    onError: false, // then it is not as long as the one that is looked for
  });
  out.call('close', [value('file')], outside);
  out.branch(value('answer'), '!=', int(length), 'outside');
  out.store(out.slot('word'), int(0));
  out.label('each_word');
  out.lookup(out.slot('own_word'), 'environment_text', value('word'));
  out.lookup(out.slot('word_here'), 'environment_here', value('word'));
  out.branch(value('own_word'), '!=', value('word_here'), 'outside');
  out.compute(slot('word'), value('word'), '+', int(1));
  out.branch(value('word'), '<', int(count), 'each_word');
  const text = `{tv_sec=${FOUND_AFTER_S}, tv_nsec=0}`;
  const long = out.constant('found_after', words([8, FOUND_AFTER_S], [8, 0]), text);
  out.call('ppoll', [NULL, int(0), long, NULL, int(0)], { onError: false });
  out.fail(ELOOP, refused, exec.id);
  out.label('outside');
}

const WORD = 8;

/** The strings of the environment, one behind the other as the kernel has them, and zeros up to a whole word. */
function defineEnvironment(out: Assembly, { environment }: StepOf<'exec'>) {
  const text = Buffer.from(environment.map((each) => `${each}\0`).join(''));
  const count = Math.ceil(text.length / WORD);
  const bytes = Buffer.alloc(count * WORD);
  text.copy(bytes);
  out.define({ kind: 'constant', name: 'environment_text', bytes });
  return { length: text.length, count };
}

/**
 * A script in the root can name /proc/self/exe as its interpreter, which was this program when the kernel looked. It is
 * a file of the host, and nothing inside may get hold of it. The kernel wakes the supervisor a moment before init has
 * its new program, so that one look is not enough; an init that is this program is still there, whenever that is
 * (`waitIfInside`).
 * @see fs/exec.c, exec_mmap
 */
export function refuseItself(out: Assembly, exec: number, refused: string): void {
  const other = out.fresh('another_program');
  const look = (path: Operand, result: string) => {
    out.variable(result, 256);
    out.call(
      'statx',
      [
        AT_FDCWD,
        path,
        int(0, 'AT_STATX_SYNC_AS_STAT'),
        int(STATX_INO, 'STATX_INO'),
        address(result),
      ],
      {
        result: 'answer',
        tolerates: ['ENOENT', 'ESRCH'],
      },
    );
    out.branch(load(slot('answer'), true), '<', int(0), other); // it has ended already
  };
  const again = out.fresh('look_again');
  look(string('/proc/self/exe'), 'own_program');
  const ofInit = pathOfInit(out, 'exe');
  out.store(out.slot('looks'), int(LOOKS));
  out.label(again);
  look(ofInit, 'program_of_init');
  for (const [offset, size] of IDENTITY) {
    const of = (variable: string) => load(field(variable, offset, size));
    out.branch(of('own_program'), '!=', of('program_of_init'), other);
  }
  const pause = out.constant(
    'one_ms',
    words([8, 0], [8, 1_000_000]),
    '{tv_sec=0, tv_nsec=1000000}',
  );
  out.call('ppoll', [NULL, int(0), pause, NULL, int(0)], { onError: false });
  out.compute(field('looks', 0, 8), value('looks'), '-', int(1));
  out.branch(value('looks'), '!=', int(0), again);
  out.fail(ELOOP, refused, exec);
  out.label(other);
}

/** The addresses of the strings, and a zero. */
const vector = (out: Assembly, name: string, strings: readonly Operand[]): Operand => {
  out.define({ kind: 'pointers', name, targets: [...strings, null] });
  return address(name);
};

function environmentVector(out: Assembly, step: StepOf<'exec'>): Operand {
  defineEnvironment(out, step);
  let at = 0;
  const strings = step.environment.map((each) => {
    const start = at;
    at += Buffer.byteLength(each) + 1;
    return address('environment_text', undefined, start);
  });
  return vector(out, 'environment', strings);
}

/**
 * Executes init, which must not be reached through a link of /proc: /proc/self/exe is this program, a file of the host.
 * @see openat2(2), execve(2)
 */
export function lowerExec(out: Assembly, step: StepOf<'exec'>, mode: Mode): void {
  openInside(out, 'inside', step.path, 'executable');
  out.store(slot('init_state'), int(1));
  const argv = vector(out, 'argv', step.argv.map(string));
  out.call('execve', [
    string(step.path),
    mode.kind === 'foreground' ? givenArguments(out, argv) : argv,
    environmentVector(out, step),
  ]);
}

/** Whoever runs a compiled program may give init other arguments. */
function givenArguments(out: Assembly, argv: Operand): Operand {
  const name = 'init_argv';
  out.define({ kind: 'variable', name, size: 8, pointers: [{ offset: 0, target: argv }] });
  return { kind: 'load', place: slot(name), text: '&argv' };
}

/** It is kept by all children, and cannot be taken back. @see prctl(2) */
export function lowerPrivilegesLock(out: Assembly): void {
  const zero = int(0);
  out.call('prctl', [int(38, 'PR_SET_NO_NEW_PRIVS'), int(1), zero, zero, zero]);
}
