import { procHandle } from '../plan/ops/proc.ts';
import type { StepOf } from '../plan/plan.ts';
import { address, field, int, load, slot, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed } from './assembly.ts';
import { copyLine, eachLine, less, numberAt, onName, readNumber } from './figures.ts';
import {
  copyBytes,
  dropDigits,
  joinSeconds,
  put,
  putNumber,
  putSeconds,
  readWhole,
  skipLine,
  toDigit,
} from './text.ts';

type Open = StepOf<'proc.open'>;

/** As many as the kernel knows on these machines at most. @see NR_CPUS */
const PROCESSORS = 8192;
const MASK = PROCESSORS / 8;

/**
 * Which processors init may use: `cpu_mask`, as sched_setaffinity(2) and cpusets have it, and how many of them its quota is
 * worth: `cpu_most`, all of them without one. None is shown yet. Goes to `none` if init is gone.
 */
function findProcessors(out: Assembly, { file, version, quota, period }: Open, none: string): void {
  out.variable('cpu_mask', MASK);
  const mask = address('cpu_mask');
  out.call('sched_getaffinity', [value('init_pid'), int(MASK), mask], {
    result: 'cpu_known',
    onError: false,
  });
  out.branch(signed('cpu_known'), '<=', int(0), none);
  // The size of the mask, in bytes.
  out.compute(slot('cpu_known'), value('cpu_known'), '<<', int(3));
  out.store(out.slot('cpu_most'), int(PROCESSORS));
  out.store(out.slot('cpu_shown'), int(0));
  if (quota === undefined) return;
  const [known, next] = [out.fresh('quota_known'), out.fresh('one_processor')];
  readWhole(out, procHandle(file, 'quota'), 'cpu_quota_text', 128, known);
  numberAt(out, address('cpu_quota_text'), 'cpu_quota');
  if (version === 2) {
    // `50000 100000`, or `max 100000`.
    out.branch(value('cpu_quota'), '>=', int(0x7fffffff), known);
    toDigit(out, known);
    readNumber(out);
    out.store(out.slot('cpu_period'), value('figure_number'));
  } else if (period !== undefined) {
    readWhole(out, procHandle(file, 'period'), 'cpu_quota_text', 128, known);
    numberAt(out, address('cpu_quota_text'), 'cpu_period');
  }
  for (const each of ['cpu_quota', 'cpu_period']) out.branch(signed(each), '<=', int(0), known);
  out.store(slot('cpu_most'), int(0));
  out.label(next);
  out.compute(slot('cpu_most'), value('cpu_most'), '+', int(1));
  out.compute(slot('cpu_quota'), value('cpu_quota'), '-', value('cpu_period'));
  out.branch(value('cpu_most'), '>=', int(PROCESSORS), known);
  out.branch(signed('cpu_quota'), '>', int(0), next);
  out.label(known);
}

/** Goes to `hidden` if the container does not have the processor of this number. */
function unlessShown(out: Assembly, processor: string, hidden: string): void {
  out.branch(value('cpu_shown'), '>=', value('cpu_most'), hidden);
  out.branch(value(processor), '>=', value('cpu_known'), hidden);
  out.compute(out.slot('cpu_place'), value(processor), '>>', int(3));
  out.compute(slot('cpu_place'), value('cpu_place'), '+', address('cpu_mask'));
  out.peek(out.slot('cpu_bits'), value('cpu_place'), 1);
  out.compute(out.slot('cpu_bit'), value(processor), '&', int(7));
  out.compute(slot('cpu_bits'), value('cpu_bits'), '>>', value('cpu_bit'));
  out.compute(slot('cpu_bits'), value('cpu_bits'), '&', int(1));
  out.branch(value('cpu_bits'), '==', int(0), hidden);
}

const shownOne = (out: Assembly): void =>
  out.compute(slot('cpu_shown'), value('cpu_shown'), '+', int(1));

