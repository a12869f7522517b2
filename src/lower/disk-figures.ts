import { procHandle } from '../plan/ops/proc.ts';
import type { StepOf } from '../plan/plan.ts';
import { address, int, load, slot, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import { copyLine, less, numberAt, readNumber } from './figures.ts';
import { put, putNumber, readWhole, skipLine, toDigit } from './text.ts';

type Open = StepOf<'proc.open'>;

/** A number from a file of a group, of which it is the only one, or `max`. */
function figureOf(
  out: Assembly,
  open: Open,
  source: 'memoryLimit' | 'memoryUsage' | 'swapLimit' | 'swapUsage',
  none: string,
): void {
  readWhole(out, procHandle(open.file, source), 'swap_figure_text', 64, none);
  numberAt(out, address('swap_figure_text'), `swap_${source}`);
}

/** As lxcfs shows it: one area, whose size is the limit, if that is less than all areas of the machine. @see proc_swaps(5) */
export function readSwaps(out: Assembly, open: Open, none: string): void {
  const [line, all, own, done] = ['swaps_line', 'swaps_all', 'swaps_own', 'swaps_done'];
  const { version, swapLimit } = open;
  readWhole(out, procHandle('swaps', 'host'), 'host_swaps', 1 << 12, none);
  if (swapLimit === undefined) return copySwaps(out);
  for (const source of ['swapLimit', 'swapUsage'] as const) figureOf(out, open, source, none);
  if (version === 1) {
    // Of memory and swap together.
    for (const source of ['memoryLimit', 'memoryUsage'] as const) figureOf(out, open, source, none);
    less(out, slot('swap_swapLimit'), value('swap_swapLimit'), value('swap_memoryLimit'));
    less(out, slot('swap_swapUsage'), value('swap_swapUsage'), value('swap_memoryUsage'));
  }
  for (const source of ['swapLimit', 'swapUsage'])
    out.compute(slot(`swap_${source}`), value(`swap_${source}`), '>>', int(10));
  // What the machine has, in KiB: the third word of each line but the first.
  out.store(out.slot('swap_all'), int(0));
  out.store(out.slot('figure_reading'), address('host_swaps'));
  out.label(line);
  skipLine(out);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(value('figure_byte'), '==', int(0), all);
  for (let word = 0; word < 2; word++) toNextWord(out);
  readNumber(out);
  out.compute(slot('swap_all'), value('swap_all'), '+', value('figure_number'));
  out.jump(line);
  out.label(all);
  out.branch(value('swap_swapLimit'), '<', value('swap_all'), own);
  copySwaps(out);
  out.jump(done);
  out.label(own);
  out.store(out.slot('line_at'), address('host_swaps'));
  copyLine(out, 'line_at', 'writing');
  out.branch(value('swap_swapLimit'), '==', int(0), done);
  put(out, `${'none'.padEnd(40)}virtual\t\t`);
  putNumber(out, value('swap_swapLimit'));
  put(out, '\t\t');
  putNumber(out, value('swap_swapUsage'));
  put(out, '\t\t0\n');
  out.label(done);
}

function copySwaps(out: Assembly): void {
  const [next, done] = [out.fresh('swaps_copy'), out.fresh('swaps_copied')];
  out.store(out.slot('line_at'), address('host_swaps'));
  out.label(next);
  out.peek(out.slot('figure_byte'), value('line_at'), 1);
  out.branch(value('figure_byte'), '==', int(0), done);
  copyLine(out, 'line_at', 'writing');
  out.jump(next);
  out.label(done);
}

const [TAB, NEWLINE, BLANK] = [9, 10, 32];

/** `figure_reading` moves behind the word that it is in, and the blanks behind that. */
function toNextWord(out: Assembly): void {
  const [word, blanks, done] = [out.fresh('word'), out.fresh('blanks'), out.fresh('next_word')];
  const byte = value('figure_byte');
  const take = () => out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  const forward = () => out.compute(slot('figure_reading'), value('figure_reading'), '+', int(1));
  out.label(word);
  take();
  for (const end of [0, NEWLINE]) out.branch(byte, '==', int(end), done);
  for (const blank of [TAB, BLANK]) out.branch(byte, '==', int(blank), blanks);
  forward();
  out.jump(word);
  out.label(blanks);
  forward();
  take();
  for (const blank of [TAB, BLANK]) out.branch(byte, '==', int(blank), blanks);
  out.label(done);
}

/** What is counted of a device, in the order in which it is shown. */
const counts = ['reads', 'read_bytes', 'writes', 'written_bytes'] as const;
const OWN = 1 << 16;

/**
 * The lines of the devices that the group has used: what it has read and written, and zeros for what nobody counts of a group.
 * @see Documentation/admin-guide/iostats.rst
 */
export function readDiskstats(out: Assembly, open: Open, none: string): void {
  const [next, done, unused] = ['disk_next', 'disks_done', 'disk_unused'];
  readWhole(out, procHandle('diskstats', 'host'), 'host_disks', OWN, none);
  const sources = open.version === 1 ? (['operations', 'bytes'] as const) : (['bytes'] as const);
  for (const source of sources) {
    if (open[source] === undefined) return out.jump(none);
    readWhole(out, procHandle('diskstats', source), `disk_${source}`, OWN, none);
  }
  out.store(out.slot('disk_line'), address('host_disks'));
  out.label(next);
  out.store(out.slot('figure_reading'), value('disk_line'));
  for (const name of ['disk_major', 'disk_minor']) {
    toDigit(out, done);
    readNumber(out);
    out.store(out.slot(name), value('figure_number'));
  }
  toNextWord(out);
  out.store(out.slot('disk_name'), value('figure_reading'));
  for (const name of counts) out.store(out.slot(`disk_${name}`), int(0));
  for (const source of sources) count(out, open.version, source);
  out.store(slot('figure_reading'), int(0));
  for (const name of counts)
    out.compute(slot('figure_reading'), value('figure_reading'), '|', value(`disk_${name}`));
  out.branch(value('figure_reading'), '==', int(0), unused);
  for (const [name, width] of [
    ['disk_major', 4],
    ['disk_minor', 8],
  ] as const) {
    out.variable('disk_number', 8);
    out.decimal(value(name), 'disk_number', 0, width, ' ');
    out.peek(out.slot('disk_digits'), address('disk_number'), 8);
    out.poke(value('writing'), value('disk_digits'), 8);
    out.compute(slot('writing'), value('writing'), '+', int(width));
  }
  put(out, ' ');
  putWord(out, 'disk_name');
  for (const name of ['read_bytes', 'written_bytes'])
    out.compute(slot(`disk_${name}`), value(`disk_${name}`), '>>', int(9));
  for (const [operations, bytes] of [
    ['reads', 'read_bytes'],
    ['writes', 'written_bytes'],
  ]) {
    put(out, ' ');
    putNumber(out, value(`disk_${operations}`));
    put(out, ' 0 ');
    putNumber(out, value(`disk_${bytes}`));
    put(out, ' 0');
  }
  put(out, ' 0 0 0\n');
  out.label(unused);
  out.store(slot('figure_reading'), value('disk_line'));
  skipLine(out);
  out.store(slot('disk_line'), value('figure_reading'));
  out.jump(next);
  out.label(done);
}

/** Writes what is at an address up to a blank. */
function putWord(out: Assembly, at: string): void {
  const [next, done] = [out.fresh('put_word'), out.fresh('word_put')];
  out.label(next);
  out.peek(out.slot('word_byte'), value(at), 1);
  out.branch(value('word_byte'), '<=', int(BLANK), done);
  out.poke(value('writing'), value('word_byte'), 1);
  for (const each of [slot(at), slot('writing')]) out.compute(each, load(each), '+', int(1));
  out.jump(next);
  out.label(done);
}

/** Adds up the lines of the device: `8:0 Read 12` of v1, or `8:0 rbytes=1 wbytes=2 rios=3 wios=4 …` of v2. */
function count(out: Assembly, version: 1 | 2, source: 'operations' | 'bytes'): void {
  const [next, other, done] = [
    out.fresh('count_line'),
    out.fresh('count_other'),
    out.fresh('counted'),
  ];
  out.store(slot('figure_reading'), address(`disk_${source}`));
  out.label(next);
  out.peek(out.slot('figure_byte'), value('figure_reading'), 1);
  out.branch(value('figure_byte'), '==', int(0), done);
  for (const name of ['disk_major', 'disk_minor']) {
    toDigit(out, other);
    readNumber(out);
    out.branch(value('figure_number'), '!=', value(name), other);
  }
  toNextWord(out);
  if (version === 1) countWord(out, source);
  else countPairs(out);
  out.label(other);
  skipLine(out);
  out.jump(next);
  out.label(done);
}

function countWord(out: Assembly, source: 'operations' | 'bytes'): void {
  const done = out.fresh('word_counted');
  out.store(out.slot('count_letter'), int(0));
  out.peek(out.slot('count_letter'), value('figure_reading'), 1);
  toDigit(out, done);
  readNumber(out);
  const of = source === 'operations' ? ['reads', 'writes'] : ['read_bytes', 'written_bytes'];
  ['R', 'W'].forEach((letter, index) => {
    addIf(out, 'count_letter', letter.charCodeAt(0), `disk_${of[index]}`);
  });
  out.label(done);
}

/** The names of v2, of which the first two letters tell them apart. */
const pairs = { rb: 'read_bytes', wb: 'written_bytes', ri: 'reads', wi: 'writes' } as const;

function countPairs(out: Assembly): void {
  const [next, done] = [out.fresh('pair'), out.fresh('pairs_done')];
  out.label(next);
  out.peek(out.slot('count_letter'), value('figure_reading'), 8);
  out.compute(slot('count_letter'), value('count_letter'), '&', int(0xffff));
  toDigit(out, done);
  readNumber(out);
  for (const [letters, name] of Object.entries(pairs))
    addIf(out, 'count_letter', Buffer.from(letters).readUInt16LE(), `disk_${name}`);
  toNextWord(out);
  out.jump(next);
  out.label(done);
}

function addIf(out: Assembly, letter: string, is: number, to: string): void {
  const other = out.fresh('other_letter');
  out.branch(value(letter), '!=', int(is), other);
  out.compute(out.slot(to), value(to), '+', value('figure_number'));
  out.label(other);
}
