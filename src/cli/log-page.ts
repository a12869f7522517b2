import { printable } from '../diagnostics/printable.ts';
import { logDirectory } from '../facts/probe.ts';
import { type Log, logOf } from '../state/log.ts';
import { LogText, lastLines } from './log-text.ts';

const MOST_LINES = 500;

/** The last lines of the log of one container, as they grow. */
export class LogPage {
  readonly name: string;
  private readonly log: Log;
  private readonly text = new LogText(false);
  private last = '';

  constructor(name: string) {
    this.name = name;
    this.log = logOf(logDirectory(), name);
  }

  /** The newest one comes first. */
  lines(): readonly string[] {
    const more = this.log.read().map((entry) => this.text.add(entry));
    if (more.length > 0) this.last = lastLines([this.last, ...more].join(''), MOST_LINES);
    const all = this.last.split('\n').map(printable);
    if (all.at(-1) === '') all.pop();
    return all.length === 0 ? ['nothing is logged'] : all.reverse();
  }
}
