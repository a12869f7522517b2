import { address, field, int, load, NULL, value } from '../program/operands.ts';
import { type Assembly, signed, words } from './assembly.ts';
import { master, slave } from './capture.ts';
import { POLLIN, polled, unlessAny, watched } from './poll.ts';
import { TCGETS } from './terminal.ts';

/**
 * The end of the client's input, for a program inside that reads a terminal. It is to find what a reader of a pipe
 * finds: the end, and again the end, however often it reads, and whoever reads after it.
 *
 * A terminal that edits lines takes the end as a character, ^D or what the program has chosen, and forgets it when
 * the program flushes its input or takes over the editing (as shells do: to them it is a key). So it is sent again
 * whenever all input has been taken: at once while the terminal edits lines. A program that edits itself may mean
 * something else by it, so it gets it after pauses, each twice as long as the one before; and first the end of a
 * line that has none.
 *
 * When to look is told by an epoll instance with edges: each read of the slave wakes who waits to write to the
 * master, and each change of its modes who waits to write to the slave.
 * @see drivers/tty/n_tty.c, epoll(7)
 */
export function endInput(out: Assembly): void {
  const text = '{events=EPOLLOUT|EPOLLET, data={u32=0, u64=0}}';
  const edges = out.constant('edges', words([4, 0x80000004], [8, 0], [4, 0]), text);
  out.call('epoll_create1', [int(0x80000, 'EPOLL_CLOEXEC')], { result: 'end' });
  for (const end of [master(0), slave(0)]) {
    out.call('epoll_ctl', [value('end'), int(1, 'EPOLL_CTL_ADD'), value(end), edges]);
  }
  out.store(polled(watched.end, 'fd'), value('end'));
}

/** The first pause is a sixteenth of a second. No end is left of an earlier life. */
export function initEnd(out: Assembly): void {
  out.variable('pause', 16);
  out.variable('end', 8, words([8, -1]));
  out.slot('pausing');
  out.startsAtZero('pausing');
  out.store(field('pause', 0, 8), int(0));
  out.store(field('pause', 8, 8), int(SECOND / 16));
}

const SECOND = 1_000_000_000;
const VEOF = field('console_modes', 17 + 4, 1);
const ICANON = 2;

/** Notes whether the input just read ends a line. */
export function noteLine(out: Assembly): void {
  const ended = out.fresh('line_ended');
  const last = out.slot('last');
  out.compute(last, value('in_left'), '-', int(1));
  out.compute(out.slot('shift'), value('last'), '&', int(7));
  out.compute(out.slot('shift'), value('shift'), '<<', int(3));
  out.compute(last, value('last'), '>>', int(3));
  out.lookup(last, 'input', value('last'));
  out.compute(last, value('last'), '>>', value('shift'));
  out.compute(last, value('last'), '&', int(0xff));
  out.store(out.slot('in_line'), int(0));
  for (const end of ['\n', '\r']) out.branch(value('last'), '==', int(end.charCodeAt(0)), ended);
  out.store(out.slot('in_line'), int(1));
  out.label(ended);
}

/** Sends the end if it is time to. The label `pause_over` is for when `timeout` has passed. */
export function onEnd(out: Assembly): void {
  const done = 'no_end';
  out.variable('events', 32);
  out.variable('slave_poll', 8);
  out.variable('console_modes', 64);
  out.variable('pause_left', 16);
  unlessAny(out, watched.end, done);
  out.call('epoll_pwait', [value('end'), address('events'), int(2), int(0), NULL, int(8)]);
  out.jump('look_for_end');
  out.label('pause_over');
  out.store(out.slot('pausing'), int(0));
  out.store(out.slot('timeout'), NULL);
  out.label('look_for_end');
  out.branch(value('in_left'), '!=', int(0), done);
  out.store(field('slave_poll', 0, 4), value(slave(0)));
  out.store(field('slave_poll', 4, 2), int(POLLIN));
  out.call('ppoll', [address('slave_poll'), int(1), noTime(out), NULL, int(0)], {
    result: 'answer',
    tolerates: ['EINTR'],
  });
  out.branch(signed('answer'), '!=', int(0), done); // not all has been taken
  out.call('ioctl', [value(master(0)), TCGETS, address('console_modes')]);
  out.store(field('in_at', 0, 8), int(0));
  out.compute(out.slot('flags'), load(field('console_modes', 12, 4)), '&', int(ICANON));
  out.branch(value('flags'), '!=', int(0), 'send_end');
  out.branch(value('pausing'), '!=', int(0), done);
  out.branch(value('in_line'), '!=', int(0), 'send_line');
  lengthenPause(out);
  out.label('send_end');
  out.branch(load(VEOF), '==', int(0), done); // it has none
  out.store(field('input', 0, 1), load(VEOF));
  out.store(field('in_left', 0, 8), int(1));
  out.jump(done);
  out.label('send_line');
  out.store(out.slot('in_line'), int(0));
  out.store(field('input', 0, 1), int('\n'.charCodeAt(0)));
  out.store(field('in_left', 0, 8), int(1));
  out.label(done);
}

/** `timeout` is the pause as it was, and the kernel counts it down. */
function lengthenPause(out: Assembly): void {
  const [seconds, nanoseconds] = [field('pause', 0, 8), field('pause', 8, 8)];
  const pausing = out.fresh('pausing');
  out.store(out.slot('pausing'), int(1));
  out.store(field('pause_left', 0, 8), load(seconds));
  out.store(field('pause_left', 8, 8), load(nanoseconds));
  out.store(out.slot('timeout'), address('pause_left'));
  out.compute(seconds, load(seconds), '+', load(seconds));
  out.compute(nanoseconds, load(nanoseconds), '+', load(nanoseconds));
  out.branch(load(nanoseconds), '<', int(SECOND), pausing);
  out.store(nanoseconds, int(0));
  out.store(seconds, int(1));
  out.label(pausing);
}

/** No end is sent any more. */
export function forgetEnd(out: Assembly): void {
  const done = out.fresh('end_forgotten');
  out.branch(signed('end'), '<', int(0), done);
  out.call('close', [value('end')]);
  out.store(out.slot('end'), int(-1));
  out.store(polled(watched.end, 'fd'), int(-1));
  out.store(out.slot('pausing'), int(0));
  out.store(out.slot('timeout'), NULL);
  out.label(done);
}

/** A pause of no length: what is there now. */
export const noTime = (out: Assembly) =>
  out.constant('no_time', words([8, 0], [8, 0]), '{tv_sec=0, tv_nsec=0}');
