import { existsSync } from 'node:fs';
import { acceptNeeded } from '../../diagnostics/catalog/cli.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { LedgerEntry } from '../../diagnostics/ledger.ts';
import type { Span } from '../../diagnostics/origin.ts';
import { positionAt, render, type Sources } from '../../diagnostics/render.ts';
import { Failure } from '../failure.ts';
import { printError } from '../output.ts';
import { readText } from '../text-file.ts';
import { Accepted } from './accepted.ts';
import {
  type Counts,
  folded,
  isTold,
  renderCounts,
  renderFolded,
  renderLine,
  sumOf,
  type ToldLine,
  toldLines,
} from './lines.ts';

export interface ReportOptions {
  /** `text` or `json`. */
  readonly report?: string;
  readonly verbose?: boolean;
  /** The file with what somebody has looked at. */
  readonly accept?: string;
  /** Whether all that is told now joins it. */
  readonly writeAccept?: boolean;
}

/** What a conversion has to say about one file. */
export interface Told {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly ledger: readonly LedgerEntry[];
  /** How many lines of the input say something; undefined if it is not read line by line. */
  readonly lines?: number;
  readonly sources: Sources;
}

/** Tells on standard error what became of many files, with progress on a terminal and a summary at the end. */
export class Report {
  private readonly count: number;
  private readonly options: ReportOptions;
  private readonly accepted = new Accepted();
  private readonly told: Told[] = [];
  private readonly counts: Counts[] = [];
  private begun = 0;
  private refused = 0;

  /** @throws Failure if the list of what is accepted cannot be read */
  constructor(count: number, options: ReportOptions) {
    this.count = count;
    this.options = options;
    const { accept, writeAccept = false } = options;
    if (writeAccept && accept === undefined) throw new Failure([acceptNeeded()]);
    const isNew = writeAccept && accept !== undefined && !existsSync(accept);
    if (accept !== undefined && !isNew) this.accepted.read(accept, readText(accept));
  }

  start(file: string): void {
    this.begun++;
    this.progress(`[${this.begun}/${this.count}] ${file}`);
  }

  /** How many lines are lost, and nobody has accepted that: what `--strict` counts. */
  lost({ ledger, sources }: Pick<Told, 'ledger' | 'sources'>): number {
    if (this.options.writeAccept === true) return 0;
    const open = ledger.filter((entry) => isTold(entry) && !this.accepted.has(entry, sources));
    return toldLines(open).filter(({ grade }) => grade !== 'changed').length;
  }

  add(told: Told): void {
    const { file, diagnostics, ledger, sources } = told;
    if (hasErrors(diagnostics)) this.refused++;
    const isOpen = (each: Diagnostic | LedgerEntry): boolean => !this.accepted.has(each, sources);
    const open = toldLines(ledger.filter(isOpen));
    const counts = countsOf(told, open);
    this.counts.push(counts);
    if (this.options.report === 'json') this.told.push(told);
    else {
      const shown = this.options.verbose === true ? open : folded(open, file);
      const warnings = diagnostics.filter((each) => each.severity === 'error' || isOpen(each));
      const lines = [
        ...shown.map((line) => ('lines' in line ? renderFolded(line) : renderLine(line, sources))),
        ...warnings.map((diagnostic) => render(diagnostic, sources)),
      ];
      const isCounted = open.length > 0 || counts.accepted > 0;
      if (isCounted && told.lines !== undefined) {
        lines.push(`${this.count === 1 ? '' : `${file}: `}${renderCounts(counts)}`);
      }
      if (lines.length > 0) this.say(lines);
    }
    if (this.options.writeAccept !== true) return;
    for (const each of [...ledger.filter(isTold), ...diagnostics])
      if (!('severity' in each) || each.severity === 'warning') this.accepted.add(each, sources);
  }

  /** Whether all files are converted. */
  end(): boolean {
    this.progress('');
    const { report, accept, writeAccept } = this.options;
    if (report === 'json') {
      const files = this.told.map((told, index) => this.fileJson(told, this.counts[index]));
      printError(`${JSON.stringify({ version: 1, files }, undefined, 2)}\n`);
    } else if (this.count > 1) {
      const converted = this.count - this.refused;
      const sum = renderCounts(sumOf(this.counts));
      printError(`${converted} of ${this.count} converted, ${this.refused} refused; ${sum}\n`);
    }
    if (writeAccept === true && accept !== undefined) this.accepted.write(accept);
    return this.refused === 0;
  }

  private say(lines: readonly string[]): void {
    this.progress('');
    printError(`${lines.join('\n')}\n`);
  }

  private progress(text: string): void {
    if (this.count > 1 && process.stderr.isTTY) printError(`\r\x1b[K${text}`);
  }

  private fileJson({ file, diagnostics, ledger, sources }: Told, counts?: Counts): object {
    const accepted = (each: Diagnostic | LedgerEntry): object =>
      this.accepted.has(each, sources) ? { accepted: true } : {};
    return {
      file,
      converted: !hasErrors(diagnostics),
      ...(counts === undefined ? {} : { counts }),
      ledger: ledger.map((entry) => ({
        fate: entry.fate,
        code: entry.code,
        concern: entry.concern,
        subject: entry.subject,
        reason: entry.reason,
        ...(isTold(entry) ? accepted(entry) : {}),
        ...placeOf(entry.span, entry.file, sources),
      })),
      diagnostics: diagnostics.map((each) => ({
        severity: each.severity,
        code: each.code,
        message: each.message,
        ...(each.help === undefined ? {} : { help: each.help }),
        ...(each.severity === 'warning' ? accepted(each) : {}),
        ...placeOf(each.span, file, sources),
      })),
    };
  }
}

/** A line that is told of and partly accepted counts as what is left of it. */
function countsOf({ ledger, lines = 0 }: Told, open: readonly ToldLine[]): Counts {
  const all = toldLines(ledger);
  const isOfLine = ({ entries }: ToldLine): boolean => entries[0]?.span !== undefined;
  const of = (grade: ToldLine['grade']): number =>
    open.filter((line) => line.grade === grade).length;
  const lost = of('security') + of('lost');
  return {
    kept: Math.max(lines - all.filter(isOfLine).length, 0),
    changed: of('changed'),
    lost,
    security: of('security'),
    accepted: all.length - open.length,
  };
}

function placeOf(span: Span | undefined, file: string, sources: Sources): object {
  const text = span === undefined ? undefined : sources.get(span.file);
  if (span === undefined || text === undefined) return { file };
  return { file: span.file, ...positionAt(text, span.start) };
}
