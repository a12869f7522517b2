import { MEMINFO, memoryFiles, memoryLines, RECLAIMABLE } from '../linux/memory-figures.ts';
import { type MeminfoOps, meminfoFiles } from '../plan/ops/meminfo.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { firstOf } from '../plan/steps-of.ts';
import { AT_FDCWD, address, field, int, load, slot, string, value } from '../program/operands.ts';
import type { Operand, Place } from '../program/program.ts';
import { type Assembly, signed, words } from './assembly.ts';
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
import {
  type Connection,
  closeConnection,
  createFile,
  openConnection,
  READ_OFFSET,
  READ_SIZE,
  SMALLEST,
} from './fuse.ts';
import type { Lowerings } from './lowering.ts';
import { polled, watched } from './poll.ts';

export const meminfoLowerings: Lowerings<MeminfoOps> = {
  'meminfo.open': lowerOpen,
  'meminfo.create': (out) => createFile(out, 'meminfo', CONNECTION),
  'meminfo.serve': (out) => out.store(polled(watched.meminfo, 'fd'), value(CONNECTION)),
};

const CONNECTION = 'fuse';

function lowerOpen(out: Assembly, { group, version, swap }: StepOf<'meminfo.open'>): void {
  openConnection(out, CONNECTION);
  const { limit, usage, stat, swapLimit, swapUsage } = memoryFiles[version];
  const ofGroup = [limit, usage, stat, ...(swap ? [swapLimit, swapUsage] : [])];
  const paths = [MEMINFO, ...ofGroup.map((name) => `${group}/${name}`)];
  const names = meminfoFiles(swap);
  paths.forEach((path, index) => {
    const flags = out.open('O_RDONLY', 'O_CLOEXEC');
    out.call('openat', [AT_FDCWD, string(path), flags], { result: names[index] ?? '' });
  });
}

/** Its connection, if there is one. */
export const meminfoConnection = (plan: Plan): Connection | undefined =>
  firstOf(plan.steps, 'meminfo.open') === undefined
    ? undefined
    : { handle: CONNECTION, watched: watched.meminfo, reads: 'read_figures' };

export function closeMeminfo(out: Assembly, plan: Plan): void {
  const open = firstOf(plan.steps, 'meminfo.open');
  if (open === undefined) return;
  closeConnection(out, CONNECTION);
  for (const name of meminfoFiles(open.swap)) out.call('close', [value(name)]);
}

/** In `fuse_memory`, once the request is known: what is read, and behind that what is answered. */
const [TEXT, TEXT_SIZE] = [0, 4095];
const ANSWER = 4096;
/** More than it has. */
export const MEMINFO_SIZE = 4096;

/** What is answered for /proc/meminfo. */
export function answerMeminfo(out: Assembly, plan: Plan): void {
  const open = firstOf(plan.steps, 'meminfo.open');
  if (open !== undefined) readFigures(out, open);
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
