import { signals } from '../linux/flags.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import { master, slave } from './capture.ts';

/** How the program is run: from a shell, or by a driver that reads its status from descriptor 3. */
export interface Mode {
  readonly kind: 'foreground' | 'detached';
  /** Detached only: descriptors 4 and 5 are the input and the output of console 0's first client. */
  readonly client: boolean;
  /** The size of that client's terminal, if it is one. */
  readonly size?: WindowSize;
}

/** In characters. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

const caught = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGPIPE',
  'SIGTERM',
  'SIGTTOU',
  'SIGWINCH',
] as const;

/**
 * Signals become readable at a descriptor, so that none interrupts a step. It is the first one of the program: if
 * its number is one of 0 to 2, whoever runs the program has closed that, and what init says would go to a file
 * of ours. /dev/null takes its place.
 * @see signalfd(2)
 */
export function lowerSignalsBlock(out: Assembly, mode: Mode): void {
  const mask = caught.reduce((sum, name) => sum | (1n << BigInt(signals[name] - 1)), 0n);
  const text = `[${caught.map((name) => name.slice(3)).join(' ')}]`;
  const set = out.constant('caught_signals', words([8, mask]), text);
  out.call('rt_sigprocmask', [int(0, 'SIG_BLOCK'), set, NULL, int(8)]);
  out.label('signals_open');
  out.call('signalfd4', [int(-1), set, int(8), int(0o2004000, 'SFD_CLOEXEC|SFD_NONBLOCK')], {
    result: 'signals',
  });
  if (mode.kind === 'detached') return;
  out.branch(value('signals'), '>=', int(3), 'standard_open');
  out.call('close', [value('signals')]);
  out.call('openat', [AT_FDCWD, string('/dev/null'), out.open('O_RDWR')]);
  out.jump('signals_open');
  out.label('standard_open');
}

const TCGETS = int(0x5401, 'TCGETS');
const TCSETS = int(0x5402, 'TCSETS');
const TIOCGWINSZ = int(0x5413, 'TIOCGWINSZ');
const TIOCSWINSZ = int(0x5414, 'TIOCSWINSZ');
const POLLIN = 1;
const POLLOUT = 4;
const POLLHUP = 16;
const BUFFER = 4096;

const pollField = (index: number, part: 'fd' | 'events' | 'revents') =>
  part === 'fd'
    ? field('polled', index * 8, 4)
    : field('polled', index * 8 + (part === 'events' ? 4 : 6), 2);

const signed = (variable: string): Operand => load(field(variable, 0, 8), true);

/** Console 0 has the size of the user's terminal before a program inside can ask for it. */
export function lowerConsoleSize(out: Assembly, { kind, size }: Mode): void {
  const set = (argument: Operand) => out.call('ioctl', [value(master(0)), TIOCSWINSZ, argument]);
  if (kind === 'foreground') {
    out.variable('size_of_terminal', 8);
    out.call('ioctl', [int(0), TIOCGWINSZ, address('size_of_terminal')], {
      result: 'answer',
      onError: false,
    });
    out.branch(signed('answer'), '<', int(0), 'no_size');
    set(address('size_of_terminal'));
    out.label('no_size');
  } else if (size !== undefined) {
    const text = `{ws_row=${size.rows}, ws_col=${size.columns}, ws_xpixel=0, ws_ypixel=0}`;
    set(out.constant('size_of_client', words([2, size.rows], [2, size.columns], [4, 0]), text));
  }
}

/** If standard input is a terminal, puts it into raw mode. @see termios(3), cfmakeraw */
function terminalRaw(out: Assembly): void {
  out.variable('terminal', 64);
  out.variable('raw', 64);
  out.slot('is_terminal');
  out.store(field('is_terminal', 0, 8), int(0));
  out.call('ioctl', [int(0), TCGETS, address('terminal')], { result: 'answer', onError: false });
  out.branch(signed('answer'), '<', int(0), 'no_terminal');
  const masks = [
    [0, 0o2753], // c_iflag: IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
    [4, 0o1], // c_oflag: OPOST
    [12, 0o100113], // c_lflag: ECHO ECHONL ICANON ISIG IEXTEN
  ] as const;
  for (const offset of [0, 8, 16, 24, 32]) {
    out.store(field('raw', offset, 8), load(field('terminal', offset, 8)));
  }
  for (const [offset, off] of masks) {
    out.compute(
      field('raw', offset, 4),
      load(field('raw', offset, 4)),
      '&',
      int(0xffffffff & ~off, String(0xffffffff & ~off)),
    );
  }
  out.call('ioctl', [int(0), TCSETS, address('raw')]);
  out.store(field('is_terminal', 0, 8), int(1));
  out.label('no_terminal');
}

function copySize(out: Assembly): void {
  out.call('ioctl', [int(0), TIOCGWINSZ, address('size_of_terminal')], { onError: false });
  out.call('ioctl', [value(master(0)), TIOCSWINSZ, address('size_of_terminal')], {
    onError: false,
  });
}

