import { isOfDistribution, type LedgerEntry, placeOf } from '../../diagnostics/ledger.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { Sources } from '../../diagnostics/render.ts';

/** What became of a line, the gravest first. */
export type Grade = 'security' | 'lost' | 'changed';

/** All that is to be told of one line of the input. */
export interface ToldLine {
  readonly grade: Grade;
  /** The gravest first. */
  readonly entries: readonly LedgerEntry[];
  readonly file: string;
}

const GRADES: readonly Grade[] = ['security', 'lost', 'changed'];

/** What changes nothing is no line to tell of. */
export const isTold = ({ fate }: LedgerEntry): boolean => fate !== 'unneeded';

export const gradeOf = ({ fate, concern }: LedgerEntry): Grade =>
  concern === 'security' ? 'security' : fate === 'lost' ? 'lost' : 'changed';

const rank = (grade: Grade): number => GRADES.indexOf(grade);

/** Each line once, by its gravest entry: what is lost for security, what else is lost, what is changed. */
export function toldLines(entries: readonly LedgerEntry[]): ToldLine[] {
  const byLine = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    if (!isTold(entry)) continue;
    const { file, span, subject } = entry;
    const key = span === undefined ? `${file}\0${subject}` : `${span.file}\0${span.start}`;
    const line = byLine.get(key);
    if (line === undefined) byLine.set(key, [entry]);
    else line.push(entry);
  }
  const lines = [...byLine.values()].map((line): ToldLine => {
    const sorted = line.sort((a, b) => rank(gradeOf(a)) - rank(gradeOf(b)));
    const [first] = sorted as [LedgerEntry, ...LedgerEntry[]];
    return { grade: gradeOf(first), entries: sorted, file: first.span?.file ?? first.file };
  });
  return lines.sort((a, b) => rank(a.grade) - rank(b.grade));
}

/** `box.conf:3:1: lost (security): lxc.no_new_privs: …`, without a line feed. */
export function renderLine({ entries }: ToldLine, sources: Sources): string {
  const [first, ...rest] = entries as [LedgerEntry, ...LedgerEntry[]];
  const reasons = [
    printed(first.reason),
    ...rest.map((each) => `${fateOf(each)}: ${printed(each.reason)}`),
  ];
  return `${placeOf(first, sources)}: ${fateOf(first)}: ${subjectOf(first)}: ${reasons.join('; ')}`;
}

const printed = (reason: string): string => printable(reason.slice(0, 400));
const subjectOf = ({ subject }: LedgerEntry): string => printable(subject.slice(0, 200));
const fateOf = ({ fate, concern }: LedgerEntry): string =>
  `${fate}${concern === 'security' ? ' (security)' : ''}`;

/**
 * One line for each file that a distribution's configs include, which nobody wrote for this container: it names what is
 * lost for security, and counts the rest.
 */
export function folded(lines: readonly ToldLine[], main: string): (ToldLine | FoldedLine)[] {
  const byFile = new Map<string, ToldLine[]>();
  for (const line of lines) {
    if (line.file === main || !isOfDistribution(line.file)) continue;
    byFile.set(line.file, [...(byFile.get(line.file) ?? []), line]);
  }
  const done = new Set<string>();
  return lines.flatMap((line): (ToldLine | FoldedLine)[] => {
    const group = byFile.get(line.file);
    if (group === undefined || group.length === 1 || line.file === main) return [line];
    if (done.has(line.file)) return [];
    done.add(line.file);
    return [{ file: line.file, lines: group }];
  });
}

export interface FoldedLine {
  readonly file: string;
  readonly lines: readonly ToldLine[];
}

export function renderFolded({ file, lines }: FoldedLine): string {
  const subjects = lines
    .filter(({ grade }) => grade === 'security')
    .map(({ entries }) => subjectOf(entries[0] as LedgerEntry));
  const security = [...new Set(subjects)].join(', ');
  const others = lines.length - subjects.length;
  const more = `${others} lines lost or changed (-v tells each)`;
  if (subjects.length === 0) return `${printable(file)}: ${more}`;
  return `${printable(file)}: lost (security): ${security}${others === 0 ? '' : `; ${more}`}`;
}

/** How many lines of the input have which fate. */
export interface Counts {
  readonly kept: number;
  readonly changed: number;
  readonly lost: number;
  /** Of those that are lost: for security. */
  readonly security: number;
  /** Told of, and accepted by somebody. */
  readonly accepted: number;
}

/** `18 lines kept, 3 changed, 2 lost (1 security)`. */
export function renderCounts({ kept, changed, lost, security, accepted }: Counts): string {
  const parts = [
    `${kept} ${kept === 1 ? 'line' : 'lines'} kept`,
    `${changed} changed`,
    `${lost} lost${security === 0 ? '' : ` (${security} security)`}`,
    ...(accepted === 0 ? [] : [`${accepted} accepted`]),
  ];
  return parts.join(', ');
}

export const sumOf = (all: readonly Counts[]): Counts => ({
  kept: all.reduce((sum, { kept }) => sum + kept, 0),
  changed: all.reduce((sum, { changed }) => sum + changed, 0),
  lost: all.reduce((sum, { lost }) => sum + lost, 0),
  security: all.reduce((sum, { security }) => sum + security, 0),
  accepted: all.reduce((sum, { accepted }) => sum + accepted, 0),
});
