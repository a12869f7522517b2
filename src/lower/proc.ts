import type { ProcFile } from '../linux/proc-files.ts';
import { type ProcOps, procHandle, procReads } from '../plan/ops/proc.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { stepsOf } from '../plan/steps-of.ts';
import { AT_FDCWD, address, field, int, load, slot, string, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import { HOST_SIZES, readCpuinfo, readStat, readUptime, rememberStart } from './cpu-figures.ts';
import { readDiskstats, readSwaps } from './disk-figures.ts';
import { atMost } from './figures.ts';
import {
  type Connection,
  closeConnection,
  createFile,
  openConnection,
  READ_OFFSET,
  READ_SIZE,
} from './fuse.ts';
import { readLoadavg } from './load-figures.ts';
import type { Lowerings } from './lowering.ts';

export const procLowerings: Lowerings<ProcOps> = {
  'proc.open': (out, step) => {
    openConnection(out, connectionOf(step.file));
    const all = [{ source: 'host', path: `/proc/${step.file}` } as const, ...procReads(step)];
    for (const { source, path } of all) {
      const flags = out.open('O_RDONLY', 'O_CLOEXEC');
      const result = procHandle(step.file, source);
      out.call('openat', [AT_FDCWD, string(path), flags], { result });
    }
  },
  'proc.create': (out, { file }) => createFile(out, `proc_${file}`, connectionOf(file)),
  // Watched once the relay knows where.
  'proc.serve': (out, { file }) => {
    if (file === 'uptime') rememberStart(out);
  },
};

const connectionOf = (file: ProcFile): string => `fuse_${file}`;

const opensOf = (plan: Plan): readonly StepOf<'proc.open'>[] => stepsOf(plan.steps, 'proc.open');

/** The connections of the files; what the supervisor waits for has room for them from this place on. */
export const procConnections = (plan: Plan, from: number): readonly Connection[] =>
  opensOf(plan).map(({ file }, index) => ({
    handle: connectionOf(file),
    watched: from + index,
    reads: `read_${file}`,
  }));

export function closeProcFiles(out: Assembly, plan: Plan): void {
  for (const step of opensOf(plan)) {
    closeConnection(out, connectionOf(step.file));
    for (const source of ['host', ...procReads(step).map((each) => each.source)] as const)
      out.call('close', [value(procHandle(step.file, source))]);
  }
}

/** More than a file has. */
const sizes: Readonly<Record<ProcFile, number>> = {
  cpuinfo: HOST_SIZES.cpuinfo,
  diskstats: 1 << 18,
  loadavg: 256,
  stat: 4 * HOST_SIZES.stat,
  swaps: 1 << 12,
  uptime: 256,
};

/** The most that one of them has; undefined without any. */
export const procSize = (plan: Plan): number | undefined => {
  const all = opensOf(plan).map(({ file }) => sizes[file]);
  return all.length === 0 ? undefined : Math.max(...all);
};

/** What each file says: written from the address in `writing` on. Goes to `none` if that cannot be known. */
const contents: Readonly<
  Record<ProcFile, (out: Assembly, step: StepOf<'proc.open'>, none: string) => void>
> = {
  cpuinfo: readCpuinfo,
  diskstats: readDiskstats,
  loadavg: readLoadavg,
  stat: readStat,
  swaps: readSwaps,
  uptime: readUptime,
};

/** Some write eight bytes at once. */
const ROOM = 64;

/**
 * What is answered for each of the files. A text is made anew when it is read from its beginning: who reads it in parts gets
 * parts of one text, unless somebody else begins meanwhile.
 */
export function answerProcFiles(out: Assembly, plan: Plan): void {
  for (const step of opensOf(plan)) {
    const { file } = step;
    const [text, end] = [`${file}_text`, `${file}_end`];
    const [none, known] = [out.fresh('no_text'), out.fresh('text_known')];
    out.label(`read_${file}`);
    out.variable(text, sizes[file] + ROOM);
    const start = address(text);
    const again = out.fresh('make_text');
    out.branch(load(READ_OFFSET), '==', int(0), again);
    out.branch(load(out.slot(end)), '!=', int(0), known);
    out.label(again);
    out.startsAtZero(end);
    out.store(out.slot('writing'), start);
    contents[file](out, step, none);
    out.store(slot(end), value('writing'));
    out.jump(known);
    out.label(none);
    out.store(slot(end), start);
    out.label(known);
    out.compute(out.slot('read_from'), load(READ_OFFSET), '+', start);
    out.branch(value('read_from'), '<', start, 'answer_request');
    out.branch(value('read_from'), '>=', value(end), 'answer_request');
    out.store(out.slot('read_size'), load(READ_SIZE));
    out.compute(slot('writing'), value(end), '-', value('read_from'));
    atMost(out, slot('read_size'), value('writing'));
    out.store(field('fuse_vector', 16, 8), value('read_from'));
    out.store(field('fuse_vector', 24, 8), value('read_size'));
    out.jump('answer_request');
  }
}
