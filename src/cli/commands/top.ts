import { closeSync, openSync, writeSync } from 'node:fs';
import { arch, hostname } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import {
  fileUnwritable,
  notATerminal,
  secondsInvalid,
  valueInvalid,
} from '../../diagnostics/catalog/cli.ts';
import { printable } from '../../diagnostics/printable.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { errorCode } from '../../linux/error-code.ts';
import { ascii } from '../../monitor/cells.ts';
import { csvHead, csvRow } from '../../monitor/csv.ts';
import type { SortKey } from '../../monitor/figures.ts';
import { processLines } from '../../monitor/processes.ts';
import {
  firstView,
  linesOf,
  type Order,
  press,
  type Seen,
  SHORTEST_MS,
  shownOf,
  type View,
} from '../../monitor/view.ts';
import { printPlan } from '../../plan/print.ts';
import { readPlan } from '../../plan/read.ts';
import { findRunning, type Running } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { notesOf } from '../find-domain.ts';
import { FullScreen } from '../full-screen.ts';
import { LogPage } from '../log-page.ts';
import { print } from '../output.ts';
import { isStandardOutput } from '../output-file.ts';
import { processTree } from '../processes.ts';
import { Sampler, thisHost } from '../sampler.ts';
import { type ScreenOptions, screenOf } from '../screen.ts';
import { ask } from './shutdown.ts';

interface Options extends ScreenOptions {
  readonly delay: string;
  readonly iterations?: string;
  readonly sort: SortKey;
  readonly batch?: boolean;
  readonly script?: boolean;
  readonly csv?: string;
  readonly json?: boolean;
}

/** How often, at what distance, and where to. */
interface Run {
  readonly sampler: Sampler;
  readonly delayMs: number;
  /** Samples that are shown. */
  readonly count: number;
  /** Writes a row of the last sample where --csv says. */
  readonly record: () => void;
}

/** Shows what all running domains use, again and again. */
export async function top(names: readonly string[], options: Options): Promise<void> {
  const delayMs = delayIn(options.delay);
  const sampler = new Sampler(names);
  const run = {
    sampler,
    delayMs,
    count: countIn(options.iterations),
    record: recorder(sampler, options),
  };
  sampler.take(); // a use is a difference
  if (options.batch === true || options.json === true || options.script === true)
    return inTurn(run, () => print(textOf(run, options)));
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new Failure([notATerminal()]);
  return new Monitor(run, options, (await screenOf(options)).isColoured).run();
}

function delayIn(text: string): number {
  const milliseconds = Math.round(Number(text) * 1000);
  if (/^\d+(\.\d+)?$/.test(text) && milliseconds >= SHORTEST_MS && milliseconds <= 3_600_000)
    return milliseconds;
  throw new Failure([secondsInvalid(text)]);
}

function countIn(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Failure([valueInvalid(text, 'a number of samples')]);
  return Number(text);
}

async function inTurn({ sampler, delayMs, count, record }: Run, show: () => void): Promise<void> {
  for (let shown = 0; shown < count; shown += 1) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    sampler.take();
    record();
    show();
  }
}

/** A line of JSON, or the screen as text, or nothing. */
function textOf({ sampler, delayMs }: Run, { batch, json, sort }: Options): string {
  const view = firstView(sort, delayMs);
  if (json === true) {
    const domains = shownOf(view, sampler.samples);
    return `${JSON.stringify({ version: 1, at: new Date().toISOString(), domains })}\n`;
  }
  if (batch !== true) return '';
  const { samples } = sampler;
  const height = 4 + (samples.at(-1)?.domains.length ?? 0);
  const screen = { width: BATCH_WIDTH, height, isColoured: false, marks: ascii };
  const lines = linesOf(view, seenBy(sampler, []), screen).slice(0, -1);
  return `${lines.map((line) => stripVTControlCharacters(line).trimEnd()).join('\n')}\n\n`;
}

const BATCH_WIDTH = 132;

const seenBy = (sampler: Sampler, details: readonly string[]): Seen => ({
  samples: sampler.samples,
  host: thisHost(),
  shutOff: sampler.shutOff,
  nowMs: Date.now(),
  details,
});

