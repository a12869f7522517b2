import { signalNames, signals } from '../linux/flags.ts';
import { AT_FDCWD, address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed, words } from './assembly.ts';
import type { Mode } from './mode.ts';

type SignalName = keyof typeof signals;

const bit = (number: number): bigint => 1n << BigInt(number - 1);

/** What a fault of the program itself raises, and what cannot be blocked. */
const unblocked = ['ILL', 'TRAP', 'BUS', 'FPE', 'KILL', 'SEGV', 'STOP', 'SYS'];
/** What `destroy` sends: the end, at once. SIGTERM asks init first. */
export const AT_ONCE = signals.SIGRT_16;
/** Those that ask for the end, and what a program on a terminal has to know beside. */
const orders = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGRT_16'] as const;
/** A client wants a console. */
const wishes = ['SIGRT_17'] as const;
const tidings = ['SIGCONT', 'SIGTSTP', 'SIGWINCH'] as const;

/** The signal that `readOrder` has read; 0 if there was none. */
export const signalNumber: Operand = load(field('signal', 0, 4));

function signalSet(out: Assembly, name: string, members: readonly SignalName[]): Operand {
  const mask = members.reduce((sum, member) => sum | bit(signals[member]), 0n);
  const inOrder = members.toSorted((a, b) => signals[a] - signals[b]);
  const text = `[${inOrder.map((member) => member.slice(3)).join(' ')}]`;
  return out.constant(name, words([8, mask]), text);
}

/**
 * No signal interrupts a step or ends the program without its release: those with a meaning become readable at a
 * descriptor, all others stay pending. It is the first descriptor of the program: if its number is one of 0 to 2,
 * whoever runs the program has closed that, and what init says would go to a file of ours. /dev/null takes its
 * place. Whoever runs it may also have ignored SIGCHLD; then the kernel would keep no status of init.
 * @see signalfd(2), wait(2)
 */
export function lowerSignalsBlock(out: Assembly, mode: Mode): void {
  const free = unblocked.reduce((sum, name) => sum | bit(signalNames.indexOf(name as never)), 0n);
  const blocked = out.constant('blocked', words([8, ~free]), `~[${unblocked.join(' ')}]`);
  const foreground = mode.kind === 'foreground';
  const told = signalSet(out, 'told', [...orders, ...wishes, ...(foreground ? tidings : [])]);
  out.call('rt_sigprocmask', [int(2, 'SIG_SETMASK'), blocked, NULL, int(8)]);
  out.label('signals_open');
  out.call('signalfd4', [int(-1), told, int(8), int(0o2004000, 'SFD_CLOEXEC|SFD_NONBLOCK')], {
    result: 'signals',
  });
  if (!foreground) return;
  out.branch(value('signals'), '>=', int(3), 'standard_open');
  out.call('close', [value('signals')]);
  out.call('openat', [AT_FDCWD, string('/dev/null'), out.open('O_RDWR')]);
  out.jump('signals_open');
  out.label('standard_open');
  out.call('rt_sigaction', [int(signals.SIGCHLD, 'SIGCHLD'), defaultAction(out), NULL, int(8)]);
}

/** `struct sigaction` of the kernel. */
export const defaultAction = (out: Assembly): Operand =>
  out.constant(
    'default_action',
    new Uint8Array(32),
    '{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}',
  );

/**
 * Reads a signal. Goes on behind this if it asks for the end, and at `other` if it does not or there is none. A
 * program that was started with a signal ignored (nohup(1), a job of a script) ignores it, though a blocked one
 * becomes readable all the same; SIGTERM, and what `destroy` sends, always count.
 */
export function readOrder(out: Assembly, mode: Mode, other: string): void {
  out.variable('signal', 128);
  out.store(field('signal', 0, 4), int(0));
  out.call('read', [value('signals'), address('signal'), int(128)], {
    result: 'answer',
    tolerates: ['EAGAIN'],
  });
  out.branch(signed('answer'), '<', int(0), other);
  if (mode.kind === 'detached') return;
  const order = out.fresh('order');
  for (const always of [signals.SIGTERM, AT_ONCE])
    out.branch(signalNumber, '==', int(always), order);
  out.branch(signalNumber, '>', int(signals.SIGQUIT), other); // no order
  out.variable('action', 32);
  out.call('rt_sigaction', [signalNumber, NULL, address('action'), int(8)]);
  const SIG_IGN = int(1);
  out.branch(load(field('action', 0, 8)), '==', SIG_IGN, other);
  out.label(order);
}

/** Stops this process as SIGTSTP does that is not blocked; it goes on here when it is continued. */
export function stopHere(out: Assembly): void {
  const stop = signalSet(out, 'stop_signal', ['SIGTSTP']);
  out.call('getpid', [], { result: 'answer' });
  out.call('kill', [value('answer'), int(signals.SIGTSTP, 'SIGTSTP')]);
  out.call('rt_sigprocmask', [int(1, 'SIG_UNBLOCK'), stop, NULL, int(8)]);
  out.call('rt_sigprocmask', [int(0, 'SIG_BLOCK'), stop, NULL, int(8)]);
}
