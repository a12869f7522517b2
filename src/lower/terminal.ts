import { O, signals } from '../linux/flags.ts';
import { AT_FDCWD, address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed, words } from './assembly.ts';
import { master } from './capture.ts';
import type { Mode } from './mode.ts';
import { signalNumber, stopHere } from './signals.ts';

export const TCGETS = int(0x5401, 'TCGETS');
const TCSETS = int(0x5402, 'TCSETS');
const TIOCGPGRP = int(0x540f, 'TIOCGPGRP');
const TIOCGWINSZ = int(0x5413, 'TIOCGWINSZ');
const TIOCSWINSZ = int(0x5414, 'TIOCSWINSZ');

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

const [F_GETFL, F_GETPIPE_SZ] = [int(3, 'F_GETFL'), int(1032, 'F_GETPIPE_SZ')];
const TIOCGPTN = int(0x80045430, 'TIOCGPTN');
const O_ACCMODE = int(3);
const O_NONBLOCK = int(0o4000);

/** A standard descriptor: what it is opened for, whether it is a terminal, and the descriptor that is used for it. */
interface Standard {
  readonly number: 0 | 1;
  readonly access: 'O_RDONLY' | 'O_WRONLY';
  /** The access that is of no use. */
  readonly useless: 0 | 1;
  readonly terminal: string;
  readonly client: string;
}

export const standardInput: Standard = {
  number: 0,
  access: 'O_RDONLY',
  useless: O.O_WRONLY,
  terminal: 'input_is_terminal',
  client: 'client_in',
};
export const standardOutput: Standard = {
  number: 1,
  access: 'O_WRONLY',
  useless: O.O_RDONLY,
  terminal: 'output_is_terminal',
  client: 'client_out',
};

/**
 * Sets up a standard descriptor of a foreground program. O_NONBLOCK belongs to what is open, which the caller
 * shares, so a pipe or a terminal is opened once more for the program alone. Where that cannot be, the descriptor
 * itself has to do: what poll(2) calls ready takes or gives up to 4096 bytes at once, unless somebody else is faster.
 * A master would give another terminal. What is open in the other direction only has no input, and takes no output.
 * @see proc_pid_fd(5), pipe(7)
 */
export function openStandard(out: Assembly, standard: Standard): void {
  const { number, access, terminal, client } = standard;
  const [pipe, open] = [out.fresh('pipe'), out.fresh('open')];
  const [wrong, done] = [out.fresh('wrong_direction'), out.fresh('standard')];
  const path = string(`/proc/self/fd/${number}`);
  const flags = out.open(access, 'O_NOCTTY', 'O_NONBLOCK', 'O_CLOEXEC');
  const unless = (call: 'ioctl' | 'fcntl' | 'openat', args: readonly Operand[], label: string) => {
    out.call(call, args, { result: 'answer', onError: false });
    out.branch(signed('answer'), '<', int(0), label);
  };
  out.variable('modes', 64);
  out.store(out.slot(client), int(number));
  out.store(out.slot(terminal), int(0));
  out.call('fcntl', [int(number), F_GETFL], { result: 'flags' });
  out.compute(out.slot('answer'), value('flags'), '&', O_ACCMODE);
  out.branch(value('answer'), '==', int(standard.useless), wrong);
  unless('ioctl', [int(number), TCGETS, address('modes')], pipe);
  out.store(field(terminal, 0, 8), int(1));
  unless('ioctl', [int(number), TIOCGPTN, address('modes')], open);
  out.jump(done);
  out.label(pipe);
  unless('fcntl', [int(number), F_GETPIPE_SZ], done);
  out.label(open);
  out.compute(out.slot('flags'), value('flags'), '&', O_NONBLOCK);
  out.branch(value('flags'), '!=', int(0), done);
  unless('openat', [AT_FDCWD, path, flags], done);
  out.store(field(client, 0, 8), value('answer'));
  out.jump(done);
  out.label(wrong);
  if (number === 0) out.call('openat', [AT_FDCWD, string('/dev/null'), flags], { result: client });
  else out.store(field(client, 0, 8), int(-1));
  out.label(done);
}

/** Closes what `openStandard` has opened, and forgets the descriptor. */
export function closeStandard(out: Assembly, { number, client }: Standard): void {
  const done = out.fresh('standard_closed');
  out.branch(signed(client), '<=', int(number), done);
  out.call('close', [value(client)]);
  out.label(done);
  out.store(field(client, 0, 8), int(-1));
}

