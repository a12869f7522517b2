import { printable } from '../diagnostics/printable.ts';
import { bytes } from './cells.ts';

/** A process of a container, by its numbers on the host. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its number inside. */
  readonly inside: number;
  readonly memoryBytes: number;
  readonly command: string;
}

/** The tree below those whose parents are not among them, children in the order of their numbers. */
export function processLines(all: readonly Process[]): readonly string[] {
  const pids = new Set(all.map(({ pid }) => pid));
  const below = (parent: number | undefined): readonly Process[] =>
    all
      .filter((each) => (parent === undefined ? !pids.has(each.parent) : each.parent === parent))
      .sort((a, b) => a.pid - b.pid);
  const lines = (one: Process, depth: number): readonly string[] => {
    const numbers = [String(one.pid).padStart(8), String(one.inside).padStart(8)];
    const command = `${'  '.repeat(depth)}${printable(one.command)}`;
    const line = `${numbers.join(' ')} ${bytes(one.memoryBytes).padStart(6)}  ${command}`;
    return [line, ...below(one.pid).flatMap((each) => lines(each, depth + 1))];
  };
  return [
    `${'PID'.padStart(8)} ${'INSIDE'.padStart(8)} ${'MEM'.padStart(6)}  COMMAND`,
    ...below(undefined).flatMap((each) => lines(each, 0)),
  ];
}
