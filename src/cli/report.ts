import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import { type LedgerEntry, renderEntry } from '../diagnostics/ledger.ts';
import type { Span } from '../diagnostics/origin.ts';
import { positionAt, render, type Sources } from '../diagnostics/render.ts';
import { printError } from './output.ts';

export interface ReportOptions {
  /** `text` or `json`. */
  readonly report?: string;
}

/** What a conversion has to say about one file. */
export interface Told {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly ledger: readonly LedgerEntry[];
  readonly sources: Sources;
}

/** Tells on standard error what became of many files, with progress on a terminal and a summary at the end. */
export class Report {
  private readonly count: number;
  private readonly json: boolean;
  private readonly told: Told[] = [];
  private begun = 0;
  private refused = 0;
  private changed = 0;
  private lost = 0;

  constructor(count: number, { report }: ReportOptions) {
    this.count = count;
    this.json = report === 'json';
  }

  start(file: string): void {
    this.begun++;
    this.progress(`[${this.begun}/${this.count}] ${file}`);
  }

  add(told: Told): void {
    const { diagnostics, ledger, sources } = told;
    if (hasErrors(diagnostics)) this.refused++;
    this.changed += ledger.filter(({ fate }) => fate === 'changed').length;
    this.lost += ledger.filter(({ fate }) => fate === 'lost').length;
    if (this.json) {
      this.told.push(told);
      return;
    }
    const lines = [
      ...ledger
        .filter(({ fate }) => fate !== 'unneeded')
        .map((entry) => renderEntry(entry, sources)),
      ...diagnostics.map((diagnostic) => render(diagnostic, sources)),
    ];
    if (lines.length === 0) return;
    this.progress('');
    printError(`${lines.join('\n')}\n`);
  }

  /** Whether all files are converted. */
  end(): boolean {
    this.progress('');
    if (this.json) {
      const files = this.told.map(fileJson);
      printError(`${JSON.stringify({ version: 1, files }, undefined, 2)}\n`);
    } else if (this.count > 1) {
      const converted = this.count - this.refused;
      printError(
        `${converted} of ${this.count} converted, ${this.refused} refused; ` +
          `lines changed: ${this.changed}, lost: ${this.lost}\n`,
      );
    }
    return this.refused === 0;
  }

  private progress(text: string): void {
    if (this.count > 1 && process.stderr.isTTY) printError(`\r\x1b[K${text}`);
  }
}

function fileJson({ file, diagnostics, ledger, sources }: Told): object {
  return {
    file,
    converted: !hasErrors(diagnostics),
    ledger: ledger.map(({ fate, concern, subject, reason, file: of, span }) => ({
      fate,
      concern,
      subject,
      reason,
      ...placeOf(span, of, sources),
    })),
    diagnostics: diagnostics.map(({ severity, code, message, span, help }) => ({
      severity,
      code,
      message,
      ...(help === undefined ? {} : { help }),
      ...placeOf(span, file, sources),
    })),
  };
}

function placeOf(span: Span | undefined, file: string, sources: Sources): object {
  const text = span === undefined ? undefined : sources.get(span.file);
  if (span === undefined || text === undefined) return { file };
  return { file: span.file, ...positionAt(text, span.start) };
}
