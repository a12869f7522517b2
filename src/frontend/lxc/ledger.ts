import type { Reason } from '../../diagnostics/catalog/ledger.ts';
import { foreignLine } from '../../diagnostics/catalog/ledger.ts';
import type { Fate, LedgerEntry } from '../../diagnostics/ledger.ts';
import type { Span } from '../../diagnostics/origin.ts';
import type { Setting } from './settings.ts';

/** Collects what becomes of the lines that are not in the domain as they were. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];

  lost(setting: Setting, reason: Reason): void {
    this.add('lost', setting, reason);
  }

  changed(setting: Setting, reason: Reason): void {
    this.add('changed', setting, reason);
  }

  unneeded(setting: Setting, reason: Reason): void {
    this.add('unneeded', setting, reason);
  }

  foreign(span: Span): void {
    this.entries.push({ fate: 'lost', subject: 'line', ...foreignLine, file: span.file, span });
  }

  /** For what the config does not say. */
  absent(subject: string, file: string, reason: Reason): void {
    this.entries.push({ fate: 'changed', subject, ...reason, file });
  }

  private add(fate: Fate, { written, span }: Setting, reason: Reason): void {
    this.entries.push({ fate, subject: written, ...reason, file: span.file, span });
  }
}
