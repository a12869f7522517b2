import { procHandle } from '../plan/ops/proc.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { stepsOf } from '../plan/steps-of.ts';
import { AT_FDCWD, address, int, slot, value } from '../program/operands.ts';
import { type Assembly, signed, words } from './assembly.ts';
import { readNumber } from './figures.ts';
import { polled, unlessAny } from './poll.ts';
import { copyBytes, put, putNumber, readWhole, toDigit } from './text.ts';

/*
 * The averages of /proc/loadavg are made as the kernel makes them: every five seconds how many threads run or wait for a disk,
 * weighed less and less. @see kernel/sched/loadavg.c
 */

/** In numbers of which 2048 are one thread, and what of them is left after five seconds. */
const averages = [
  ['load_1', 1884],
  ['load_5', 2014],
  ['load_15', 2037],
] as const;
const FIXED = 11;

const loadOf = (plan: Plan): StepOf<'proc.open'> | undefined =>
  stepsOf(plan.steps, 'proc.open').find(({ file }) => file === 'loadavg');

export const countsLoad = (plan: Plan): boolean => loadOf(plan) !== undefined;

/** Before the relay waits: a clock that is watched at this place. */
export function startCounting(out: Assembly, plan: Plan, watched: number): void {
  if (!countsLoad(plan)) return;
  const every = out.constant(
    'five_seconds',
    words([8, 5], [8, 0], [8, 5], [8, 0]),
    '{it_interval={tv_sec=5, tv_nsec=0}, it_value={tv_sec=5, tv_nsec=0}}',
  );
  const [CLOCK_MONOTONIC, flags] = [
    int(1, 'CLOCK_MONOTONIC'),
    int(0o2004000, 'TFD_CLOEXEC|TFD_NONBLOCK'),
  ];
  out.call('timerfd_create', [CLOCK_MONOTONIC, flags], { result: 'load_timer' });
  out.call('timerfd_settime', [value('load_timer'), int(0), every, NO_OLD]);
  out.store(polled(watched, 'fd'), value('load_timer'));
  for (const [name] of averages) out.store(out.slot(name), int(0));
}

const NO_OLD = int(0, 'NULL');

/** In the relay: five seconds are over. */
export function onLoadTimer(out: Assembly, plan: Plan, watched: number): void {
  const open = loadOf(plan);
  if (open === undefined) return;
  const none = out.fresh('no_load');
  unlessAny(out, watched, none);
  out.variable('load_expired', 8);
  out.call('read', [value('load_timer'), address('load_expired'), int(8)], { onError: false });
  countThreads(out, open, none);
  for (const [name, left] of averages) weigh(out, name, left);
  out.label(none);
}

export function stopCounting(out: Assembly, plan: Plan): void {
  if (countsLoad(plan)) out.call('close', [value('load_timer')], { onError: false });
}

/** `average` = (`average` · `left` + running · (2048 - `left`)) / 2048, rounded as the kernel does. */
function weigh(out: Assembly, average: string, left: number): void {
  out.store(out.slot('load_sum'), int(0));
  out.compute(out.slot('load_now'), value('load_running'), '<<', int(FIXED));
  const add = (of: string, by: number) => {
    for (let bit = 0; bit <= FIXED; bit++) {
      if ((by & (1 << bit)) === 0) continue;
      out.compute(out.slot('load_part'), value(of), '<<', int(bit));
      out.compute(slot('load_sum'), value('load_sum'), '+', value('load_part'));
    }
  };
  const falls = out.fresh('load_falls');
  add(average, left);
  add('load_now', 2 ** FIXED - left);
  out.branch(value('load_now'), '<', value(average), falls);
  out.compute(slot('load_sum'), value('load_sum'), '+', int(2 ** FIXED - 1));
  out.label(falls);
  out.compute(slot(average), value('load_sum'), '>>', int(FIXED));
}

const TASKS = 1 << 16;
const STAT = 512;
const [CLOSES, RUNS, WAITS] = [')', 'R', 'D'].map((letter) => letter.charCodeAt(0)) as [
  number,
  number,
  number,
];

