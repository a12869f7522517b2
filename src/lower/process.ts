import { capabilities } from '../linux/capabilities.ts';
import { CLONE, MS, signalNames } from '../linux/flags.ts';
import type { Namespace, StepOf } from '../plan/plan.ts';
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

/**
 * Clones init. Both processes share the memory until init has executed its program. Without an id map the
 * supervisor sleeps that long (CLONE_VFORK); with one it has the maps to write meanwhile, so that the
 * kernel clears `tid` when init lets go of the memory.
 * @see clone(2), clone3
 */
export function lowerNamespacesCreate(out: Assembly, step: StepOf<'namespaces.create'>): void {
  const staged = step.namespaces.includes('user');
  const names = [
    'CLONE_VM',
    'CLONE_PIDFD',
    ...(staged ? [] : (['CLONE_VFORK'] as const)),
    ...namespaceFlags(step.namespaces.filter((name) => name === 'mount')),
    ...(staged ? (['CLONE_PARENT_SETTID', 'CLONE_CHILD_CLEARTID'] as const) : []),
    ...namespaceFlags(step.namespaces.filter((name) => name !== 'mount')),
    ...(step.cgroup === undefined ? [] : (['CLONE_INTO_CGROUP'] as const)),
  ] as const;
  const set = flags(CLONE, ...names);
  const SIGCHLD = 17;
  out.variable('pidfd_word', 8);
  if (staged) {
    out.variable('tid', 8);
    out.variable('go', 8);
  }
  out.define({
    kind: 'variable',
    name: 'clone_args',
    size: 88,
    initial: words([8, set.kind === 'int' ? set.value : 0], [8, 0], [8, 0], [8, 0], [8, SIGCHLD]),
    pointers: [
      { offset: 8, target: address('pidfd_word') },
      ...(staged
        ? [
            { offset: 16, target: address('tid') },
            { offset: 24, target: address('tid') },
          ]
        : []),
    ],
  });
  if (step.cgroup !== undefined) {
    out.call(
      'openat',
      [AT_FDCWD, string(step.cgroup), out.open('O_RDONLY', 'O_CLOEXEC', 'O_DIRECTORY')],
      { result: 'group' },
    );
    out.store(field('clone_args', 80, 8), value('group'));
  }
  const tids = staged ? 'child_tid=&tid, parent_tid=&tid, ' : '';
  const group = step.cgroup === undefined ? '' : ', cgroup=group';
  const text = `{flags=${names.join('|')}, pidfd=&pidfd_word, ${tids}exit_signal=SIGCHLD, stack=NULL, stack_size=0${group}}`;
  // What an earlier life has left here would let init run before its maps are written.
  out.store(out.slot('init_state'), int(0));
  if (staged) out.store(field('go', 0, 4), int(0));
  out.call('clone3', [address('clone_args', text), int(88)], { result: 'init_pid', child: 'init' });
  out.store(out.slot('pidfd'), load(field('pidfd_word', 0, 4)));
  if (step.cgroup !== undefined) out.call('close', [value('group')], { onError: 'fail_init' });
}

/** `/proc/PID/uid_map` by the pid just got: the digits are right-aligned behind slashes. */
export function lowerIdmapWrite(out: Assembly, step: StepOf<'idmap.write'>): void {
  const path = `${step.map}_map_path`;
  const width = 10;
  out.variable(path, 40, Buffer.from(`/proc/${'/'.repeat(width)}/${step.map}_map\0`));
  out.decimal(value('init_pid'), path, 6, width, '/');
  out.call('openat', [AT_FDCWD, address(path), out.open('O_WRONLY', 'O_CLOEXEC')], {
    result: 'file',
  });
  const text = `${step.lines.join('\n')}\n`;
  out.call('write', [value('file'), string(text), int(Buffer.byteLength(text))]);
  out.call('close', [value('file')]);
}

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

export function lowerIdentityRoot(out: Assembly): void {
  out.call('setresgid', [int(0), int(0), int(0)]);
  out.call('setgroups', [int(0), NULL]);
  out.call('setresuid', [int(0), int(0), int(0)]);
}

export function lowerUnshare(out: Assembly, step: StepOf<'namespaces.unshare'>): void {
  out.call('unshare', [flags(CLONE, ...namespaceFlags(step.namespaces))]);
}

export function lowerStageEnter(out: Assembly): void {
  out.call('openat', [AT_FDCWD, string('/proc/self/ns/mnt'), out.open('O_RDONLY', 'O_CLOEXEC')], {
    result: 'host_mounts',
  });
  out.call('unshare', [flags(CLONE, 'CLONE_NEWNS')]);
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

const UNCHANGEABLE = ['KILL', 'STOP'];

/** Ignored signals would be inherited through exec: all that can change go back to the default. */
export function lowerSignalsReset(out: Assembly): void {
  const bytes = new Uint8Array(32);
  const text = '{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}';
  for (const name of signalNames.slice(1)) {
    if (UNCHANGEABLE.includes(name)) continue;
    out.call('rt_sigaction', [
      int(signalNames.indexOf(name), `SIG${name}`),
      out.constant('default_action', bytes, text),
      NULL,
      int(8),
    ]);
  }
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

/** `struct __user_cap_data_struct` twice: effective and permitted alike, inheritable empty. @see capset(2) */
export function lowerCapabilitiesSet(out: Assembly, step: StepOf<'capabilities.set'>): void {
  const mask = BigInt(step.mask);
  const [low, high] = [mask & 0xffffffffn, mask >> 32n];
  const names = step.keep.map((name) => `1<<CAP_${name.toUpperCase()}`).join('|') || '0';
  out.call('capset', [
    out.constant(
      'capability_header',
      words([4, 0x20080522], [4, 0]),
      '{version=_LINUX_CAPABILITY_VERSION_3, pid=0}',
    ),
    out.constant(
      'capability_data',
      words([4, low], [4, low], [4, 0], [4, high], [4, high], [4, 0]),
      `{effective=${names}, permitted=${names}, inheritable=0}`,
    ),
  ]);
}

export function lowerUmask(out: Assembly, step: StepOf<'umask.set'>): void {
  out.call('umask', [int(Number.parseInt(step.mask, 8), step.mask)]);
}

/** init does not outlive its supervisor. Set after the last change of credentials, which would clear it. */
export function lowerParentDeath(out: Assembly): void {
  out.call('prctl', [int(1, 'PR_SET_PDEATHSIG'), int(9, 'SIGKILL')]);
}

export function closeFrom(out: Assembly, from: number): void {
  out.call('close_range', [int(from), int(0xffffffff, '4294967295'), int(0)]);
}

const vector = (out: Assembly, name: string, texts: readonly string[]): Operand => {
  out.define({ kind: 'pointers', name, targets: [...texts.map(string), null] });
  return address(name);
};

export function lowerExec(out: Assembly, step: StepOf<'exec'>): void {
  out.store(slot('init_state'), int(1));
  out.call('execve', [
    string(step.path),
    vector(out, 'argv', step.argv),
    vector(out, 'environment', step.environment),
  ]);
}
