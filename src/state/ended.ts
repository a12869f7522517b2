import { readFileSync } from 'node:fs';

/**
 * How a child of this process has ended, as a shell says it: its exit status, or 128 and a signal. Undefined while it
 * runs, and if it is none. It stays there for whoever waits for it.
 * @see proc_pid_stat(5), fields 3 (state) and 52 (exit_code)
 */
export function endOfChild(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in the second field may have blanks and brackets in it.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ');
  if (fields[0] !== 'Z') return undefined;
  const word = Number(fields.at(-1));
  return (word & 0x7f) === 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f);
}
