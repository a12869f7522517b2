import { printable } from '../diagnostics/printable.ts';

/**
 * What a killed supervisor has left, and who takes it back: the planner writes these lines into the plan, the program writes
 * them into the lock file before the first effect, and `clean` reads them there. `rmdir` stands for a control group.
 */
export interface Undoing {
  readonly word: (typeof words)[number];
  readonly path: string;
}

const words = ['rmdir'] as const;

/** A line of the journal: `rmdir /sys/fs/cgroup/memory/lxplain-vm1`. */
export const journalLine = ({ word, path }: Undoing): string => `${word} ${path}`;

/** What is added to the lock file: a line that was cut off there stays apart from it. */
export const journalText = (lines: readonly string[]): string =>
  `\n${lines.map((line) => `${line}\n`).join('')}`;

/** What a line says; undefined if it is none of these. */
export function readJournalLine(line: string): Undoing | undefined {
  const [, text, path] = /^([a-z-]+) (\/.+)$/.exec(line) ?? [];
  const word = words.find((each) => each === text);
  return word === undefined || path === undefined ? undefined : { word, path };
}

/**
 * The lines of a lock file, each once. What ends without a line feed was cut off while it was written: nothing had been
 * done by then.
 */
export const journalLines = (text: string): readonly string[] => [
  ...new Set(
    text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== ''),
  ),
];

/** What a program says when it finds the journal of another one. */
export const leftOfKilled = (name: string): string =>
  `warning: ${printable(name)}: a supervisor of this name was killed, and something is left of it\n  help: 'lxplain clean ${printable(name)}' removes it, or says what it is`;
