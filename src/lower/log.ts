import { directoryOf } from '../linux/paths.ts';
import type { LogOps } from '../plan/ops/log.ts';
import { olderLog } from '../plan/ops/log.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { firstOf, stepsOf } from '../plan/steps-of.ts';
import { AT_FDCWD, address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, quads, signed } from './assembly.ts';
import { eachLine, onName } from './figures.ts';
import type { Lowerings } from './lowering.ts';
import type { Mode } from './mode.ts';

/**
 * What is kept while nobody watches. A log is opened at its first word, so that a start does not wait for a disk, and whatever
 * goes wrong with it is ignored: it is not what the container is for.
 */
export const logLowerings: Lowerings<LogOps> = {
  'log.life': (out, step, { mode }) => {
    if (mode.kind === 'detached') tellStart(out, step);
  },
  // The relay has its code: only what is read there can be kept.
  'log.console': () => {},
};

const lifeOf = (plan: Plan, mode: Mode): StepOf<'log.life'> | undefined =>
  mode.kind === 'foreground' ? undefined : firstOf(plan.steps, 'log.life');

const SECONDS = 10;
const NANOSECONDS = 9;
/** A time before it is written. */
const NO_TIME = `${'0'.repeat(SECONDS)}.${'0'.repeat(NANOSECONDS)}`;

/** Writes the time of day into a variable that has a dot between its two numbers. */
function writeTime(out: Assembly, variable: string, at: number): void {
  out.variable('log_time', 16);
  out.call('clock_gettime', [int(0, 'CLOCK_REALTIME'), address('log_time')], { onError: false });
  out.decimal(load(field('log_time', 0, 8)), variable, at, SECONDS, '0');
  out.decimal(load(field('log_time', 8, 8)), variable, at + SECONDS + 1, NANOSECONDS, '0');
}

const blank = ' '.repeat(SECONDS);

/**
 * A line of JSON, in which each number has the room that the largest one takes: blanks before a number are none of it.
 * `numbers`: what stands behind `"NAME":`, in this order.
 */
function writeLine(
  out: Assembly,
  step: StepOf<'log.life'>,
  event: string,
  numbers: Readonly<Record<string, Operand>>,
): void {
  const variable = `log_${event}`;
  const before = '{"time":';
  const head = `${before}${NO_TIME},"event":"${event}"`;
  const parts = Object.entries(numbers).map(([name, of]) => [`,"${name}":`, of] as const);
  const text = `${head}${parts.map(([part]) => `${part}${blank}`).join('')}}\n`;
  out.variable(variable, text.length, Buffer.from(text));
  writeTime(out, variable, before.length);
  let at = head.length;
  for (const [part, of] of parts) {
    at += part.length;
    out.decimal(of, variable, at, SECONDS, ' ');
    at += SECONDS;
  }
  const none = out.fresh('no_log');
  const { file, bytes } = step;
  const log = {
    path: string(file),
    older: string(olderLog(file)),
    bytes: int(bytes),
    directory: directoryOf(file),
  };
  openLog(out, log, none);
  out.call('write', [value('log_file'), address(variable), int(text.length)], { onError: false });
  out.call('close', [value('log_file')], { onError: false });
  out.label(none);
}

const tellStart = (out: Assembly, step: StepOf<'log.life'>): void =>
  writeLine(out, step, 'started', { init: value('init_pid') });

/** How this life has ended. `killed_for` is the signal by which its end was asked for, `asked` whether it was. */
export function logEnd(out: Assembly, plan: Plan, mode: Mode): void {
  const step = lifeOf(plan, mode);
  if (step === undefined) return;
  countKilled(out, step.memory);
  writeLine(out, step, 'ended', {
    status: load(field('status', 0, 4)),
    asked: value('asked'),
    told: value('killed_for'),
    memoryKills: value('memory_kills'),
  });
}

const KILLED = 'oom_kill';
const LONGEST_EVENTS = 512;

