import {
  foreignLine,
  type LossReason,
  overridden,
  type Reason,
} from '../../diagnostics/catalog/ledger.ts';
import type { Fate, LedgerEntry } from '../../diagnostics/ledger.ts';
import type { Span } from '../../diagnostics/origin.ts';
import type { Setting } from './setting.ts';

/** Collects what becomes of the lines that are not in the domain as they were. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  /** How many lines have been read that say something, or look as if they should. */
  lines = 0;

  lost(setting: Setting, reason: LossReason): void {
    this.add('lost', setting, reason);
  }

  changed(setting: Setting, reason: Reason): void {
    this.add('changed', setting, reason);
  }

  unneeded(setting: Setting, reason: Reason): void {
    this.add('unneeded', setting, reason);
  }

  /** Of lines whose key is set again. */
  overridden(settings: readonly Setting[]): void {
    for (const each of settings) this.unneeded(each, overridden);
  }

  foreign(span: Span): void {
    this.lines++;
    this.entries.push({ fate: 'lost', subject: 'line', ...foreignLine, file: span.file, span });
  }

  /** For what the config does not say. */
  absent(subject: string, file: string, reason: Reason): void {
    this.entries.push({ fate: 'changed', subject, ...reason, file });
  }

  /** Not a spread of the reason, which would take longer than all the rest. */
  private add(fate: Fate, setting: Setting, { code, reason, concern }: Reason): void {
    const { written: subject, span } = setting;
    this.entries.push({ fate, code, subject, reason, concern, file: span.file, span });
  }
}