/** The processor that the line is about: `name` stands before its number. Goes to `other` if that is no such line. */
function processorOf(out: Assembly, name: string, other: string): void {
  const eight = Buffer.alloc(8);
  eight.write(name);
  const length = Math.min(8, name.length);
  out.peek(out.slot('line_begins'), value('figure_reading'), 8);
  if (length < 8) {
    const bits = (1n << BigInt(8 * length)) - 1n;
    out.compute(slot('line_begins'), value('line_begins'), '&', int(bits));
  }
  out.branch(value('line_begins'), '!=', int(eight.readBigInt64LE(), JSON.stringify(name)), other);
  toDigit(out, other);
  readNumber(out);
  out.store(out.slot('cpu_number'), value('figure_number'));
}

/** Of the host's files: as much as thousands of processors have. */
export const HOST_SIZES = { cpuinfo: 1 << 22, stat: 1 << 18 } as const;
const NEWLINE = 10;

const readHost = (out: Assembly, file: 'cpuinfo' | 'stat', none: string): void =>
  readWhole(out, procHandle(file, 'host'), `host_${file}`, HOST_SIZES[file], none);

/** The host's, but for the processors that the container does not have; the others are numbered from 0. */
export function readCpuinfo(out: Assembly, open: Open, none: string): void {
  const [next, hidden, line, end, done] = [
    'cpuinfo_next',
    'cpuinfo_hidden',
    'cpuinfo_line',
    'cpuinfo_end',
    'cpuinfo_done',
  ];
  findProcessors(out, open, none);
  readHost(out, 'cpuinfo', none);
  out.store(out.slot('figure_reading'), address('host_cpuinfo'));
  out.label(next);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(value('figure_byte'), '==', int(0), done);
  out.store(out.slot('block_shown'), int(1));
  processorOf(out, 'processor', line);
  unlessShown(out, 'cpu_number', hidden);
  put(out, 'processor\t: ');
  putNumber(out, value('cpu_shown'));
  put(out, '\n');
  shownOne(out);
  skipLine(out);
  out.jump(line);
  out.label(hidden);
  out.store(slot('block_shown'), int(0));
  skipLine(out);
  // The lines of a block, and the empty one behind it.
  out.label(line);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(value('figure_byte'), '==', int(0), done);
  out.store(out.slot('line_first'), value('figure_byte'));
  out.branch(value('block_shown'), '==', int(0), end);
  out.store(out.slot('line_at'), value('figure_reading'));
  copyLine(out, 'line_at', 'writing');
  out.label(end);
  skipLine(out);
  out.branch(value('line_first'), '==', int(NEWLINE), next);
  out.jump(line);
  out.label(done);
}

/** Of a line of a processor in /proc/stat. @see proc_stat(5) */
const columns = [
  'user',
  'nice',
  'system',
  'idle',
  'iowait',
  'irq',
  'softirq',
  'steal',
  'guest',
  'guest_nice',
];
const COLUMNS = columns.length;
const column = (of: 'now' | 'sum', name: string) =>
  field(`stat_${of}`, 8 * columns.indexOf(name), 8);

const LINES = 2 * HOST_SIZES.stat;

/**
 * The lines of the processors that the container has, numbered from 0, with what it has used of them where a group counts that
 * for each (v1), and their sums. What is behind these lines is the host's.
 */