/**
 * Goes to `label` if the terminal at standard input belongs to another job of the shell. One that is no terminal of
 * this session knows no jobs.
 * @see tcgetpgrp(3)
 */
function ifBackground(out: Assembly, label: string): void {
  const own = out.fresh('own_terminal');
  out.variable('foreground_group', 8);
  out.call('ioctl', [int(0), TIOCGPGRP, address('foreground_group')], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '<', int(0), own);
  out.call('getpgid', [int(0)], { result: 'answer' });
  out.branch(value('answer'), '!=', load(field('foreground_group', 0, 4)), label);
  out.label(own);
}

/** A shell need not tell a job that runs when it gets the terminal: it looks four times a second. */
const LOOK_NS = 250_000_000;

/**
 * Takes the terminal if there is one, and it is this job's: in the background nothing is read from it and nothing
 * set. It is put into raw mode if it is where the output goes, too; else it goes on to edit lines, to echo and to
 * turn ^C into a signal, as for any program with its output in a file. @see termios(3), cfmakeraw
 */
export function takeTerminal(out: Assembly): void {
  const done = out.fresh('terminal_taken');
  const [background, raw] = [out.fresh('in_background'), out.fresh('raw')];
  out.variable('terminal', 64);
  out.variable('raw', 64);
  out.slot('background');
  out.branch(value(standardInput.terminal), '==', int(0), done);
  out.branch(signed(standardInput.client), '<', int(0), done);
  out.store(field('background', 0, 8), int(0));
  out.store(out.slot('timeout'), NULL);
  ifBackground(out, background);
  copySize(out);
  out.branch(value('is_terminal'), '!=', int(0), raw); // its first state is known
  out.branch(value(standardOutput.terminal), '==', int(0), done);
  for (const copy of ['terminal', 'raw']) {
    out.call('ioctl', [int(0), TCGETS, address(copy)], { result: 'answer', onError: false });
    out.branch(signed('answer'), '<', int(0), done);
  }
  const masks = [
    [0, 0o2753], // c_iflag: IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
    [4, 0o1], // c_oflag: OPOST
    [12, 0o100113], // c_lflag: ECHO ECHONL ICANON ISIG IEXTEN
  ] as const;
  for (const [offset, off] of masks) {
    out.compute(
      field('raw', offset, 4),
      load(field('raw', offset, 4)),
      '&',
      int(0xffffffff & ~off, String(0xffffffff & ~off)),
    );
  }
  out.label(raw);
  out.call('ioctl', [int(0), TCSETS, address('raw')], { onError: false });
  out.store(field('is_terminal', 0, 8), int(1));
  out.jump(done);
  out.label(background);
  inBackground(out);
  out.label(done);
}

/** The terminal is another job's for now. */
export function inBackground(out: Assembly): void {
  const text = `{tv_sec=0, tv_nsec=${LOOK_NS}}`;
  const look = out.constant('look', words([8, 0], [8, LOOK_NS]), text);
  out.store(field('background', 0, 8), int(1));
  out.store(field('timeout', 0, 8), look);
}

function copySize(out: Assembly): void {
  out.variable('size_of_terminal', 8);
  out.call('ioctl', [int(0), TIOCGWINSZ, address('size_of_terminal')], { onError: false });
  out.call('ioctl', [value(master(0)), TIOCSWINSZ, address('size_of_terminal')], {
    onError: false,
  });
}

/** What a foreground program does at a signal that does not ask for its end; it may have the terminal anew at `take`. */
export function terminalSignal(out: Assembly, mode: Mode, take: string, next: string): void {
  out.branch(signalNumber, '==', int(signals.SIGCONT), take);
  out.branch(signalNumber, '==', int(signals.SIGWINCH), take);
  out.branch(signalNumber, '!=', int(signals.SIGTSTP), next);
  terminalRestore(out, mode);
  stopHere(out);
  out.jump(take);
}

/** Gives the terminal back as it was, unless another job has it by now. A detached program has none. */
export function terminalRestore(out: Assembly, mode: Mode): void {
  if (mode.kind === 'detached') return;
  const done = out.fresh('terminal_done');
  out.branch(value('is_terminal'), '==', int(0), done);
  out.store(field('is_terminal', 0, 8), int(0));
  out.branch(value('background'), '!=', int(0), done);
  out.call('ioctl', [int(0), TCSETS, address('terminal')], { onError: false });
  out.label(done);
}