/** `memory_kills`: how many processes of the group were killed because it had no memory left. @see mm/memcontrol.c */
function countKilled(out: Assembly, file: string | undefined): void {
  out.store(out.slot('memory_kills'), int(0));
  if (file === undefined) return;
  const none = out.fresh('no_count');
  out.variable('memory_events', LONGEST_EVENTS + 1);
  out.call('openat', [AT_FDCWD, string(file), out.open('O_RDONLY', 'O_CLOEXEC')], {
    result: 'log_file',
    onError: false,
  });
  out.branch(signed('log_file'), '<', int(0), none);
  const text = address('memory_events');
  out.call('read', [value('log_file'), text, int(LONGEST_EVENTS)], {
    result: 'log_length',
    onError: false,
  });
  out.call('close', [value('log_file')], { onError: false });
  out.branch(signed('log_length'), '<=', int(0), none);
  out.compute(out.slot('log_length'), text, '+', value('log_length'));
  out.poke(value('log_length'), int(0), 1);
  eachLine(out, text, (line) =>
    onName(out, line, KILLED, () => out.store(out.slot('memory_kills'), line.number)),
  );
  out.label(none);
}

/** A log by its paths; `bytes` is the size at which it becomes the older one. */
interface Log {
  readonly path: Operand;
  readonly older: Operand;
  readonly bytes: Operand;
  /** In which it is, with all others of the plan. */
  readonly directory: string;
}

/**
 * Opens a log for appending: `log_file`, and its size: `log_size`. The directories are made if they are missing; a log that
 * has reached its size becomes the older one. Goes on at `none` if there is no way to write it.
 */
function openLog(out: Assembly, { path, older, bytes, directory }: Log, none: string): void {
  const [opened, fits] = [out.fresh('log_opened'), out.fresh('log_fits')];
  const open = () => {
    const flags = out.open('O_WRONLY', 'O_CREAT', 'O_APPEND', 'O_NOFOLLOW', 'O_CLOEXEC');
    out.call('openat', [AT_FDCWD, path, flags, int(0o600, '0600')], {
      result: 'log_file',
      onError: false,
    });
  };
  open();
  out.branch(signed('log_file'), '>=', int(0), opened);
  for (const each of [directoryOf(directory), directory]) {
    out.call('mkdirat', [AT_FDCWD, string(each), int(0o700, '0700')], { onError: false });
  }
  open();
  out.branch(signed('log_file'), '<', int(0), none);
  out.label(opened);
  out.call('lseek', [value('log_file'), int(0), int(2, 'SEEK_END')], {
    result: 'log_size',
    onError: false,
  });
  out.branch(signed('log_size'), '<', bytes, fits);
  out.call('close', [value('log_file')], { onError: false });
  out.call('renameat', [AT_FDCWD, path, AT_FDCWD, older], { result: 'answer', onError: false });
  out.branch(signed('answer'), '<', int(0), none);
  open();
  out.branch(signed('log_file'), '<', int(0), none);
  out.store(out.slot('log_size'), int(0));
  out.label(fits);
}

/** Of each console: the descriptor of its log and 1, or 0, and how much is in the log. */
const ENTRY = 16;
/** Where a piece begins in the log of a console: when it was said, and how long it is. @see `readConsoleLog` */
const HEAD = `\x1e${NO_TIME}`;

/** Where what is said on consoles without a reader goes. */
export interface ConsoleLogs {
  readonly directory: string;
  readonly consoles: number;
}

/** Undefined if nothing is kept. */
export function consoleLogs(out: Assembly, plan: Plan, consoles: number): ConsoleLogs | undefined {
  const steps = stepsOf(plan.steps, 'log.console');
  const [first] = steps;
  if (first === undefined) return undefined;
  const logs = Array.from({ length: consoles }, (_, number) =>
    steps.find((step) => step.console === number),
  );
  const table = (name: string, path: (file: string) => string) =>
    out.define({
      kind: 'pointers',
      name,
      targets: logs.map((log) => (log === undefined ? null : string(path(log.file)))),
    });
  table('log_paths', (file) => file);
  table('log_olders', olderLog);
  out.define({
    kind: 'constant',
    name: 'log_bounds',
    bytes: quads(logs.map((log) => log?.bytes ?? 0)),
  });
  out.variable('log_files', ENTRY * consoles);
  return { directory: directoryOf(first.file), consoles };
}