export function readStat(out: Assembly, open: Open, none: string): void {
  const [next, hidden, rest] = ['stat_next', 'stat_hidden', 'stat_rest'];
  for (const each of ['stat_now', 'stat_sum']) out.variable(each, 8 * COLUMNS);
  findProcessors(out, open, none);
  const each = open.usageEach !== undefined;
  if (each) {
    const unread = out.fresh('usage_unread');
    out.variable('usage_each', USAGES + 1);
    out.poke(address('usage_each'), int(0), 1);
    readWhole(out, procHandle('stat', 'usageEach'), 'usage_each', USAGES, unread);
    out.label(unread);
    out.store(out.slot('usage_at'), address('usage_each'));
  }
  // The last of what is read: where it ends is used below.
  readHost(out, 'stat', none);
  for (const name of columns) out.store(column('sum', name), int(0));
  // The sums stand before what they are the sums of.
  out.variable('stat_lines', LINES);
  out.store(out.slot('stat_writing'), value('writing'));
  out.store(slot('writing'), address('stat_lines'));
  out.store(out.slot('figure_reading'), address('host_stat'));
  skipLine(out);
  out.label(next);
  out.store(out.slot('line_at'), value('figure_reading'));
  processorOf(out, 'cpu', rest);
  unlessShown(out, 'cpu_number', hidden);
  eachColumn(out, (at) => {
    const last = out.fresh('last_column');
    out.store(out.slot('figure_number'), int(0));
    toDigit(out, last);
    readNumber(out);
    out.label(last);
    out.poke(at('now'), value('figure_number'), 8);
  });
  out.store(out.slot('line_at'), value('figure_reading'));
  if (each) ownUsage(out);
  put(out, 'cpu');
  putNumber(out, value('cpu_shown'));
  shownOne(out);
  writeColumns(out, 'now');
  out.store(slot('figure_reading'), value('line_at'));
  out.label(hidden);
  skipLine(out);
  out.jump(next);
  out.label(rest);
  out.store(out.slot('stat_length'), value('writing'));
  out.compute(slot('stat_length'), value('stat_length'), '-', address('stat_lines'));
  out.store(slot('writing'), value('stat_writing'));
  put(out, 'cpu ');
  writeColumns(out, 'sum');
  copyBytes(out, address('stat_lines'), value('stat_length'));
  out.compute(out.slot('stat_length'), value('read_at'), '-', value('line_at'));
  copyBytes(out, value('line_at'), value('stat_length'));
}

type Place = (of: 'now' | 'sum') => Operand;

/** Does something for each column; its addresses are in `column_now` and `column_sum`. */
function eachColumn(out: Assembly, then: (at: Place) => void): void {
  const [next, done] = [out.fresh('column'), out.fresh('columns_done')];
  for (const of of ['now', 'sum']) out.store(out.slot(`column_${of}`), address(`stat_${of}`));
  out.label(next);
  const behind = address('stat_now', undefined, 8 * COLUMNS);
  out.branch(value('column_now'), '==', behind, done);
  then((of) => value(`column_${of}`));
  for (const of of ['now', 'sum'])
    out.compute(slot(`column_${of}`), value(`column_${of}`), '+', int(8));
  out.jump(next);
  out.label(done);
}

/** A blank and a number for each; what is of one processor is added to the sums. */
function writeColumns(out: Assembly, of: 'now' | 'sum'): void {
  eachColumn(out, (at) => {
    put(out, ' ');
    out.peek(out.slot('column_value'), at(of), 8);
    if (of === 'now') {
      out.peek(out.slot('column_all'), at('sum'), 8);
      out.compute(slot('column_all'), value('column_all'), '+', value('column_value'));
      out.poke(at('sum'), value('column_all'), 8);
    }
    putNumber(out, value('column_value'));
  });
  put(out, '\n');
}

const USAGES = 1 << 17;
/** Of billionths of a second in ticks, of which a second has 100. */
const DIGITS_OF_TICK = 7;

/**
 * Puts what the group has used of this processor in the place of what all have: `cpu user system` in billionths of a second, a
 * line each, in their order. What others have used is idle here. @see kernel/sched/cpuacct.c, cpuacct_all_seq_show
 */
