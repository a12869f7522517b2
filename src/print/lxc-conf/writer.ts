import { type LossReason, lineBreaks, type Reason } from '../../diagnostics/catalog/ledger.ts';
import type { Fate, LedgerEntry } from '../../diagnostics/ledger.ts';
import { type Origin, spanOf } from '../../diagnostics/origin.ts';

/** The limits of which version of cgroups are written. lxc passes over those that the machine does not have. */
export type CgroupVersions = 'v1' | 'v2' | 'both';

/** The machine of the container, as far as a config has to know it. */
export interface ConfHost {
  /** The numbers of a device, `c 10:200`; undefined if they are not known. */
  deviceNumbers(path: string): string | undefined;
  /** Whether something other than a directory is there: lxc has to be told what it is bound on. */
  isFile(path: string): boolean;
}

/** Collects the lines of a config, and what of the domain is not in them. */
export class ConfWriter {
  readonly ledger: LedgerEntry[] = [];
  private readonly lines: string[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  get text(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }

  /** A section of its own, with a blank line before it. */
  section(title: string): void {
    if (this.lines.length > 0) this.lines.push('');
    this.lines.push(`# ${title}`);
  }

  comment(text: string): void {
    for (const line of text.split(/[\r\n]+/)) this.lines.push(`# ${line}`.trimEnd());
  }

  /** `subject` is the element that asks for the line. */
  set(key: string, value: string, subject: string, origin: Origin): void {
    if (/[\r\n\0]/.test(value)) this.lost(subject, origin, lineBreaks);
    else this.lines.push(`${key} = ${quoted(value)}`);
  }

  lost(subject: string, origin: Origin, reason: LossReason): void {
    this.add('lost', subject, origin, reason);
  }

  changed(subject: string, origin: Origin, reason: Reason): void {
    this.add('changed', subject, origin, reason);
  }

  unneeded(subject: string, origin: Origin, reason: Reason): void {
    this.add('unneeded', subject, origin, reason);
  }

  private add(fate: Fate, subject: string, origin: Origin, reason: Reason): void {
    const span = spanOf(origin);
    const file = span?.file ?? this.file;
    this.ledger.push({ fate, subject, ...reason, file, ...(span === undefined ? {} : { span }) });
  }
}

/** lxc drops blanks around a value, and one pair of quotes: what has either gets a pair that may be dropped. */
const quoted = (value: string): string =>
  /^[ \t]|[ \t]$/.test(value) || /^(["']).*\1$/s.test(value) ? `"${value}"` : value;
