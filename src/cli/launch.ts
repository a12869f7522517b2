import {
  alreadyRunning,
  endedAtOnce,
  programNotRun,
  stepFailed,
  supervisorLost,
} from '../diagnostics/catalog/cli.ts';
import { notRoot } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Sources } from '../diagnostics/render.ts';
import { LibcError, strerror, waitFor } from '../exec/libc.ts';
import { type Run, runProgram, type Started } from '../exec/run.ts';
import { logDirectory, runtimeDirectory } from '../facts/probe.ts';
import { errnoName } from '../linux/errno.ts';
import type { WindowSize } from '../lower/mode.ts';
import { causesOf } from '../plan/causes.ts';
import { describe } from '../plan/describe.ts';
import { lineSpan } from '../plan/line-span.ts';
import type { Plan } from '../plan/plan.ts';
import { cleanName } from '../state/clean.ts';
import { endOfChild } from '../state/ended.ts';
import { logFailure } from '../state/log.ts';
import { Failure, failOn, tell, tellEnded, trustState, whatStays } from './failure.ts';
import { missingProgram } from './missing-program.ts';
import { BROKEN_PIPE, pause, print, printDone, printError } from './output.ts';

/** A program to be run, and what is to be said of it. */
export interface Launch {
  readonly name: string;
  readonly elf: Uint8Array;
  /** Of the program: asked for only if a step of it has failed. */
  readonly plan: () => Promise<Plan | undefined>;
  /** The file that its steps come from, as the user knows it, and its text. */
  readonly file: string;
  readonly sources: () => Sources;
  /** What is said when init has been executed. */
  readonly done: string;
  readonly withConsole: boolean;
  /** Descriptors that init gets, in this order. */
  readonly passed?: readonly number[];
}

/** @throws Failure for anybody but root */
export function needRoot(): void {
  const euid = process.geteuid?.() ?? -1;
  if (euid !== 0) throw new Failure([notRoot(euid)]);
}

/**
 * Runs the program; success is reported only when init has really been executed. With a console, relays it until it ends or is
 * left.
 * @returns the supervisor, and whether it has ended by then
 * @throws Failure
 */
export async function launch(given: Launch): Promise<{ readonly supervisorPid: number }> {
  const { name, done, withConsole } = given;
  clearLeftovers(name);
  const run = runOrFail(given);
  const begun = performance.now();
  if (run.started.kind !== 'started') {
    const told = await failure(given, run.started);
    if (told.code !== 'domain/already-running') logFailure(logDirectory(), name, told.message);
    const stays = told.code === 'domain/already-running' ? [] : whatStayed(name);
    throw new Failure([told, ...stays], given.sources());
  }
  printDone(done);
  const { supervisorPid } = run;
  if (!withConsole) {
    tellIfEnded(name, supervisorPid, begun);
    return { supervisorPid };
  }
  // What the console prints may go into a pipe: that is for a person goes beside it.
  const { stdin, stdout } = process;
  const say = stdout.isTTY ? print : printError;
  if (stdin.isTTY) say(`Connected to domain '${name}'\nEscape character is ^] (Ctrl + ])\n`);
  const { relayConsole } = await import('./relay.ts');
  const how = await relayConsole(run);
  if (how === 'left') say(`\nDomain '${name}' goes on: 'lxplain destroy ${name}' ends it\n`);
  if (how === 'ended') process.exitCode = waitFor(supervisorPid);
  if (how === 'unread') process.exitCode = BROKEN_PIPE;
  return { supervisorPid };
}

/** So long a start looks whether the domain is still there: an init that fails at once has done so by then. */
const PATIENCE_MS = 8;

function tellIfEnded(name: string, supervisorPid: number, begun: number): void {
  for (;;) {
    const status = endOfChild(supervisorPid);
    const passed = performance.now() - begun;
    if (status !== undefined)
      return tell([endedAtOnce(name, Math.ceil(passed), status)], new Map());
    if (passed > PATIENCE_MS) return;
    pause();
  }
}

/** Ends and removes what a killed supervisor has left: what still runs would share the new container's groups. */
function clearLeftovers(name: string): void {
  const directory = runtimeDirectory();
  trustState(directory);
  const cleaned = cleanName(directory, name);
  tellEnded(name, cleaned);
  failOn(whatStays(name, cleaned));
}

/** What a failed start could not take back, and cannot be taken back now either. */
const whatStayed = (name: string): readonly Diagnostic[] =>
  whatStays(name, cleanName(runtimeDirectory(), name));

function runOrFail({ name, elf, withConsole, passed }: Launch): Run {
  try {
    return runProgram(elf, name, withConsole, passed);
  } catch (cause) {
    if (!(cause instanceof LibcError)) throw cause;
    const reason = `${errnoName(cause.errno)} (${strerror(cause.errno)})`;
    throw new Failure([programNotRun(name, cause.call, reason)]);
  }
}

/** Of the terminal that shows the console, if it is one. */
export function terminalSize(): { readonly size?: WindowSize } {
  const { isTTY, rows, columns } = process.stdout;
  return isTTY ? { size: { rows, columns } } : {};
}

async function failure(
  { name, plan: planOf, file, sources }: Launch,
  started: Exclude<Started, { kind: 'started' }>,
): Promise<Diagnostic> {
  if (started.kind === 'lost') return supervisorLost(name);
  const plan = await planOf();
  const step = plan?.steps[started.step - 1];
  const errno = errnoName(started.errno);
  if (plan === undefined || step === undefined) return supervisorLost(name);
  if (step.op === 'state.lock' && errno === 'EAGAIN') return alreadyRunning(name);
  const place = { id: step.id, text: describe(step), span: lineSpan(step.origin, sources()) };
  const again = file === '-' ? 'FILE' : file;
  const cause = missingProgram(plan, step, errno) ?? causesOf(step)[errno];
  return stepFailed(
    name,
    place,
    { errno, reason: strerror(started.errno), cause, says: started.says },
    again,
  );
}
