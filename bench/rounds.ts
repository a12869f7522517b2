import { readFileSync } from 'node:fs';
import { now } from './spawn.ts';

/** What is measured against others. */
export interface Contestant {
  readonly name: string;
  /** Does the work once. Returns how many ms it took. @throws Error if it went wrong */
  run(): number;
  /** How often it runs before it is measured; three times if not given. */
  readonly warmUp?: number;
}

export type Outcome =
  /** One value per round; `undefined` where the work went wrong. */
  | { readonly kind: 'measured'; readonly samples: readonly (number | undefined)[] }
  | { readonly kind: 'missing'; readonly why: string };

export interface RoundOptions {
  readonly rounds: number;
  /** `isolated`: the machine comes to rest before each sample. `hot`: one right behind the other. */
  readonly pace: 'isolated' | 'hot';
}

const WARM_UP = 3;

/**
 * Lets the contestants take turns, in another order in every round, so that what disturbs the machine disturbs
 * all. One that always fails while it warms up is missing.
 */
export function measure(
  contestants: readonly Contestant[],
  { rounds, pace }: RoundOptions,
): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  const fit: { readonly contestant: Contestant; readonly samples: (number | undefined)[] }[] = [];
  for (const contestant of contestants) {
    const samples: (number | undefined)[] = [];
    const why = warmUp(contestant);
    if (why === undefined) fit.push({ contestant, samples });
    outcomes.set(
      contestant.name,
      why === undefined ? { kind: 'measured', samples } : { kind: 'missing', why },
    );
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, samples } of shuffled(fit)) {
      if (pace === 'isolated') rest();
      try {
        samples.push(contestant.run());
      } catch {
        samples.push(undefined);
      }
    }
  }
  return outcomes;
}

/** Why it cannot do the work: it went wrong every time. libvirtd sometimes misses an end, which is another matter. */
function warmUp({ run, warmUp: times = WARM_UP }: Contestant): string | undefined {
  const faults: string[] = [];
  for (let i = 0; i < times; i++) {
    try {
      run();
    } catch (cause) {
      faults.push((cause as Error).message);
    }
  }
  return faults.length === times ? faults[0] : undefined;
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

export const sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

const GAP_MS = 20;
const QUIET_MS = 50;
const QUIET_SHARE = 0.9;
const PATIENCE_MS = 1000;
/** All waits of a run together: on a machine that never rests the bench ends all the same. */
const ALL_PATIENCE_MS = 60_000;

/** How often the machine was waited for, and how often in vain. */
export const gate = { waits: 0, busy: 0, waitedMs: 0 };

/** Waits until the processors have been idle for nine tenths of 50 ms; a busy machine is waited for one second. */
export function rest(): void {
  sleep(GAP_MS);
  gate.waits++;
  const from = now();
  const deadline = from + Math.min(PATIENCE_MS, ALL_PATIENCE_MS - gate.waitedMs);
  while (now() < deadline) {
    const before = ticks();
    sleep(QUIET_MS);
    const after = ticks();
    const [idle, all] = [after.idle - before.idle, after.all - before.all];
    if (all > 0 && idle / all >= QUIET_SHARE) return;
  }
  gate.busy++;
  gate.waitedMs += now() - from;
}

/** @see proc(5), /proc/stat */
function ticks(): { idle: number; all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = line.split(/ +/).slice(1, 9).map(Number);
  return {
    idle: (fields[3] ?? 0) + (fields[4] ?? 0),
    all: fields.reduce((sum, field) => sum + field, 0),
  };
}
