import type { Origin } from '../diagnostics/origin.ts';
import type { Kept } from './kept.ts';

/** `<clock>`; `offset` is its attribute of that name. */
export type Clock = ClockBase &
  (
    | { readonly offset: 'utc' | 'localtime'; readonly reset: boolean }
    | {
        readonly offset: 'variable';
        readonly adjustmentSeconds: bigint;
        readonly basis: 'utc' | 'localtime';
      }
    | { readonly offset: 'timezone'; readonly timezone: string }
    | { readonly offset: 'absolute'; readonly startSeconds: bigint }
  );

interface ClockBase {
  readonly timers: readonly Timer[];
  readonly origin: Origin;
}

/** Only `rtc` and `hpet` mean something to a container: the device nodes. */
export interface Timer {
  readonly name: TimerName;
  readonly present?: boolean;
  readonly tickpolicy?: 'delay' | 'catchup' | 'merge' | 'discard';
  readonly track?: 'boot' | 'guest' | 'wall' | 'realtime';
  readonly frequency?: bigint;
  readonly mode?: 'auto' | 'native' | 'emulate' | 'paravirt' | 'smpsafe';
  /** `<catchup>`. */
  readonly kept?: readonly Kept[];
  readonly origin: Origin;
}

export type TimerName =
  | 'platform'
  | 'pit'
  | 'rtc'
  | 'hpet'
  | 'tsc'
  | 'kvmclock'
  | 'hypervclock'
  | 'armvtimer';
