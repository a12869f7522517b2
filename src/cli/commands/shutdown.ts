import { closeSync } from 'node:fs';
import {
  modeUnknown,
  nobodyAsked,
  notEndedIn,
  secondsInvalid,
} from '../../diagnostics/catalog/cli.ts';
import { LibcError, pidfdOpen, waitForEnd } from '../../exec/libc.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { type AskMode, askInit, type Wish } from '../../state/ask-init.ts';
import { findRunning, type Running } from '../../state/running.ts';
import { Failure, trustState } from '../failure.ts';
import { findRunningDomain } from '../find-known.ts';
import { needOutput, printDone } from '../output.ts';

interface Options {
  readonly mode?: string;
  readonly wait?: boolean;
  readonly timeout?: string;
}

/** Asks init to end. It need not; with --wait or --timeout the command ends when the container has. */
export function shutdown(text: string, options: Options): void {
  const seconds = options.timeout === undefined ? undefined : secondsIn(options.timeout);
  const running = ask(text, 'shutdown', options);
  printDone(`Domain '${text}' is being shutdown\n\n`);
  if (options.wait !== true && seconds === undefined) return;
  if (!hasEnded(running, seconds)) throw new Failure([notEndedIn(running.name, seconds ?? 0)]);
}

/** Asks init to start again; what `<on_reboot>` says is done when it has ended so. */
export function reboot(text: string, options: Options): void {
  ask(text, 'reboot', options);
  printDone(`Domain '${text}' is being rebooted\n\n`);
}

/** Asks init of a domain that runs. @throws Failure */
export function ask(text: string, wish: Wish, { mode }: Options): Running {
  const modes = modesIn(mode);
  needOutput();
  const directory = runtimeDirectory();
  trustState(directory);
  const { running } = findRunningDomain(text);
  if (!askInit(directory, running, wish, modes)) {
    const what = wish === 'shutdown' ? 'to end' : 'to start again';
    throw new Failure([nobodyAsked(running.name, what)]);
  }
  return running;
}

function modesIn(text: string | undefined): readonly AskMode[] {
  if (text === undefined) return ['initctl', 'signal'];
  return text.split(',').map((mode) => {
    if (mode !== 'initctl' && mode !== 'signal') throw new Failure([modeUnknown(mode)]);
    return mode;
  });
}

/** @throws Failure */
export function secondsIn(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds > 1_000_000) throw new Failure([secondsInvalid(text)]);
  return seconds;
}

/** Waits for the supervisor, for ever without a limit. */
function hasEnded({ name, supervisorPid }: Running, seconds: number | undefined): boolean {
  let supervisor: number | undefined;
  try {
    supervisor = pidfdOpen(supervisorPid);
    if (findRunning(runtimeDirectory(), name)?.supervisorPid !== supervisorPid) return true;
    return waitForEnd(supervisor, seconds === undefined ? -1 : Math.ceil(seconds * 1000));
  } catch (cause) {
    if (cause instanceof LibcError) return true; // it has ended
    throw cause;
  } finally {
    if (supervisor !== undefined) closeSync(supervisor);
  }
}
