import { appendFileSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { invariant } from '../diagnostics/invariant.ts';
import { ifThere } from './error.ts';
import { LogReader } from './log-reader.ts';
import { stateDirectory } from './place.ts';

/** Something that is kept of a container. */
export type LogEntry = { readonly timeMs: number } & (
  | { readonly kind: 'started'; readonly init: number }
  | {
      readonly kind: 'ended';
      /** As wait(2) has it. */
      readonly status: number;
      /** The signal by which its end was asked for: 0 if by none. */
      readonly signal: number;
      /** Whether init was asked to end, and had time. */
      readonly wasAsked: boolean;
      /** How many processes were killed because the group had no memory left. */
      readonly memoryKills: number;
    }
  /** A start that came to nothing. */
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'said'; readonly console: number; readonly bytes: Uint8Array }
);

/** Of a life, and of the console of this number. */
type Part = 'life' | number;

const fileOf = (part: Part): string => (part === 'life' ? part : `console${part}`);

/** What is kept of one container: all that is new at each reading. */
export class Log {
  private readonly directory: string;
  private readonly only: number | undefined;
  private readonly readers = new Map<Part, LogReader>();

  /** @param only the console that is asked for, and nothing else */
  constructor(directory: string, only?: number) {
    this.directory = directory;
    this.only = only;
  }

  /** What has come since the last call, in the order of time. @throws StateError */
  read(): readonly LogEntry[] {
    return this.parts()
      .flatMap((part) => {
        const reader = this.readers.get(part) ?? new LogReader(join(this.directory, fileOf(part)));
        this.readers.set(part, reader);
        return part === 'life' ? reader.take(lifeEntry) : reader.take(pieceOf(part));
      })
      .sort((a, b) => a.timeMs - b.timeMs);
  }

  private parts(): readonly Part[] {
    if (this.only !== undefined) return [this.only];
    const names = ifThere(this.directory, (path) => readdirSync(path)) ?? [];
    const consoles = names.flatMap((name) => /^console(\d{1,7})$/.exec(name)?.[1] ?? []);
    return ['life', ...consoles.map(Number).sort((a, b) => a - b)];
  }
}

/** What a text has at a place: how long it is, and what it says, if anything. Undefined: it is not whole yet. */
export type Taken = { readonly length: number; readonly entry?: LogEntry } | undefined;

const NEWLINE = 10;

/** A line of JSON. One that cannot be read, as when a disk was full, is left out. @see lower/log.ts */
function lifeEntry(bytes: Buffer, at: number): Taken {
  const end = bytes.indexOf(NEWLINE, at);
  if (end < 0) return undefined;
  const length = end + 1 - at;
  try {
    const read: unknown = JSON.parse(bytes.toString('utf8', at, end));
    const entry = typeof read === 'object' && read !== null ? entryOf({ ...read }) : undefined;
    return entry === undefined ? { length } : { length, entry };
  } catch {
    return { length };
  }
}

function entryOf(read: Readonly<Record<string, unknown>>): LogEntry | undefined {
  const number = (name: string): number => (typeof read[name] === 'number' ? read[name] : 0);
  const timeMs = number('time') * 1000;
  switch (read.event) {
    case 'started':
      return { timeMs, kind: 'started', init: number('init') };
    case 'ended': {
      const told = number('told');
      return {
        timeMs,
        kind: 'ended',
        status: number('status'),
        signal: told === 0 ? 0 : told - 128,
        wasAsked: number('asked') !== 0,
        memoryKills: number('memoryKills'),
      };
    }
    case 'failed':
      return { timeMs, kind: 'failed', text: String(read.text) };
    default:
      return undefined;
  }
}

const PIECE = 0x1e;
/** `\x1e1795802905.612519910 0005\n` */
const HEAD = /^(\d{10}\.\d{9}) (\d{4})\n$/;
const HEAD_LENGTH = 27;

/** What was said at a time. What is damaged is left out, up to where the next piece begins. @see lower/log.ts */
const pieceOf =
  (console: number) =>
  (bytes: Buffer, at: number): Taken => {
    if (bytes.length < at + HEAD_LENGTH) return undefined;
    const head = bytes.toString('latin1', at + 1, at + HEAD_LENGTH);
    const [, time, length] = (bytes[at] === PIECE && HEAD.exec(head)) || [];
    if (time === undefined || length === undefined) {
      const next = bytes.indexOf(PIECE, at + 1);
      return { length: (next < 0 ? bytes.length : next) - at };
    }
    const end = at + HEAD_LENGTH + Number(length);
    if (bytes.length < end) return undefined;
    const said = Uint8Array.from(bytes.subarray(at + HEAD_LENGTH, end));
    return {
      length: end - at,
      entry: { timeMs: Number(time) * 1000, kind: 'said', console, bytes: said },
    };
  };

/** Of a container that there is, or was. @param only the console that is asked for, and nothing else */
export function logOf(logDirectory: string, name: string, only?: number): Log {
  const directory = stateDirectory(logDirectory, name);
  invariant(directory !== undefined, `${name} is the name of a container`);
  return new Log(directory, only);
}

/** Whether anything is kept of a container of this name. @throws StateError */
export function isLogged(logDirectory: string, name: string): boolean {
  const directory = stateDirectory(logDirectory, name);
  const names = directory && ifThere(directory, (path) => readdirSync(path));
  return names !== undefined && names.length > 0;
}

/** Of a start that failed the program has said nothing. Without it nothing is lost but a line. */
export function logFailure(logDirectory: string, name: string, text: string): void {
  const directory = stateDirectory(logDirectory, name);
  if (directory === undefined) return;
  const file = join(directory, 'life');
  const line = JSON.stringify({ time: Date.now() / 1000, event: 'failed', text });
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
  } catch {}
}

/** A domain that has another name keeps what is known of it. */
export function renameLog(logDirectory: string, name: string, fresh: string): void {
  const [from, to] = [name, fresh].map((each) => stateDirectory(logDirectory, each));
  if (from === undefined || to === undefined) return;
  try {
    renameSync(from, to);
  } catch {} // there is none, or one of a container that had that name
}
