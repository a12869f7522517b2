import { readFileSync } from 'node:fs';
import type { Process } from '../monitor/processes.ts';
import type { Running } from '../state/running.ts';
import { groupsOf } from './groups-of.ts';
import { processesOf } from './usage.ts';

/** All processes of a container that are there at this moment. */
export const processTree = (running: Running): readonly Process[] =>
  processesOf(groupsOf(running)).flatMap((pid) => read(pid) ?? []);

/** @see proc_pid_status(5), proc_pid_cmdline(5) */
function read(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const field = (name: string): string =>
      new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return {
      pid,
      parent: Number(field('PPid')),
      inside: Number(field('NSpid').split(/\s+/).at(-1)),
      memoryBytes: Number.parseInt(field('VmRSS') || '0', 10) * 1024,
      command: words.length > 0 ? words.join(' ') : `[${field('Name')}]`,
    };
  } catch {
    return undefined; // it has ended
  }
}
