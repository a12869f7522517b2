import { watch } from 'node:fs';
import { unknownEvent, valueInvalid } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { lastEvent } from '../../state/last-event.ts';
import { livesOf } from '../../state/lives.ts';
import { listRunning } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { allKnown, findKnown, type Known } from '../find-known.ts';
import { changes, type Happening, type Seen } from '../happenings.ts';
import { print } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { nameOfState } from '../state-of.ts';

interface Options {
  readonly event?: string;
  readonly domain?: string;
  readonly loop?: boolean;
  readonly timestamp?: boolean;
  readonly timeout?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** A domain that is paused changes no directory that could be watched. */
const LOOK_MS = 100;

/** Tells what becomes of domains: once, or until it is ended. */
export async function event(options: Options): Promise<void> {
  if (options.list === true) return print('lifecycle\n\n');
  if (options.event !== undefined && options.event !== 'lifecycle')
    throw new Failure([unknownEvent(options.event)]);
  const seconds = options.timeout === undefined ? undefined : Number(options.timeout);
  if (seconds !== undefined && !(seconds >= 1))
    throw new Failure([valueInvalid(String(options.timeout), 'seconds, from 1')]);
  const only = options.domain === undefined ? undefined : findKnown(options.domain).name;
  const { received, isTimeout } = await follow(only, options, seconds);
  if (options.json === true) return;
  if (isTimeout) print('event loop timed out\n');
  print(`events received: ${received}\n\n`);
}

/** Until the first happening, or with `loop` until it is interrupted; in any case until the time is over. */
function follow(
  only: string | undefined,
  options: Options,
  seconds: number | undefined,
): Promise<{ readonly received: number; readonly isTimeout: boolean }> {
  return new Promise((resolve) => {
    let before = look();
    let received = 0;
    const end = (isTimeout: boolean) => {
      clearInterval(timer);
      clearTimeout(limit);
      watcher?.close();
      resolve({ received, isTimeout });
    };
    const compare = () => {
      const now = look();
      const all = changes(before, now, endOf).filter(({ domain }) => (only ?? domain) === domain);
      before = now;
      for (const each of all) {
        received++;
        print(textOf(each, options));
        if (options.loop !== true) return end(false);
      }
    };
    const timer = setInterval(compare, LOOK_MS);
    const limit = seconds === undefined ? undefined : setTimeout(() => end(true), seconds * 1000);
    const watcher = watchOrNothing(compare);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(false));
  });
}

function watchOrNothing(changed: () => void) {
  try {
    return watch(runtimeDirectory(), () => changed()).on('error', () => {});
  } catch {
    return undefined; // nothing has ever run here
  }
}

const look = (): ReadonlyMap<string, Seen> =>
  new Map(allKnown(listRunning(runtimeDirectory())).map((known) => [known.name, seenOf(known)]));

const seenOf = (known: Known): Seen => ({
  state: nameOfState(known),
  isDefined: known.isDefined,
  supervisor: known.running?.supervisorPid,
  restarts:
    known.running === undefined ? 0 : (livesOf(runtimeDirectory(), known.name)?.restarts ?? 0),
});

function endOf(name: string): string {
  switch (lastEvent(definedPlaces(), name)?.event) {
    case 'destroyed':
      return 'Destroyed';
    case 'failed':
      return 'Failed';
    default:
      return 'Shutdown';
  }
}

function textOf({ domain, event: name, detail }: Happening, { timestamp, json }: Options): string {
  const time = new Date();
  if (json === true)
    return `${JSON.stringify({ time: time.toISOString(), domain, event: name, detail })}\n`;
  const stamp =
    timestamp === true ? `${time.toISOString().replace('T', ' ').replace('Z', '+0000')}: ` : '';
  return `${stamp}event 'lifecycle' for domain '${domain}': ${name} ${detail}\n`;
}