/** Keeps the first `length` bytes of a buffer, said on a console. */
export function keepOutput(
  out: Assembly,
  { directory }: ConsoleLogs,
  console: Operand,
  buffer: string,
  length: Operand,
): void {
  const [done, opened] = [out.fresh('log_done'), out.fresh('log_open')];
  const look = (to: string, table: string) => out.lookup(out.slot(to), table, console);
  look('log_path', 'log_paths');
  out.branch(value('log_path'), '==', NULL, done);
  entryOf(out, console);
  out.peek(out.slot('log_file'), value('log_entry'), 8);
  out.branch(value('log_file'), '!=', int(0), opened);
  look('log_older', 'log_olders');
  look('log_bound', 'log_bounds');
  const [path, older, bytes] = [value('log_path'), value('log_older'), value('log_bound')];
  openLog(out, { path, older, bytes, directory }, done);
  out.poke(value('log_entry_size'), value('log_size'), 8);
  out.compute(out.slot('log_file'), value('log_file'), '+', int(1));
  out.poke(value('log_entry'), value('log_file'), 8);
  out.label(opened);
  out.compute(out.slot('log_file'), value('log_file'), '-', int(1));
  writePiece(out, buffer, length);
  out.branch(signed('answer'), '<', int(0), done);
  out.peek(out.slot('log_size'), value('log_entry_size'), 8);
  out.compute(out.slot('log_size'), value('log_size'), '+', value('answer'));
  out.poke(value('log_entry_size'), value('log_size'), 8);
  look('log_bound', 'log_bounds');
  out.branch(value('log_size'), '<', value('log_bound'), done);
  closeLog(out);
  out.label(done);
}

/** `log_entry` and `log_entry_size`: the addresses of what is known of the log of a console. */
function entryOf(out: Assembly, console: Operand): void {
  out.compute(out.slot('log_entry'), console, '<<', int(4));
  out.compute(out.slot('log_entry'), value('log_entry'), '+', address('log_files'));
  out.compute(out.slot('log_entry_size'), value('log_entry'), '+', int(8));
}

/** The next one that is opened is new, as it has its size. */
function closeLog(out: Assembly): void {
  out.call('close', [value('log_file')], { onError: false });
  out.poke(value('log_entry'), int(0), 8);
}

const LENGTH = 4;

function writePiece(out: Assembly, buffer: string, length: Operand): void {
  const head = `${HEAD} ${'0'.repeat(LENGTH)}\n`;
  out.variable('log_head', head.length, Buffer.from(head));
  writeTime(out, 'log_head', 1);
  out.decimal(length, 'log_head', HEAD.length + 1, LENGTH, '0');
  out.variable('log_vector', 32);
  out.store(field('log_vector', 0, 8), address('log_head'));
  out.store(field('log_vector', 8, 8), int(head.length));
  out.store(field('log_vector', 16, 8), address(buffer));
  out.store(field('log_vector', 24, 8), length);
  out.call('writev', [value('log_file'), address('log_vector'), int(2)], {
    result: 'answer',
    onError: false,
  });
}

/** The next life has none of them open. */
export function closeLogs(out: Assembly, { consoles }: ConsoleLogs): void {
  const [next, closed, done] = [
    out.fresh('log_next'),
    out.fresh('log_closed'),
    out.fresh('logs_closed'),
  ];
  out.store(out.slot('log_console'), int(0));
  out.label(next);
  out.branch(value('log_console'), '==', int(consoles), done);
  entryOf(out, value('log_console'));
  out.peek(out.slot('log_file'), value('log_entry'), 8);
  out.branch(value('log_file'), '==', int(0), closed);
  out.compute(out.slot('log_file'), value('log_file'), '-', int(1));
  closeLog(out);
  out.label(closed);
  out.compute(out.slot('log_console'), value('log_console'), '+', int(1));
  out.jump(next);
  out.label(done);
}
