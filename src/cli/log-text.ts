import { signalNames, signals } from '../linux/flags.ts';
import { endOf } from '../state/lives.ts';
import type { LogEntry } from '../state/log.ts';

/**
 * What is kept of a container as text: what it said as it was said, and a line for each event. What other consoles than the
 * first have said has their name in front, unless one alone is shown.
 */
export class LogText {
  private readonly isAlone: boolean;
  /** The console whose line is not at its end. */
  private open: number | undefined;
  private readonly decoders = new Map<number, TextDecoder>();

  constructor(isAlone: boolean) {
    this.isAlone = isAlone;
  }

  add(entry: LogEntry): string {
    if (entry.kind !== 'said') return `${this.end()}-- ${timeOf(entry.timeMs)} ${eventOf(entry)}\n`;
    const { console, bytes } = entry;
    const decoder = this.decoders.get(console) ?? new TextDecoder();
    this.decoders.set(console, decoder);
    const text = decoder.decode(bytes, { stream: true }).replaceAll('\r\n', '\n');
    if (text === '') return '';
    const before = this.open === undefined || this.open === console ? '' : this.end();
    const isGoingOn = this.open === console;
    this.open = text.endsWith('\n') ? undefined : console;
    return before + this.named(console, text, isGoingOn);
  }

  /** What ends the last line, if it has no end yet. */
  end(): string {
    const isOpen = this.open !== undefined;
    this.open = undefined;
    return isOpen ? '\n' : '';
  }

  private named(console: number, text: string, isGoingOn: boolean): string {
    if (console === 0 || this.isAlone) return text;
    const name = `console${console}: `;
    const named = text.replaceAll(/\n(?=.)/gs, `\n${name}`);
    return isGoingOn ? named : `${name}${named}`;
  }
}

/** The last lines of a text. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n');
  const last = lines.at(-1) === '' ? count + 1 : count;
  return count === 0 ? '' : lines.slice(-last).join('\n');
}

/** `2026-01-31 12:00:00`, in the time of this machine. */
function timeOf(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

function eventOf(entry: Exclude<LogEntry, { readonly kind: 'said' }>): string {
  switch (entry.kind) {
    case 'started':
      return `started, init is process ${entry.init}`;
    case 'failed':
      return `failed to start: ${entry.text}`;
    case 'ended':
      return `ended: ${howIt(entry)}${forMemory(entry.memoryKills)}`;
  }
}

function howIt({ status, signal, wasAsked }: Extract<LogEntry, { kind: 'ended' }>): string {
  if (signal === signals.SIGTERM)
    return wasAsked ? 'killed, as it did not end when it was asked to' : 'destroyed';
  if (signal !== 0) return `killed at a SIG${signalNames[signal] ?? signal}`;
  return wasAsked ? `${endOf(status)}, as it was asked to` : endOf(status);
}

const forMemory = (kills: number): string => {
  if (kills === 0) return '';
  return kills === 1
    ? '; a process was killed as its memory was used up'
    : `; ${kills} processes were killed as its memory was used up`;
};