/** Gives the terminal back as it was. A detached program has none. */
export function terminalRestore(out: Assembly, mode: Mode): void {
  if (mode.kind === 'detached') return;
  const done = out.fresh('terminal_done');
  out.branch(value('is_terminal'), '==', int(0), done);
  out.call('ioctl', [int(0), TCSETS, address('terminal')], { onError: false });
  out.store(field('is_terminal', 0, 8), int(0));
  out.label(done);
}

/**
 * Waits for init, and relays console 0 to its client meanwhile; the output of consoles without a client is
 * read and dropped, so that nobody inside waits for a reader. Polls: signals, init, master 0, the client,
 * the other masters.
 */
export function lowerRelay(out: Assembly, step: StepOf<'console.relay'>, mode: Mode): void {
  const count = 4 + Math.max(0, step.consoles - 1);
  const foreground = mode.kind === 'foreground';
  const [input, output] = foreground ? [0, 1] : mode.client ? [4, 5] : [-1, -1];
  out.variable('polled', count * 8);
  out.variable('input', BUFFER);
  out.variable('output', BUFFER);
  out.variable('signal', 128);
  for (const name of [
    'answer',
    'in_at',
    'in_left',
    'out_at',
    'out_left',
    'client_in',
    'client_out',
  ]) {
    out.slot(name);
  }
  if (foreground) terminalRaw(out);
  out.store(field('client_in', 0, 8), int(input));
  out.store(field('client_out', 0, 8), int(output));
  out.store(field('in_left', 0, 8), int(0));
  const watch = (index: number, descriptor: Operand) => {
    out.store(pollField(index, 'fd'), descriptor);
    out.store(pollField(index, 'events'), int(POLLIN));
  };
  watch(0, value('signals'));
  watch(1, value('pidfd'));
  watch(2, value(master(0)));
  for (let i = 1; i < step.consoles; i++) watch(3 + i, value(master(i)));

  out.label('relay');
  // While there is input that the console has not taken, no more is read.
  out.store(pollField(2, 'events'), int(POLLIN));
  out.store(pollField(3, 'fd'), value('client_in'));
  out.store(pollField(3, 'events'), int(POLLIN));
  out.branch(value('in_left'), '==', int(0), 'relay_wait');
  out.store(pollField(2, 'events'), int(POLLIN | POLLOUT));
  out.store(pollField(3, 'fd'), int(-1));
  out.label('relay_wait');
  out.call('ppoll', [address('polled'), int(count), NULL, NULL, int(0)], {
    result: 'answer',
    tolerates: ['EINTR'],
  });
  out.branch(signed('answer'), '<', int(0), 'relay');

  const ready = (index: number, bits: number, skip: string) => {
    out.compute(out.slot('answer'), load(pollField(index, 'revents')), '&', int(bits));
    out.branch(value('answer'), '==', int(0), skip);
  };
  onSignal(out, ready, foreground);
  onOutput(out, ready);
  onInput(out, ready, foreground);
  for (let i = 1; i < step.consoles; i++) {
    const next = out.fresh('no_output');
    ready(3 + i, POLLIN, next);
    out.call('read', [value(master(i)), address('output'), int(BUFFER)], { onError: false });
    out.label(next);
  }
  out.branch(load(pollField(1, 'revents')), '==', int(0), 'relay');
  drain(out, mode);
}

type Ready = (index: number, bits: number, skip: string) => void;

/** A new window size is passed on; every other signal ends the container. */
function onSignal(out: Assembly, ready: Ready, foreground: boolean): void {
  ready(0, POLLIN, 'no_signal');
  out.call('read', [value('signals'), address('signal'), int(128)], { tolerates: ['EAGAIN'] });
  const number = load(field('signal', 0, 4));
  out.branch(number, '==', int(signals.SIGPIPE), 'no_signal');
  out.branch(number, '==', int(signals.SIGTTOU), 'no_signal');
  out.branch(number, '!=', int(signals.SIGWINCH), 'stop');
  if (foreground) {
    out.branch(value('is_terminal'), '==', int(0), 'no_signal');
    copySize(out);
  }
  out.jump('no_signal');
  out.label('stop');
  out.store(out.slot('stopping'), int(1));
  out.call('pidfd_send_signal', [value('pidfd'), int(9, 'SIGKILL'), NULL, int(0)], {
    tolerates: ['ESRCH'],
  });
  out.label('no_signal');
}

function onOutput(out: Assembly, ready: Ready): void {
  ready(2, POLLIN, 'no_output');
  out.call('read', [value(master(0)), address('output'), int(BUFFER)], {
    result: 'out_left',
    tolerates: ['EAGAIN', 'EIO'],
  });
  writeOutput(out, 'no_output');
  out.label('no_output');
}

