import { errnoNumber } from '../linux/errno.ts';
import { MEMINFO, memoryFiles, memoryLines, RECLAIMABLE } from '../linux/memory-figures.ts';
import { type MeminfoOps, meminfoFiles } from '../plan/ops/meminfo.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { firstOf } from '../plan/steps-of.ts';
import { AT_FDCWD, address, field, int, load, slot, string, value } from '../program/operands.ts';
import type { Operand, Place } from '../program/program.ts';
import { type Assembly, signed, words } from './assembly.ts';
import { newMount } from './capture.ts';
import { numberText } from './digits.ts';
import {
  atMost,
  copyLine,
  eachLine,
  type Line,
  less,
  nameHash,
  numberAt,
  onName,
  writeFigure,
} from './figures.ts';
import type { Lowerings } from './lowering.ts';
import { POLLIN, polled, unlessAny, unlessReady, watched } from './poll.ts';

export const meminfoLowerings: Lowerings<MeminfoOps> = {
  'meminfo.open': lowerOpen,
  'meminfo.create': lowerCreate,
  'meminfo.serve': (out) => out.store(polled(watched.meminfo, 'fd'), value('fuse')),
};

/** As the kernel returns it, and takes it of FUSE. */
const errno = (name: string): Operand => int(-(errnoNumber(name) ?? 0), `-${name}`);

function lowerOpen(out: Assembly, { group, version, swap }: StepOf<'meminfo.open'>): void {
  const nonblocking = out.open('O_RDWR', 'O_NONBLOCK', 'O_CLOEXEC');
  out.variable('fuse', 8, NOT_OPEN);
  out.guarded('fuse');
  out.call('openat', [AT_FDCWD, string('/dev/fuse'), nonblocking], { result: 'fuse' });
  const { limit, usage, stat, swapLimit, swapUsage } = memoryFiles[version];
  const ofGroup = [limit, usage, stat, ...(swap ? [swapLimit, swapUsage] : [])];
  const paths = [MEMINFO, ...ofGroup.map((name) => `${group}/${name}`)];
  const names = meminfoFiles(swap);
  paths.forEach((path, index) => {
    const flags = out.open('O_RDONLY', 'O_CLOEXEC');
    out.call('openat', [AT_FDCWD, string(path), flags], { result: names[index] ?? '' });
  });
}

/** The guard may ask before it is opened. */
const NOT_OPEN = words([8, -1n]);

/** A file system whose root is a regular file, so that it can be attached to one. */
function lowerCreate(out: Assembly): void {
  const options = {
    source: 'lxplain',
    fd: numberText(out, 'fuse_number', value('fuse')),
    rootmode: '100444',
    user_id: '0',
    group_id: '0',
    // Asks for the attributes whenever it is opened: until then the kernel takes it for empty.
    default_permissions: null,
    allow_other: null,
  };
  newMount(out, 'meminfo', 'fuse', options, ['nosuid', 'nodev']);
}

/**
 * Before init is waited for by who does not answer: whoever closes the file last, also by being killed, waits until that is
 * answered, or the connection is closed. @see fs/fuse/dev.c, request_wait_answer, FR_FORCE
 */
export function abandonMeminfo(out: Assembly, plan: Plan): void {
  if (firstOf(plan.steps, 'meminfo.open') === undefined) return;
  const closed = out.fresh('fuse_closed');
  out.branch(signed('fuse'), '<', int(0), closed);
  out.call('close', [value('fuse')], { onError: false });
  out.label(closed);
}

export function closeMeminfo(out: Assembly, plan: Plan): void {
  const open = firstOf(plan.steps, 'meminfo.open');
  if (open === undefined) return;
  const closed = out.fresh('fuse_closed');
  out.branch(signed('fuse'), '<', int(0), closed);
  out.call('close', [value('fuse')]);
  out.store(slot('fuse'), int(-1));
  out.label(closed);
  for (const name of meminfoFiles(open.swap)) out.call('close', [value(name)]);
}