/** What writes a row of the last sample to the file; it has its head at once. @throws Failure */
function recorder(sampler: Sampler, { csv, sort }: Options): () => void {
  if (csv === undefined) return () => undefined;
  const append = appenderOf(csv);
  append(csvHead);
  return () => {
    const [before, now] = sampler.samples.slice(-2);
    const seconds = ((now?.atMs ?? 0) - (before?.atMs ?? 0)) / 1000;
    const host = { hostName: hostname(), arch: arch() === 'x64' ? 'x86_64' : 'aarch64' };
    const totals = { ...host, ...thisHost(), shutOff: sampler.shutOff, nowMs: Date.now() };
    append(csvRow(shownOf(firstView(sort, 0), sampler.samples), totals, seconds));
  };
}

function appenderOf(path: string): (text: string) => void {
  if (isStandardOutput(path)) return print;
  try {
    const file = openSync(path, 'w');
    process.once('exit', () => closeSync(file));
    return (text) => {
      writeSync(file, text);
    };
  } catch (cause) {
    throw new Failure([fileUnwritable(path, errorCode(cause))]);
  }
}

/** The full screen, and what the keys ask for. */
class Monitor {
  private readonly session: Run;
  private readonly screen: FullScreen;
  private view: View;
  private details: readonly string[] = [];
  private log: LogPage | undefined;
  private timer: NodeJS.Timeout | undefined;
  private shown = 0;
  private readonly ended: Promise<void>;
  private end: () => void = () => undefined;

  constructor(session: Run, { sort }: Options, isColoured: boolean) {
    this.session = session;
    this.view = firstView(sort, session.delayMs);
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    this.screen = new FullScreen(
      isColoured,
      (key) => {
        const names = shownOf(this.view, session.sampler.samples).map(({ name }) => name);
        const { view, order } = press(this.view, key, names);
        this.view = view;
        if (order !== undefined) this.obey(order);
        if (key.name === 'space' || (key.ctrl === true && key.name === 'l')) this.tick();
        else this.draw();
      },
      () => this.draw(),
    );
  }

  async run(): Promise<void> {
    this.timer = setTimeout(() => this.tick(), FIRST_MS);
    this.draw();
    await this.ended;
    clearTimeout(this.timer);
    this.screen.leave();
  }

  private tick(): void {
    clearTimeout(this.timer);
    const { sampler, record, count } = this.session;
    sampler.take();
    record();
    this.draw();
    this.shown += 1;
    if (this.shown >= count) this.end();
    else this.timer = setTimeout(() => this.tick(), this.view.delayMs);
  }

  private draw(): void {
    this.details = this.pageOf(this.view);
    const seen = seenBy(this.session.sampler, this.details);
    this.screen.draw(linesOf(this.view, seen, this.screen.size));
  }

  private pageOf({ page, chosen }: View): readonly string[] {
    if (chosen === undefined || page === 'list' || page === 'help') return [];
    if (page === 'log') return this.logPage(chosen);
    const running = findRunning(runtimeDirectory(), chosen);
    if (running === undefined) return [`'${printable(chosen)}' has ended`];
    if (page === 'processes') return processLines(processTree(running));
    return planLines(running, this.screen.size.width);
  }

  /** Also of one that has ended. */
  private logPage(chosen: string): readonly string[] {
    if (this.log?.name !== chosen) this.log = new LogPage(chosen);
    return this.log.lines();
  }

  private obey({ kind, name }: Order): void {
    if (kind === 'quit' || name === undefined) return this.end();
    if (kind === 'attach') return this.screen.lend(['console', name]);
    const wish = kind === 'stop' ? 'shutdown' : 'reboot';
    this.view = { ...this.view, message: told(name, () => ask(name, wish, {})) };
  }
}

/** The second sample comes soon: without it there is nothing to show. */
const FIRST_MS = 250;

/** What the last line says of something that was asked of a domain. */
function told(name: string, work: () => unknown): string {
  try {
    work();
    return `init of '${printable(name)}' was asked`;
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return printable(cause.diagnostics[0]?.message ?? '');
  }
}

function planLines(running: Running, width: number): readonly string[] {
  const { plan } = readPlan(running.name, notesOf(running)?.planJson ?? '');
  return plan === undefined ? [] : printPlan(plan, { isBrief: true, width }).split('\n');
}
