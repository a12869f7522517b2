import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCode } from '../../../src/codegen/read-elf.ts';
import { syscallNumbers } from '../../../src/linux/syscalls.ts';
import { HANGS_MS } from '../../tools.ts';
import { compileTool } from './tools.ts';

export interface Call {
  /** Its process by order of creation, and its number among the calls of that process, from 1. */
  readonly process: number;
  readonly count: number;
  readonly name: string;
  /** Of the program that makes it: `step31.mount.attach`. */
  readonly symbol: string;
}

/** What happens at one call: it fails, or processes are killed. `count` 0 is the moment before the first one. */
export interface Rule {
  readonly process: number;
  readonly count: number;
  readonly error?: number;
  readonly kill?: readonly number[];
}

export interface Outcome {
  /** Every call, if they were asked for. */
  readonly calls: readonly Call[];
  /** The call at which it happened. */
  readonly hit: Call | undefined;
  /** Of each process how many of those calls had been made when it was there. */
  readonly bornAt: readonly number[];
  /** The process that has executed what runs in the container. */
  readonly executed: number | undefined;
  /** Of the supervisor: its exit status, or 128 and the signal that ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The same of what started the supervisor, if that was followed. */
  readonly driver: number;
  /** The bytes of the status, if the program was run as a driver runs it. */
  readonly record: Buffer;
  /** Processes that were still there when all should have ended, and what they were doing. */
  readonly alive: readonly string[];
  /** Whether it was what ended the container that it got SIGTERM. */
  readonly stopped: boolean;
  /** Whether the supervisor itself did not end. */
  readonly hang: boolean;
  /** Until the last process had ended after the supervisor, and until nobody held the status any more. */
  readonly cleanMs: number;
  readonly statusMs: number;
}

export interface Run {
  readonly program: string;
  readonly args?: readonly string[];
  readonly rule?: Rule;
  /** Kills these processes a little after the program of the container runs. */
  /** False if it has to end by itself, whoever is killed. */
  readonly mayGoOn?: boolean;
  readonly killLater?: readonly number[];
  readonly list?: boolean;
  readonly detached?: boolean;
  /** Argument 0 of what is followed, if `program` is only what starts it. */
  readonly follow?: string;
}

/** What is still there so long after the end of the supervisor is left over. */
const PATIENCE_MS = 15_000;
/** What takes so long waits for ever: the longest start takes a hundredth of it. */
const STUCK_MS = 60_000;

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(syscallNumbers.x86_64).map(([name, number]) => [number, name]),
);

/** Questions about a terminal, of which any answer will do. @see ioctl_tty(2) */
const ioctls = new Map([
  [0x5401, 'TCGETS'],
  [0x5413, 'TIOCGWINSZ'],
]);

function nameOf(number: number, argument: number): string {
  const name = names.get(number) ?? `call ${number}`;
  const request = name === 'ioctl' ? ioctls.get(argument) : undefined;
  return request === undefined ? name : `${name} ${request}`;
}

/** Where in a program an address is. */
type Symbols = (address: number) => string;

const known = new Map<string, Symbols>();

function symbolsOf(program: string): Symbols {
  const found = known.get(program);
  if (found !== undefined) return found;
  const { symbols } = readCode(readFileSync(program));
  const symbolAt: Symbols = (at) =>
    symbols.find(({ address, size }) => address < at && at <= address + size)?.name ?? '?';
  known.set(program, symbolAt);
  return symbolAt;
}

/**
 * How long a container may run whose supervisor has not been killed: then it is ended as a user would. One that cannot go on
 * may take longer: the end of a network namespace takes the kernel some hundred milliseconds, and seconds on a busy host.
 */
const [STOP_MS, END_MS] = [200, 5_000];

/** Runs a program below the injector. `folder` is for that and its report. */
export function inject(folder: string, run: Run): Outcome {
  const report = join(folder, 'report');
  const { rule } = run;
  const args = ['-o', report, '-g', String(PATIENCE_MS), '-t', String(STUCK_MS)];
  if (run.list === true) args.push('-c');
  if (run.detached === true) {
    args.push('-s');
    chmodSync(run.program, 0o755); // a detached program takes its own permissions, so that nothing inside executes it
  }
  if (run.follow !== undefined) args.push('-f', run.follow);
  if (run.killLater !== undefined) args.push('-x', run.killLater.join(''));
  if (rule?.error !== undefined) args.push('-e', `${rule.process}:${rule.count}:${rule.error}`);
  const kill = rule?.kill ?? run.killLater;
  if (rule?.kill !== undefined) args.push('-k', `${rule.process}:${rule.count}:${kill?.join('')}`);
  if (kill !== undefined) args.push('-q', String(run.mayGoOn === false ? END_MS : STOP_MS));
  const { status, stdout, stderr } = spawnSync(
    compileTool(folder, 'injector'),
    [...args, run.program, ...(run.args ?? [])],
    { encoding: 'utf8', input: '', timeout: HANGS_MS, killSignal: 'SIGKILL' },
  );
  if (status !== 0) throw new Error(`injector: ${status} ${stderr}`);
  const symbolAt = run.follow === undefined ? symbolsOf(run.program) : () => '?';
  return { ...readReport(readFileSync(report, 'utf8'), symbolAt), stdout, stderr };
}

function readReport(text: string, symbolAt: Symbols): Omit<Outcome, 'stdout' | 'stderr'> {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  const all = (kind: string) => lines.filter(([first]) => first === kind);
  const number = (kind: string): number => Number(all(kind)[0]?.[1] ?? Number.NaN);
  const call = ([, process, count, number, at, argument]: readonly string[]): Call => ({
    process: Number(process),
    count: Number(count),
    name: count === '0' ? 'start' : nameOf(Number(number), Number.parseInt(argument ?? '', 16)),
    symbol: symbolAt(Number.parseInt(at ?? '', 16)),
  });
  const hit = all('hit')[0];
  const exit = Number(all('exit').find(([, process]) => process === '0')?.[2] ?? Number.NaN);
  const statusOf = (word: number) => ((word & 0x7f) === 0 ? word >> 8 : 128 + (word & 0x7f));
  const executed = all('executed')[0]?.[1];
  return {
    calls: all('call').map(call),
    hit: hit === undefined ? undefined : call(hit),
    bornAt: all('process').map(
      (line) => lines.slice(0, lines.indexOf(line)).filter(([first]) => first === 'call').length,
    ),
    executed: executed === undefined ? undefined : Number(executed),
    status: statusOf(exit),
    driver: statusOf(number('driver')),
    record: Buffer.from(
      all('status')
        .map(([, hex]) => hex)
        .join(''),
      'hex',
    ),
    alive: [...all('alive'), ...all('orphan')].map((words) => words.join(' ')),
    stopped: all('stopped').length > 0,
    hang: all('hang').length > 0,
    cleanMs: number('clean'),
    statusMs: number('status-end'),
  };
}