/** Of each request: its number, what is asked, and what that takes. */
const OPCODE = field('fuse_memory', 4, 4);
const UNIQUE = field('fuse_memory', 8, 8);
const OPEN_FLAGS = field('fuse_memory', 40, 4);
const READ_OFFSET = field('fuse_memory', 48, 8);
const READ_SIZE = field('fuse_memory', 56, 4);

/** @see include/uapi/linux/fuse.h, enum fuse_opcode */
const asks = {
  FUSE_FORGET: 2,
  FUSE_GETATTR: 3,
  FUSE_OPEN: 14,
  FUSE_READ: 15,
  FUSE_STATFS: 17,
  FUSE_RELEASE: 18,
  FUSE_INIT: 26,
  FUSE_INTERRUPT: 36,
  FUSE_BATCH_FORGET: 42,
} as const;

/** The kernel gives no request to a smaller buffer: FUSE_MIN_READ_BUFFER. */
const SMALLEST = 8192;
/** In it, once the request is known: what is read, and behind that what is answered. */
const [TEXT, TEXT_SIZE] = [0, 4095];
const [ANSWER, SLACK] = [4096, 512];
/** More than it has. */
const SIZE = 4096;

/**
 * In the loop of `console.relay`: answers one request, so that a flood of them keeps nobody else waiting. Between the
 * request and its answer nothing waits for anybody: who has asked cannot be killed meanwhile.
 * @see Documentation/filesystems/fuse.rst
 */