function ownUsage(out: Assembly): void {
  const [next, none] = [out.fresh('usage_next'), out.fresh('usage_none')];
  out.store(slot('figure_reading'), value('usage_at'));
  out.label(next);
  skipLine(out);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(value('figure_byte'), '==', int(0), none);
  readNumber(out);
  out.branch(value('figure_number'), '!=', value('cpu_number'), next);
  for (const name of ['user', 'system']) {
    toDigit(out, none);
    readNumber(out);
    out.store(out.slot(`usage_${name}`), value('figure_number'));
  }
  out.store(slot('usage_at'), value('figure_reading'));
  out.store(out.slot('busy'), int(0));
  for (const name of columns.filter((each) => !/^(idle|iowait|guest|guest_nice)$/.test(each)))
    out.compute(slot('busy'), value('busy'), '+', load(column('now', name)));
  for (const name of ['user', 'system']) {
    dropDigits(out, `usage_${name}`, value(`usage_${name}`), DIGITS_OF_TICK);
    less(out, slot('busy'), value('busy'), value(`usage_${name}`));
  }
  const idle = column('now', 'idle');
  out.compute(idle, load(idle), '+', load(column('now', 'iowait')));
  out.compute(idle, load(idle), '+', value('busy'));
  for (const name of columns.filter((each) => each !== 'idle'))
    out.store(column('now', name), int(0));
  for (const name of ['user', 'system']) out.store(column('now', name), value(`usage_${name}`));
  out.label(none);
}

const CLOCK_BOOTTIME = int(7, 'CLOCK_BOOTTIME');

/** When init began: `started_at`, in billionths of a second since the machine did. */
export function rememberStart(out: Assembly): void {
  out.variable('clock_now', 16);
  out.call('clock_gettime', [CLOCK_BOOTTIME, address('clock_now')], { onError: false });
  out.handOn('started_at');
  joinSeconds(out, 'started_at', load(field('clock_now', 0, 8)), load(field('clock_now', 8, 8)));
}

/** How long init runs, and how long the processors of the container have had nothing to do for it. @see proc_uptime(5) */
export function readUptime(out: Assembly, open: Open, none: string): void {
  const [next, hidden, done, unknown] = [
    'uptime_next',
    'uptime_hidden',
    'uptime_done',
    'usage_unknown',
  ];
  out.variable('clock_now', 16);
  out.call('clock_gettime', [CLOCK_BOOTTIME, address('clock_now')], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '<', int(0), none);
  joinSeconds(out, 'age', load(field('clock_now', 0, 8)), load(field('clock_now', 8, 8)));
  less(out, slot('age'), value('age'), value('started_at'));
  putSeconds(out, value('age'));
  put(out, ' ');
  findProcessors(out, open, none);
  out.store(out.slot('idle_time'), int(0));
  out.store(out.slot('cpu_number'), int(0));
  out.label(next);
  out.branch(value('cpu_number'), '==', value('cpu_known'), done);
  unlessShown(out, 'cpu_number', hidden);
  shownOne(out);
  out.compute(slot('idle_time'), value('idle_time'), '+', value('age'));
  out.label(hidden);
  out.compute(slot('cpu_number'), value('cpu_number'), '+', int(1));
  out.jump(next);
  out.label(done);
  if (open.usage !== undefined) {
    readWhole(out, procHandle('uptime', 'usage'), 'usage_text', 1024, unknown);
    out.store(out.slot('used_time'), int(0));
    if (open.version === 1) numberAt(out, address('usage_text'), 'used_time');
    else
      eachLine(out, address('usage_text'), (line) =>
        onName(out, line, 'usage_usec', () => thousandfold(out, 'used_time', line.number)),
      );
    less(out, slot('idle_time'), value('idle_time'), value('used_time'));
    out.label(unknown);
  }
  putSeconds(out, value('idle_time'));
  put(out, '\n');
}

/** 1000 = 1024 - 16 - 8 */
function thousandfold(out: Assembly, result: string, of: Operand): void {
  const to = out.slot(result);
  out.store(out.slot('thousandth'), of);
  out.compute(to, value('thousandth'), '<<', int(10));
  for (const shift of [4, 3]) {
    out.compute(out.slot('times'), value('thousandth'), '<<', int(shift));
    out.compute(to, load(to), '-', value('times'));
  }
}