/** Writes `out_left` bytes to the client; a client that is gone is forgotten. */
function writeOutput(out: Assembly, done: string): void {
  const [again, gone, wait] = [out.fresh('write'), out.fresh('gone'), out.fresh('full')];
  out.variable('client_poll', 8);
  out.store(field('out_at', 0, 8), int(0));
  out.label(again);
  out.branch(signed('out_left'), '<=', int(0), done);
  out.branch(signed('client_out'), '<', int(0), done);
  out.define({
    kind: 'variable',
    name: 'output_vector',
    size: 16,
    pointers: [{ offset: 0, target: address('output') }],
  });
  out.compute(field('output_vector', 0, 8), address('output'), '+', value('out_at'));
  out.store(field('output_vector', 8, 8), value('out_left'));
  out.call('writev', [value('client_out'), address('output_vector'), int(1)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '==', int(-11), wait);
  out.branch(signed('answer'), '<', int(0), gone);
  out.compute(field('out_at', 0, 8), value('out_at'), '+', value('answer'));
  out.compute(field('out_left', 0, 8), value('out_left'), '-', value('answer'));
  out.jump(again);
  out.label(wait);
  out.store(field('client_poll', 0, 4), value('client_out'));
  out.store(field('client_poll', 4, 2), int(POLLOUT));
  out.call('ppoll', [address('client_poll'), int(1), NULL, NULL, int(0)], { onError: false });
  out.jump(again);
  out.label(gone);
  out.store(field('client_out', 0, 8), int(-1));
  out.jump(done);
}

/** What ends the input of a terminal. */
const EOT = 4;

/**
 * The end of its own standard input a foreground program hands on as two ^D: the first one may only send a line
 * that has no end, and a program that has read one end of a pipe reads the next one, too. A client may leave and
 * the container goes on, so what a client's end means it has to say itself.
 */
function onInput(out: Assembly, ready: Ready, foreground: boolean): void {
  ready(2, POLLOUT, 'no_room');
  out.branch(value('in_left'), '==', int(0), 'no_room');
  out.define({
    kind: 'variable',
    name: 'input_vector',
    size: 16,
    pointers: [{ offset: 0, target: address('input') }],
  });
  out.compute(field('input_vector', 0, 8), address('input'), '+', value('in_at'));
  out.store(field('input_vector', 8, 8), value('in_left'));
  out.call('writev', [value(master(0)), address('input_vector'), int(1)], {
    result: 'answer',
    tolerates: ['EAGAIN'],
  });
  out.branch(signed('answer'), '<', int(0), 'no_room');
  out.compute(field('in_at', 0, 8), value('in_at'), '+', value('answer'));
  out.compute(field('in_left', 0, 8), value('in_left'), '-', value('answer'));
  out.label('no_room');
  ready(3, POLLIN | POLLHUP, 'no_input');
  out.store(field('in_at', 0, 8), int(0));
  out.call('read', [value('client_in'), address('input'), int(BUFFER)], {
    result: 'in_left',
    tolerates: ['EAGAIN', 'EINTR', 'EIO', 'ECONNRESET'],
  });
  out.branch(signed('in_left'), '>', int(0), 'no_input');
  out.store(field('client_in', 0, 8), int(-1));
  if (foreground) out.store(field('input', 0, 2), int(EOT | (EOT << 8)));
  out.store(field('in_left', 0, 8), int(foreground ? 2 : 0));
  out.label('no_input');
}

/** init is gone: what its console still holds goes to the client. */
function drain(out: Assembly, mode: Mode): void {
  out.label('drain');
  out.call('read', [value(master(0)), address('output'), int(BUFFER)], {
    result: 'out_left',
    onError: false,
  });
  out.branch(signed('out_left'), '<=', int(0), 'drained');
  writeOutput(out, 'drain');
  out.label('drained');
  terminalRestore(out, mode);
}

/** A container that always ends at once has ten lives a second at most. */
const PAUSE_NS = 100_000_000;

/** Waits before the next life. A signal that asks for the end is answered meanwhile. */
export function pauseBetweenLives(out: Assembly, next: string, end: string): void {
  const text = `{tv_sec=0, tv_nsec=${PAUSE_NS}}`;
  const pause = out.constant('pause', words([8, 0], [8, PAUSE_NS]), text);
  out.call('ppoll', [address('polled'), int(1), pause, NULL, int(0)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '<=', int(0), next);
  out.call('read', [value('signals'), address('signal'), int(128)], { onError: false });
  for (const signal of [signals.SIGPIPE, signals.SIGTTOU, signals.SIGWINCH]) {
    out.branch(load(field('signal', 0, 4)), '==', int(signal), next);
  }
  out.jump(end);
}

/** Collects init's status and gives back what belonged to this life of the container. */
export function lowerReap(out: Assembly, consoles: number): void {
  out.slot('status');
  out.store(out.slot('tries'), int(0)); // of lowerCgroupRemove: each life has its own
  out.call('wait4', [value('init_pid'), address('status'), int(0), NULL], { tolerates: ['EINTR'] });
  out.call('close', [value('pidfd')]);
  for (let i = 0; i < consoles; i++) {
    out.call('close', [value(master(i))]);
    out.call('close', [value(slave(i))]);
  }
}