/** `load_threads`, and how many of them run or wait for a disk: `load_running`. */
function countThreads(out: Assembly, open: StepOf<'proc.open'>, none: string): void {
  const [next, gone, found, letter, done] = [
    'thread_next',
    'thread_gone',
    'thread_found',
    'thread_letter',
    'threads_done',
  ].map((stem) => out.fresh(stem)) as [string, string, string, string, string];
  if (open.tasks === undefined) return out.jump(none);
  readWhole(out, procHandle('loadavg', 'tasks'), 'load_tasks', TASKS, none);
  for (const name of ['load_threads', 'load_running']) out.store(out.slot(name), int(0));
  out.store(out.slot('load_at'), address('load_tasks'));
  out.label(next);
  out.store(out.slot('figure_reading'), value('load_at'));
  toDigit(out, done);
  readNumber(out);
  out.compute(out.slot('load_at'), value('figure_reading'), '+', int(1));
  pathOfThread(out);
  out.call('openat', [AT_FDCWD, address('thread_path'), out.open('O_RDONLY', 'O_CLOEXEC')], {
    result: 'thread_file',
    onError: false,
  });
  out.branch(signed('thread_file'), '<', int(0), next);
  out.variable('thread_stat', STAT + 8);
  out.call('read', [value('thread_file'), address('thread_stat'), int(STAT)], {
    result: 'thread_length',
    onError: false,
  });
  out.call('close', [value('thread_file')], { onError: false });
  out.branch(signed('thread_length'), '<=', int(0), next);
  out.compute(slot('load_threads'), value('load_threads'), '+', int(1));
  // The last bracket: a name may have some.
  out.compute(out.slot('thread_at'), value('thread_length'), '+', address('thread_stat'));
  out.label(letter);
  out.branch(value('thread_at'), '<=', address('thread_stat'), gone);
  out.compute(slot('thread_at'), value('thread_at'), '-', int(1));
  out.peek(out.slot('thread_byte'), value('thread_at'), 1);
  out.branch(value('thread_byte'), '!=', int(CLOSES), letter);
  out.compute(slot('thread_at'), value('thread_at'), '+', int(2));
  out.peek(slot('thread_byte'), value('thread_at'), 1);
  for (const state of [RUNS, WAITS]) out.branch(value('thread_byte'), '==', int(state), found);
  out.label(gone);
  out.jump(next);
  out.label(found);
  out.compute(slot('load_running'), value('load_running'), '+', int(1));
  out.jump(next);
  out.label(done);
}

/** `/proc/1234/stat`, of the thread whose number was read. */
function pathOfThread(out: Assembly): void {
  out.variable('thread_path', 64);
  out.startsAtZero('writing'); // between two answers nothing is written
  out.store(out.slot('thread_writing'), value('writing'));
  out.store(slot('writing'), address('thread_path'));
  put(out, '/proc/');
  putNumber(out, value('figure_number'));
  put(out, '/stat\0');
  out.store(slot('writing'), value('thread_writing'));
}

/** The averages, the threads that run and all of them, and the last number that the machine has given. @see proc_loadavg(5) */
export function readLoadavg(out: Assembly, open: StepOf<'proc.open'>, none: string): void {
  const last = out.fresh('last_number');
  countThreads(out, open, none);
  readWhole(out, procHandle('loadavg', 'host'), 'host_load', 128, none);
  for (const [name] of averages) {
    // Half of a hundredth more, as the kernel has it.
    out.compute(out.slot('load_shown'), value(name), '+', int(Math.floor(2 ** FIXED / 200)));
    out.compute(out.slot('load_part'), value('load_shown'), '>>', int(FIXED));
    putNumber(out, value('load_part'));
    put(out, '.');
    out.compute(slot('load_shown'), value('load_shown'), '&', int(2 ** FIXED - 1));
    out.store(out.slot('load_sum'), int(0));
    for (const bit of [6, 5, 2]) {
      out.compute(slot('load_part'), value('load_shown'), '<<', int(bit)); // 100 = 64 + 32 + 4
      out.compute(slot('load_sum'), value('load_sum'), '+', value('load_part'));
    }
    out.compute(slot('load_sum'), value('load_sum'), '>>', int(FIXED));
    out.variable('load_digits', 2);
    out.decimal(value('load_sum'), 'load_digits', 0, 2, '0');
    copyBytes(out, address('load_digits'), int(2));
    put(out, ' ');
  }
  putNumber(out, value('load_running'));
  put(out, '/');
  putNumber(out, value('load_threads'));
  // Behind the slash of the host's file stand its threads, and the number.
  out.store(out.slot('load_at'), value('read_at'));
  out.label(last);
  out.compute(slot('load_at'), value('load_at'), '-', int(1));
  out.peek(out.slot('thread_byte'), value('load_at'), 1);
  out.branch(value('thread_byte'), '!=', int(' '.charCodeAt(0)), last);
  out.compute(slot('load_shown'), value('read_at'), '-', value('load_at'));
  copyBytes(out, value('load_at'), value('load_shown'));
}