export function serveMeminfo(out: Assembly, plan: Plan): void {
  const [serve, open] = [firstOf(plan.steps, 'meminfo.serve'), firstOf(plan.steps, 'meminfo.open')];
  if (serve === undefined || open === undefined) return;
  const step = out.step;
  out.step = serve.id;
  out.variable('fuse_memory', SMALLEST + SLACK);
  out.define({
    kind: 'variable',
    name: 'fuse_vector',
    size: 32,
    initial: words([8, 0], [8, 16], [8, 0], [8, 0]),
    pointers: [{ offset: 0, target: address('fuse_answer') }],
  });
  out.variable('fuse_answer', 16);
  unlessAny(out, watched.meminfo, 'no_request');
  unlessReady(out, watched.meminfo, POLLIN, 'connection_ended');
  out.call('read', [value('fuse'), address('fuse_memory'), int(SMALLEST)], {
    result: 'answer',
    onError: false,
  });
  // Whoever asked may have been killed meanwhile.
  for (const name of ['EAGAIN', 'EINTR', 'ENOENT'])
    out.branch(signed('answer'), '==', errno(name), 'no_request');
  out.branch(signed('answer'), '<', int(0), 'connection_ended');
  const asked = (name: keyof typeof asks, then: string) =>
    out.branch(load(OPCODE), '==', int(asks[name], name), then);
  for (const name of ['FUSE_FORGET', 'FUSE_BATCH_FORGET', 'FUSE_INTERRUPT'] as const)
    asked(name, 'no_request');
  out.store(field('fuse_answer', 4, 4), int(0));
  out.store(field('fuse_answer', 8, 8), load(UNIQUE));
  out.store(field('fuse_vector', 24, 8), int(0));
  asked('FUSE_READ', 'read_figures');
  for (const [name, label, body] of bodies(out, serve)) {
    const other = out.fresh('other_request');
    out.branch(load(OPCODE), '!=', int(asks[name], name), other);
    if (name === 'FUSE_OPEN') refuseWriters(out);
    out.store(field('fuse_vector', 16, 8), body);
    out.store(field('fuse_vector', 24, 8), int(label));
    out.jump('answer_request');
    out.label(other);
  }
  asked('FUSE_RELEASE', 'answer_request');
  out.store(field('fuse_answer', 4, 4), errno('ENOSYS'));
  out.jump('answer_request');
  readFigures(out, open);
  out.label('answer_request');
  out.compute(field('fuse_answer', 0, 4), load(field('fuse_vector', 24, 8)), '+', int(16));
  out.call('writev', [value('fuse'), address('fuse_vector'), int(2)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '>=', int(0), 'no_request');
  out.branch(signed('answer'), '==', errno('ENOENT'), 'no_request');
  // Somebody has unmounted it; or whoever has asked would wait for ever.
  out.label('connection_ended');
  out.store(polled(watched.meminfo, 'fd'), int(-1));
  out.call('close', [value('fuse')], { onError: false });
  out.store(slot('fuse'), int(-1));
  out.label('no_request');
  out.step = step;
}

/** What is answered always the same, and how long it is. @see include/uapi/linux/fuse.h */
function bodies(
  out: Assembly,
  { uid, gid }: StepOf<'meminfo.serve'>,
): readonly (readonly [keyof typeof asks, number, Operand])[] {
  const constant = (name: string, bytes: Uint8Array, text: string) =>
    [bytes.length, out.constant(name, bytes, text)] as const;
  const zeros = (count: number) => Array.from({ length: count }, () => [8, 0] as const);
  const regular = 0o100444;
  /** `struct fuse_init_out` of version 7.31: only the size of what is written has to be said, though nothing is. */
  const init = words(
    [4, 7],
    [4, 31],
    [4, 0],
    [4, 0],
    [4, 0],
    [4, 4096],
    [4, 1],
    [4, 0],
    ...zeros(4),
  );
  /**
   * `struct fuse_attr_out`, asked anew each time. Of a file without a size sendfile(2) would give nothing; one that is too
   * large is corrected by the kernel when a read comes to the end.
   */
  const attributes = words(
    [8, 0],
    [8, 0],
    [8, 1],
    [8, SIZE],
    ...zeros(4),
    [8, 0],
    [4, 0],
    [4, regular],
    [4, 1],
    [4, uid],
    [4, gid],
    [4, 0],
    [4, 4096],
    [4, 0],
  );
  /** `struct fuse_open_out` with FOPEN_DIRECT_IO: each read comes here, whatever size the file has. */
  const opened = words([8, 0], [4, 1], [4, 0]);
  /** `struct fuse_statfs_out`: no blocks, as procfs has none. */
  const statfs = words(...zeros(5), [4, 4096], [4, 255], [4, 4096], [4, 0], ...zeros(3));
  return [
    ['FUSE_GETATTR', ...constant('fuse_attributes', attributes, '{size=4096, mode=S_IFREG|0444}')],
    ['FUSE_OPEN', ...constant('fuse_opened', opened, '{open_flags=FOPEN_DIRECT_IO}')],
    ['FUSE_STATFS', ...constant('fuse_statfs', statfs, '{blocks=0}')],
    ['FUSE_INIT', ...constant('fuse_init', init, '{major=7, minor=31, max_write=4096}')],
  ];
}

const O_ACCMODE = 3;

function refuseWriters(out: Assembly): void {
  const reader = out.fresh('reader');
  out.compute(out.slot('answer'), load(OPEN_FLAGS), '&', int(O_ACCMODE, 'O_ACCMODE'));
  out.branch(value('answer'), '==', int(0, 'O_RDONLY'), reader);
  out.store(field('fuse_answer', 4, 4), errno('EACCES'));
  out.jump('answer_request');
  out.label(reader);
}

/**
 * The host's file, in which the lines that a group has figures of its own for have these. If the group cannot be read it
 * is the host's. A part of it that begins behind its end is empty.
 */
function readFigures(out: Assembly, open: StepOf<'meminfo.open'>): void {
  const start = address('fuse_memory', undefined, ANSWER);
  const behind = () => out.branch(value('read_from'), '>=', value('figures_end'), 'answer_request');
  out.label('read_figures');
  out.compute(out.slot('read_from'), load(READ_OFFSET), '+', start);
  out.store(out.slot('read_size'), load(READ_SIZE));
  out.branch(value('read_from'), '<', start, 'answer_request');
  // Who reads a file to its end asks once more behind that: the text of a moment ago knows where it is.
  out.startsAtZero('figures_end');
  out.branch(load(out.slot('figures_end')), '==', int(0), 'read_group');
  behind();
  out.label('read_group');
  out.store(out.slot('writing'), start);
  readGroup(out, open);
  pread(out, 'meminfo_host', 'no_figures');
  eachLine(out, address('fuse_memory'), (line) => {
    figures(out, open, line);
  });
  out.jump('figures_known');
  out.label('no_figures');
  const rest = [start, int(SMALLEST - ANSWER), int(0)];
  out.call('pread64', [value('meminfo_host'), ...rest], { result: 'answer', onError: false });
  out.branch(signed('answer'), '<', int(0), 'figures_known');
  out.compute(slot('writing'), value('writing'), '+', value('answer'));
  out.label('figures_known');
  out.store(slot('figures_end'), value('writing'));
  behind();
  out.compute(slot('writing'), value('writing'), '-', value('read_from'));
  atMost(out, slot('read_size'), value('writing'));
  out.store(field('fuse_vector', 16, 8), value('read_from'));
  out.store(field('fuse_vector', 24, 8), value('read_size'));
}

/** A file from its beginning, with a zero byte behind it. */
function pread(out: Assembly, descriptor: string, onError: string): void {
  const text = address('fuse_memory', undefined, TEXT);
  out.call('pread64', [value(descriptor), text, int(TEXT_SIZE), int(0)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '<', int(0), onError);
  out.compute(slot('answer'), value('answer'), '+', text);
  out.poke(value('answer'), int(0), 1);
}

/**
 * The figures in bytes, as the program has them in `figures`: what `memory.stat` says, by its names, then what is computed
 * of them. Nothing is ever stored in `none`.
 */
const computed = ['none', 'total', 'free', 'available', 'swap_total', 'swap_free'] as const;

const statNames = (version: 1 | 2): readonly string[] => [
  ...new Set(Object.values(memoryLines[version]).flat()),
];

const placeOf = (version: 1 | 2, name: string): number =>
  8 * [...statNames(version), ...computed].indexOf(name);

const figure = (version: 1 | 2, name: string) => field('figures', placeOf(version, name), 8);

/** The figures of the group. */
function readGroup(out: Assembly, { version, swap }: StepOf<'meminfo.open'>): void {
  const numbers = meminfoFiles(swap).filter((name) => !/_(?:host|stat)$/.test(name));
  for (const name of numbers) {
    pread(out, name, 'no_figures');
    numberAt(out, address('fuse_memory'), `${name}_bytes`);
  }
  pread(out, 'meminfo_stat', 'no_figures');
  const names = statNames(version);
  out.variable('figures', 8 * (names.length + computed.length));
  eachLine(out, address('fuse_memory'), (line) => {
    placeOfName(out, line, 'figure_names', names, line.next);
    out.compute(slot('place'), value('place'), '<<', int(3));
    out.compute(slot('place'), value('place'), '+', address('figures'));
    out.poke(value('place'), line.number, 8);
    out.jump(line.next);
  });
}

/** `place` = that of the line's name in a list; goes to `unknown` if it is not there. */
function placeOfName(
  out: Assembly,
  { name }: Line,
  list: string,
  names: readonly string[],
  unknown: string,
): void {
  const [again, found] = [out.fresh('each_name'), out.fresh('name_found')];
  const hashes = words(...names.map((each) => [8, nameHash(each)] as const));
  out.constant(list, hashes, `hashes of ${names.join(', ')}`);
  out.store(out.slot('place'), int(0));
  out.label(again);
  out.lookup(out.slot('listed'), list, value('place'));
  out.branch(value('listed'), '==', name, found);
  out.compute(slot('place'), value('place'), '+', int(1));
  out.branch(value('place'), '<', int(names.length), again);
  out.jump(unknown);
  out.label(found);
}

/** Each line that is shown otherwise, and the two figures that add up to it. */
function linesOf({
  version,
  swap,
}: StepOf<'meminfo.open'>): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>([
    ['MemTotal', ['total']],
    ['MemFree', ['free']],
    ['MemAvailable', ['available']],
    ...Object.entries(memoryLines[version]),
    ...(swap
      ? ([
          ['SwapTotal', ['swap_total']],
          ['SwapFree', ['swap_free']],
        ] as const)
      : []),
  ]);
}

/** Writes what becomes of a line of the host. MemTotal is the first one, and SwapTotal comes before SwapFree. */
function figures(out: Assembly, open: StepOf<'meminfo.open'>, line: Line): void {
  const { version, swap: hasSwap } = open;
  const lines = linesOf(open);
  const same = out.fresh('as_on_host');
  onName(out, line, 'MemTotal', () => memory(out, version, line.number));
  if (hasSwap) onName(out, line, 'SwapTotal', () => swap(out, version, line.number));
  placeOfName(out, line, 'line_names', [...lines.keys()], same);
  out.store(out.slot('shown'), int(0));
  for (const [index, table] of ['line_figures', 'line_more'].entries()) {
    const places = [...lines.values()].map((of) => placeOf(version, of[index] ?? 'none'));
    out.constant(table, words(...places.map((each) => [8, each] as const)), 'places of figures');
    out.lookup(out.slot('listed'), table, value('place'));
    out.compute(slot('listed'), value('listed'), '+', address('figures'));
    out.peek(slot('listed'), value('listed'), 8);
    out.compute(slot('shown'), value('shown'), '+', value('listed'));
  }
  out.compute(slot('shown'), value('shown'), '>>', int(10));
  out.store(out.slot('copying'), line.start);
  // The name takes 16 columns, whatever it is.
  for (let columns = 0; columns < 16; columns += 8) {
    out.peek(out.slot('copied'), value('copying'), 8);
    out.poke(value('writing'), value('copied'), 8);
    for (const each of ['copying', 'writing']) out.compute(slot(each), value(each), '+', int(8));
  }
  writeFigure(out, 'writing', value('shown'));
  out.jump(line.next);
  out.label(same);
  out.store(out.slot('copying'), line.start);
  copyLine(out, 'copying', 'writing');
  out.jump(line.next);
}

const bytes = (name: string): Operand => value(`meminfo_${name}_bytes`);

/** What is available is what is free or can be had back at once; and nothing is more than the host has. */
function memory(out: Assembly, version: 1 | 2, hostKiB: Operand): void {
  const of = (name: string) => figure(version, name);
  limitOf(out, of('total'), bytes('limit'), hostKiB);
  less(out, of('free'), load(of('total')), bytes('usage'));
  out.store(of('available'), load(of('free')));
  for (const name of RECLAIMABLE.flatMap((line) => memoryLines[version][line] ?? []))
    out.compute(of('available'), load(of('available')), '+', load(of(name)));
  atMost(out, of('available'), load(of('total')));
}

/** On v1 limit and use are those of memory and swap together. */
function swap(out: Assembly, version: 1 | 2, hostKiB: Operand): void {
  const of = (name: string) => figure(version, name);
  const used = out.slot('swap_used');
  const own = (result: Place, all: Operand, memory: Operand) =>
    version === 1 ? less(out, result, all, memory) : out.store(result, all);
  own(of('swap_total'), bytes('swap_limit'), bytes('limit'));
  limitOf(out, of('swap_total'), load(of('swap_total')), hostKiB);
  own(used, bytes('swap_usage'), bytes('usage'));
  less(out, of('swap_free'), load(of('swap_total')), load(used));
}

/** The limit, but no more than the host has. */
function limitOf(out: Assembly, result: Place, limit: Operand, hostKiB: Operand): void {
  out.compute(out.slot('host_bytes'), hostKiB, '<<', int(10));
  out.store(result, limit);
  atMost(out, result, value('host_bytes'));
}
