import { ATTACH } from '../linux/console-clients.ts';
import { signals } from '../linux/flags.ts';
import type { StepOf } from '../plan/plan.ts';
import { address, field, int, load, NULL, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { askToEnd } from './ask.ts';
import { type Assembly, type CallOptions, signed, words } from './assembly.ts';
import { type Attachable, forgetClients, onAttach, onClientsEnd } from './attach.ts';
import { master, slave } from './capture.ts';
import { endInput, forgetEnd, initEnd, noTime, noteLine, onEnd } from './end-of-input.ts';
import { countsLoad, onLoadTimer, startCounting, stopCounting } from './load-figures.ts';
import { type ConsoleLogs, closeLogs, consoleLogs, keepOutput, logEnd } from './log.ts';
import type { Around } from './lowering.ts';
import type { Mode } from './mode.ts';
import {
  otherMasters,
  POLLHUP,
  POLLIN,
  POLLOUT,
  polled,
  unlessAny,
  unlessReady,
  watched,
} from './poll.ts';
import { closeProc, servedConnections, serveProc } from './served.ts';
import { AT_ONCE, readOrder, signalNumber } from './signals.ts';
import {
  closeStandard,
  inBackground,
  openStandard,
  standardInput,
  standardOutput,
  takeTerminal,
  terminalRestore,
  terminalSignal,
} from './terminal.ts';

const BUFFER = 4096;
const [EINTR, EIO, EAGAIN, EPIPE] = [int(-4), int(-5), int(-11), int(-32)];

/**
 * Waits for init, and relays console 0 to its client meanwhile; the output of consoles without a client is read and
 * dropped, so that nobody inside waits for a reader. Nothing but ppoll waits: what the client has not taken yet keeps
 * the console from being read, and what the console has not taken the client, but signals and the end of init are
 * always seen. When init is gone, its output still goes to the client, until a signal asks for the end.
 */
export function lowerRelay(
  out: Assembly,
  step: StepOf<'console.relay'>,
  { plan, mode }: Around,
): void {
  const joined = mode.kind === 'foreground' || mode.client;
  const unread = Array.from({ length: step.consoles }, (_, number) => number).slice(joined ? 1 : 0);
  const clients = otherMasters + unread.length;
  const attachable = Array.from({ length: step.consoles }, (_, number) => ({
    number,
    master: joined && number === 0 ? watched.master : otherMasters + unread.indexOf(number),
    client: clients + number,
  }));
  const procFiles = clients + attachable.length;
  const connections = servedConnections(plan, procFiles);
  const ofProc = connections.filter(({ watched: at }) => at >= procFiles);
  const loadClock = procFiles + ofProc.length;
  const count = loadClock + (countsLoad(plan) ? 1 : 0);
  const logs = consoleLogs(out, plan, step.consoles);
  const initial = Array.from({ length: count }, (_, index) => {
    const events = index === watched.output ? POLLOUT : POLLIN;
    return [[4, -1] as const, [2, events] as const, [2, 0] as const];
  });
  out.variable('polled', count * 8, words(...initial.flat()));
  out.variable('output', BUFFER);
  out.variable('grace', 32, words([8, 0], [8, 0], [8, step.graceSeconds], [8, 0]));
  out.slot('asked');
  for (const name of ['ended', 'background']) out.store(out.slot(name), int(0));
  out.store(out.slot('timeout'), NULL);
  const watch = (index: number, descriptor: Operand) => {
    out.store(polled(index, 'fd'), descriptor);
  };
  watch(watched.signals, value('signals'));
  watch(watched.init, value('pidfd'));
  unread.forEach((number, index) => {
    watch(otherMasters + index, value(master(number)));
  });
  for (const { watched: at, handle } of ofProc) watch(at, value(handle));
  startCounting(out, plan, loadClock);
  if (joined) join(out, mode);

  out.label('relay');
  if (joined) chooseWatched(out, mode);
  out.call('ppoll', [address('polled'), int(count), value('timeout'), NULL, int(0)], {
    result: 'answer',
    tolerates: ['EINTR'],
  });
  out.branch(signed('answer'), '<', int(0), 'relay');
  if (joined) out.branch(value('answer'), '==', int(0), 'time_over');
  onSignal(out, mode, attachable);
  onClientsEnd(out, attachable);
  onGraceOver(out);
  serveProc(out, plan, connections);
  onLoadTimer(out, plan, loadClock);
  if (joined) {
    onOutput(out, mode, logs);
    onClient(out, mode);
    onInput(out, mode);
    onEnd(out);
  }
  if (unread.length > 0) onUnread(out, unread[0] ?? 0, unread.length, logs);
  unlessAny(out, watched.init, 'relay');
  if (unread.length > 0 && logs !== undefined) readToTheEnd(out);
  forgetClients(out, attachable);
  if (joined) {
    onInitEnd(out, mode);
    onTimeOver(out, mode);
    out.label('left');
    if (mode.kind === 'foreground') {
      closeStandard(out, standardOutput);
      terminalRestore(out, mode);
    }
  }
  if (logs !== undefined) closeLogs(out, logs);
  stopCounting(out, plan);
}

/** Console 0 gets its client. */
function join(out: Assembly, mode: Mode): void {
  out.variable('input', BUFFER);
  out.store(polled(watched.master, 'fd'), value(master(0)));
  for (const name of ['in_at', 'in_left', 'in_line', 'out_at']) out.slot(name); // no input is left of an earlier life
  out.startsAtZero('in_at', 'in_left', 'in_line', 'out_at');
  out.guarded('client_in', 'client_out');
  out.store(out.slot('out_left'), int(0));
  initEnd(out);
  if (mode.kind === 'foreground') {
    openStandard(out, standardInput);
    openStandard(out, standardOutput);
    out.label('take_terminal');
    takeTerminal(out);
  } else {
    out.store(polled(watched.input, 'events'), int(POLLIN));
    out.store(out.slot('client_in'), int(4));
    out.store(out.slot('client_out'), int(5));
  }
}

/** While there is output that the client has not taken, no more is read, and the same for input. */
function chooseWatched(out: Assembly, mode: Mode): void {
  out.store(polled(watched.master, 'events'), int(POLLIN));
  out.store(polled(watched.output, 'fd'), int(-1));
  out.store(polled(watched.input, 'fd'), value('client_in'));
  if (mode.kind === 'foreground') {
    out.branch(value('background'), '==', int(0), 'own_input');
    out.store(polled(watched.input, 'fd'), int(-1));
    out.label('own_input');
  }
  out.branch(value('out_left'), '==', int(0), 'output_taken');
  out.store(polled(watched.master, 'events'), int(0));
  out.store(polled(watched.output, 'fd'), value('client_out'));
  out.label('output_taken');
  out.branch(value('in_left'), '==', int(0), 'input_taken');
  const events = polled(watched.master, 'events');
  out.compute(events, load(events), '|', int(POLLOUT));
  out.store(polled(watched.input, 'fd'), int(-1));
  out.label('input_taken');
  // Behind the end of init: all is told when there is nothing to read, or, if it is to stop, nobody who takes it now.
  out.branch(value('ended'), '==', int(0), 'relay_wait');
  out.store(out.slot('timeout'), noTime(out));
  out.branch(value('out_left'), '==', int(0), 'relay_wait');
  out.branch(value('stopping'), '!=', int(0), 'relay_wait');
  out.store(out.slot('timeout'), NULL);
  out.label('relay_wait');
}

/**
 * What orders the end kills init; what init has ended by itself meanwhile stays as it ended. The first SIGTERM only asks,
 * if there is somebody to ask, and gives time.
 */
function onSignal(out: Assembly, mode: Mode, attachable: readonly Attachable[]): void {
  const foreground = mode.kind === 'foreground';
  unlessAny(out, watched.signals, 'no_signal');
  readOrder(out, mode, foreground ? 'no_order' : 'no_signal');
  if (!foreground) out.branch(signalNumber, '==', int(ATTACH), 'attach');
  out.store(out.slot('stopping'), signalNumber);
  out.branch(value('stopping'), '==', int(AT_ONCE), 'stop_as_term');
  out.branch(value('stopping'), '!=', int(signals.SIGTERM), 'stop');
  out.branch(value('asked'), '!=', int(0), 'stop');
  out.branch(load(field('grace', 16, 8)), '==', int(0), 'stop');
  out.branch(value('ended'), '!=', int(0), 'stop');
  askToEnd(out, 'stop');
  giveTime(out);
  out.jump('relay');
  out.label('stop_as_term'); // so that the exit status says 143, whoever asked for the end
  out.store(out.slot('stopping'), int(signals.SIGTERM));
  out.label('stop');
  out.branch(value('ended'), '!=', int(0), 'relay');
  out.store(out.slot('killed_for'), value('stopping'));
  out.call('pidfd_send_signal', [value('pidfd'), int(9, 'SIGKILL'), NULL, int(0)], {
    tolerates: ['ESRCH'],
  });
  out.jump('relay');
  onAttach(out, attachable, mode);
  if (foreground) {
    out.label('no_order');
    out.branch(signalNumber, '==', int(ATTACH), 'attach');
    terminalSignal(out, mode, 'take_terminal', 'no_signal');
  }
  out.label('no_signal');
}

/** Of the life that ends there is to be no other one. */
function giveTime(out: Assembly): void {
  out.store(out.slot('asked'), int(1));
  out.store(out.slot('stopping'), int(0)); // what init still says is told to whoever reads it
  const CLOCK_MONOTONIC = int(1, 'CLOCK_MONOTONIC');
  const flags = int(0o2000000, 'TFD_CLOEXEC');
  out.guarded('timer');
  out.startsAtZero('timer');
  out.call('timerfd_create', [CLOCK_MONOTONIC, flags], { result: 'timer' });
  out.call('timerfd_settime', [value('timer'), int(0), address('grace'), NULL]);
  out.store(polled(watched.grace, 'fd'), value('timer'));
}

function onGraceOver(out: Assembly): void {
  unlessAny(out, watched.grace, 'no_grace');
  out.store(polled(watched.grace, 'fd'), int(-1));
  out.call('close', [value('timer')]);
  out.jump('stop_as_term');
  out.label('no_grace');
}

/**
 * Reads what is said on consoles without a client: nobody inside waits for a reader. Their masters stand in `polled` one behind
 * the other; that of a console that a client reads is not there.
 */
function onUnread(out: Assembly, first: number, consoles: number, logs?: ConsoleLogs): void {
  const [next, ready, done] = ['unread_next', 'unread_ready', 'unread_done'];
  out.variable('unread', BUFFER);
  out.store(out.slot('to_the_end'), int(0));
  out.label('unread_first');
  out.store(out.slot('unread_at'), int(0));
  out.label(next);
  out.branch(value('unread_at'), '==', int(consoles), done);
  out.compute(out.slot('unread_entry'), value('unread_at'), '<<', int(3));
  const entries = address('polled', undefined, 8 * otherMasters);
  out.compute(out.slot('unread_entry'), value('unread_entry'), '+', entries);
  out.peek(out.slot('unread_entry'), value('unread_entry'), 8);
  out.compute(out.slot('unread_console'), value('unread_at'), '+', int(first));
  out.compute(out.slot('unread_at'), value('unread_at'), '+', int(1));
  if (logs !== undefined) out.branch(value('to_the_end'), '!=', int(0), ready);
  // A `struct pollfd`: the descriptor, the events, and those that have come.
  out.compute(out.slot('answer'), value('unread_entry'), '&', int(POLLIN * 2 ** 48));
  out.branch(value('answer'), '==', int(0), next);
  out.label(ready);
  out.compute(out.slot('unread_entry'), value('unread_entry'), '&', int(0x7fffffff));
  out.call('read', [value('unread_entry'), address('unread'), int(BUFFER)], {
    result: 'unread_length',
    onError: false,
  });
  out.branch(signed('unread_length'), '<=', int(0), next);
  if (logs !== undefined) {
    keepOutput(out, logs, value('unread_console'), 'unread', value('unread_length'));
    out.branch(value('to_the_end'), '==', int(0), next);
    out.store(out.slot('unread_at'), value('unread_console'));
    if (first > 0) out.compute(out.slot('unread_at'), value('unread_at'), '-', int(first));
  }
  out.jump(next);
  out.label(done);
}

/** Init is gone, and all others with it: what they have said is all that there will be. */
function readToTheEnd(out: Assembly): void {
  out.branch(value('to_the_end'), '!=', int(0), 'all_read');
  out.store(out.slot('to_the_end'), int(1));
  out.jump('unread_first');
  out.label('all_read');
}

function onOutput(out: Assembly, mode: Mode, logs: ConsoleLogs | undefined): void {
  unlessReady(out, watched.master, POLLIN, 'no_output');
  out.store(out.slot('out_at'), int(0));
  out.call('read', [value(master(0)), address('output'), int(BUFFER)], {
    result: 'out_left',
    tolerates: ['EAGAIN', 'EIO'],
  });
  out.branch(signed('client_out'), '<', int(0), 'drop_output');
  out.branch(signed('out_left'), '>=', int(0), 'no_output');
  out.label('drop_output');
  if (mode.kind === 'detached' && logs !== undefined) {
    out.branch(signed('out_left'), '<=', int(0), 'output_kept');
    keepOutput(out, logs, int(0), 'output', value('out_left'));
    out.label('output_kept');
  }
  out.store(out.slot('out_left'), int(0));
  out.label('no_output');
}

/**
 * A client that is gone is forgotten; a foreground program without a reader ends, as SIGPIPE would have it. What
 * cannot be written for another reason is lost: the disk may have room again for the next one.
 */
function onClient(out: Assembly, mode: Mode): void {
  unlessAny(out, watched.output, 'no_client');
  write(out, 'client_out', 'output', { onError: false });
  for (const errno of [EAGAIN, EINTR]) out.branch(signed('answer'), '==', errno, 'no_client');
  out.branch(signed('answer'), '>=', int(0), 'output_written');
  out.store(out.slot('out_left'), int(0));
  if (mode.kind === 'foreground') {
    out.branch(signed('answer'), '!=', EPIPE, 'no_client');
    out.store(out.slot('stopping'), int(signals.SIGPIPE));
    out.jump('stop');
  } else {
    out.store(out.slot('client_out'), int(-1));
    out.jump('no_client');
  }
  out.label('output_written');
  advance(out, 'out_at', 'out_left');
  out.label('no_client');
}

/** writev takes the address from memory, so that it can lie within the buffer. The result is in `answer`. */
function write(
  out: Assembly,
  descriptor: string,
  buffer: 'input' | 'output',
  options: CallOptions,
): void {
  const [at, left] = buffer === 'input' ? ['in_at', 'in_left'] : ['out_at', 'out_left'];
  const vector = `${buffer}_vector`;
  out.variable(vector, 16);
  out.compute(field(vector, 0, 8), address(buffer), '+', value(at));
  out.store(field(vector, 8, 8), value(left));
  out.call('writev', [value(descriptor), address(vector), int(1)], {
    result: 'answer',
    ...options,
  });
}

/** The first `answer` bytes are done with. */
function advance(out: Assembly, at: string, left: string): void {
  out.compute(out.slot(at), value(at), '+', value('answer'));
  out.compute(out.slot(left), value(left), '-', value('answer'));
}

/**
 * Whatever keeps standard input from being read is its end: it may be a directory, or only be written. A detached
 * program tells a client that has said all from one that has left, and whose end is not the container's: only the
 * latter's socket is closed in both directions.
 */
function onInput(out: Assembly, mode: Mode): void {
  unlessReady(out, watched.master, POLLOUT, 'no_room');
  out.branch(value('in_left'), '==', int(0), 'no_room');
  write(out, master(0), 'input', { tolerates: ['EAGAIN'] });
  out.branch(signed('answer'), '<', int(0), 'no_room');
  advance(out, 'in_at', 'in_left');
  out.label('no_room');
  unlessAny(out, watched.input, 'no_input');
  out.store(out.slot('in_at'), int(0));
  out.call('read', [value('client_in'), address('input'), int(BUFFER)], {
    result: 'in_left',
    onError: false,
  });
  out.branch(signed('in_left'), '<=', int(0), 'nothing_read');
  noteLine(out);
  out.jump('no_input');
  out.label('nothing_read');
  out.store(out.slot('answer'), value('in_left'));
  out.store(out.slot('in_left'), int(0));
  for (const errno of [EAGAIN, EINTR]) out.branch(signed('answer'), '==', errno, 'no_input');
  if (mode.kind === 'foreground') {
    out.branch(signed('answer'), '!=', EIO, 'input_ended');
    out.branch(value(standardInput.terminal), '==', int(0), 'input_ended');
    inBackground(out);
    out.jump('no_input');
    out.label('input_ended');
    closeStandard(out, standardInput);
  } else {
    out.store(polled(watched.input, 'events'), int(0)); // POLLHUP is told in any case
    out.compute(out.slot('flags'), load(polled(watched.input, 'revents')), '&', int(POLLHUP));
    out.branch(value('flags'), '==', int(0), 'input_ended');
    out.store(out.slot('client_in'), int(-1));
    forgetEnd(out);
    out.jump('no_input');
    out.label('input_ended');
  }
  endInput(out);
  out.label('no_input');
}

function onInitEnd(out: Assembly, mode: Mode): void {
  out.store(out.slot('ended'), int(1));
  out.store(out.slot('in_left'), int(0));
  out.store(polled(watched.init, 'fd'), int(-1));
  forgetEnd(out);
  if (mode.kind === 'foreground') {
    closeStandard(out, standardInput);
  } else {
    out.store(out.slot('client_in'), int(-1));
  }
  out.jump('relay');
}

/** ppoll has waited for as long as it was to. */
function onTimeOver(out: Assembly, mode: Mode): void {
  out.label('time_over');
  out.branch(value('ended'), '!=', int(0), 'left');
  if (mode.kind === 'detached') return out.jump('pause_over');
  out.branch(value('background'), '==', int(0), 'pause_over');
  out.jump('take_terminal');
}

/** A container that always ends at once has ten lives a second at most. */
const PAUSE_NS = 100_000_000;

/** Waits before the next life. A signal that asks for the end is answered meanwhile. */
export function pauseBetweenLives(out: Assembly, mode: Mode, next: string, end: string): void {
  const text = `{tv_sec=0, tv_nsec=${PAUSE_NS}}`;
  const pause = out.constant('between_lives', words([8, 0], [8, PAUSE_NS]), text);
  out.call('ppoll', [address('polled'), int(1), pause, NULL, int(0)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '<=', int(0), next);
  readOrder(out, mode, next);
  out.branch(signalNumber, '==', int(ATTACH), next);
  out.jump(end);
}

/**
 * Collects init's status and gives back what belonged to this life of the container. An init that was killed for a
 * signal counts as ended by that, as a shell tells it.
 */
export function lowerReap(out: Assembly, { plan, mode }: Around, consoles: number): void {
  out.slot('status');
  out.store(out.slot('tries'), int(0)); // of lowerCgroupRemove: each life has its own
  out.call('wait4', [value('init_pid'), address('status'), int(0), NULL], { tolerates: ['EINTR'] });
  out.branch(value('killed_for'), '==', int(0), 'own_status');
  out.compute(out.slot('killed_for'), value('killed_for'), '+', int(128));
  out.compute(field('status', 0, 4), value('killed_for'), '<<', int(8));
  out.label('own_status');
  logEnd(out, plan, mode);
  out.store(field('pidfd_word', 0, 4), int(-1)); // so that the guard does not take another descriptor for init
  out.call('close', [value('pidfd')]);
  for (let i = 0; i < consoles; i++) {
    out.call('close', [value(master(i))]);
    out.call('close', [value(slave(i))]);
  }
  closeProc(out, plan);
}
