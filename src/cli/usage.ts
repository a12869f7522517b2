import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Running } from '../state/running.ts';
import { groupsOf } from './groups-of.ts';

const CLOCK_TICK_NS = 10_000_000;

/** The number in the first of the files that is there. */
function firstNumber(
  groups: readonly string[],
  file: string,
  pattern = /^(\d+)/m,
): number | undefined {
  for (const group of groups) {
    try {
      const [, digits] = pattern.exec(readFileSync(join(group, file), 'latin1')) ?? [];
      if (digits !== undefined) return Number(digits);
    } catch {} // another hierarchy has it, or none
  }
  return undefined;
}

/** The memory that a container uses, in bytes; undefined where nobody counts it. */
export function memoryOf(running: Running, groups = groupsOf(running)): number | undefined {
  return (
    firstNumber(groups, 'memory.usage_in_bytes') ??
    firstNumber(groups, 'memory.current') ??
    undefined
  );
}

/** The processor time of a container in nanoseconds: what its group counts, else that of the processes it has now. */
export function cpuTimeOf(running: Running, groups = groupsOf(running)): number {
  const counted = firstNumber(groups, 'cpuacct.usage');
  if (counted !== undefined) return counted;
  const microseconds = firstNumber(groups, 'cpu.stat', /^usage_usec (\d+)$/m);
  if (microseconds !== undefined) return microseconds * 1000;
  return processesOf(groups).reduce((sum, pid) => sum + cpuTimeOfProcess(statOf(pid)), 0);
}

/** The processes of a container, by a group that all of them are in. */
export function processesOf(groups: readonly string[]): readonly number[] {
  const [group] = groups;
  return group === undefined ? [] : [...new Set(pidsBelow(group))];
}

function pidsBelow(group: string): number[] {
  try {
    const text = readFileSync(join(group, 'cgroup.procs'), 'latin1');
    const below = readdirSync(group, { withFileTypes: true }).filter((each) => each.isDirectory());
    return [
      ...text
        .split('\n')
        .map(Number)
        .filter((pid) => pid > 0),
      ...below.flatMap(({ name }) => pidsBelow(join(group, name))),
    ];
  } catch {
    return [];
  }
}

/** What the kernel says of a process; empty if it has ended. */
export function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}

/** In nanoseconds, with that of children that have ended. @see proc_pid_stat(5): utime, stime, cutime, cstime */
export function cpuTimeOfProcess(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (
    [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0) * CLOCK_TICK_NS
  );
}

/** The time of each processor in nanoseconds, where a group of cpuacct counts it; else nothing. */
export function cpuTimesOf(groups: readonly string[]): readonly number[] {
  for (const group of groups) {
    try {
      const text = readFileSync(join(group, 'cpuacct.usage_percpu'), 'latin1');
      return text.trim().split(/\s+/).map(Number);
    } catch {} // another hierarchy has it, or none
  }
  return [];
}

/** What of the time was spent in programs, and what in the kernel, in nanoseconds. */
export function splitCpuTimeOf(groups: readonly string[]): {
  readonly userNs: number;
  readonly systemNs: number;
} {
  const ticks = ['user', 'system'].map((name) =>
    firstNumber(groups, 'cpuacct.stat', new RegExp(`^${name} (\\d+)$`, 'm')),
  );
  const micros = ['user', 'system'].map((name) =>
    firstNumber(groups, 'cpu.stat', new RegExp(`^${name}_usec (\\d+)$`, 'm')),
  );
  const [userNs = 0, systemNs = 0] = [0, 1].map((index) => {
    const [tick, micro] = [ticks[index], micros[index]];
    return tick === undefined ? (micro ?? 0) * 1000 : tick * CLOCK_TICK_NS;
  });
  return { userNs, systemNs };
}
