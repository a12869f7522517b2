import { nothingLogged, valueInvalid } from '../../diagnostics/catalog/cli.ts';
import { logDirectory } from '../../facts/probe.ts';
import { isLogged, type LogEntry, logOf } from '../../state/log.ts';
import { Failure } from '../failure.ts';
import { findKnown, lookUpKnown } from '../find-known.ts';
import { lineCountIn } from '../line-count.ts';
import { LogText, lastLines } from '../log-text.ts';
import { print } from '../output.ts';

interface Options {
  readonly follow?: boolean;
  readonly console?: string;
  readonly since?: string;
  readonly tail?: string;
  readonly json?: boolean;
}

const LOOK_MS = 200;

/** What a domain has said, how its starts went, and how it ended; also of one that is gone. */
export async function logs(text: string, options: Options): Promise<void> {
  const only = options.console === undefined ? undefined : consoleIn(options.console);
  const since = options.since === undefined ? 0 : timeIn(options.since);
  const tail = options.tail === undefined ? undefined : lineCountIn(options.tail);
  const log = logOf(logDirectory(), nameOf(text), only);
  const writer = new LogText(only !== undefined);
  const show = (entries: readonly LogEntry[]): string =>
    entries.map(options.json === true ? jsonOf : (entry) => writer.add(entry)).join('');
  const all = log.read().filter(({ timeMs }) => timeMs >= since);
  if (all.length === 0 && options.follow !== true) throw new Failure([nothingLogged(text)]);
  const whole = show(all);
  print(tail === undefined ? whole : lastLines(whole, tail));
  if (options.follow !== true) return print(writer.end());
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const more = log.read();
      if (more.length > 0) print(show(more));
    }, LOOK_MS);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => {
        clearInterval(timer);
        print(writer.end());
        resolve();
      });
  });
}

/** Of a domain that there is, or of one that there was: then only its name is left. @throws Failure */
function nameOf(text: string): string {
  const known = lookUpKnown(text);
  if (known !== undefined) return known.name;
  return isLogged(logDirectory(), text) ? text : findKnown(text).name;
}

function jsonOf({ timeMs, ...entry }: LogEntry): string {
  const { kind, ...rest } = entry;
  const said =
    entry.kind === 'said'
      ? { console: entry.console, text: Buffer.from(entry.bytes).toString('utf8') }
      : rest;
  return `${JSON.stringify({ time: new Date(timeMs).toISOString(), event: kind, ...said })}\n`;
}

function consoleIn(text: string): number {
  const [, digits] = /^(?:console)?(\d{1,7})$/.exec(text) ?? [];
  if (digits === undefined)
    throw new Failure([valueInvalid(text, 'the number of a console, such as 0')]);
  return Number(digits);
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** In milliseconds: a time ago, or a time of the calendar. */
function timeIn(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (digits !== undefined) return Date.now() - Number(digits) * (units[unit ?? 's'] ?? 1) * 1000;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new Failure([
      valueInvalid(text, 'how long ago, such as 10m, or a time such as 2026-01-31T12:00'),
    ]);
  return time;
}
