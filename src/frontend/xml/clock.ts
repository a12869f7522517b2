import {
  clockAdjustmentUnknown,
  clockAttributeMissing,
  clockBasisUnknown,
  clockOffsetUnknown,
  timerCatchup,
  timerSetting,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Clock, Timer, TimerName } from '../../ir/clock.ts';
import { keep } from './kept/keep.ts';
import { number64 } from './kept/rule.ts';
import { int64, uint64 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefClockParse */
export function readClock(reading: Reading, root: XmlElement): Clock | undefined {
  const elements = reading.many(root, 'clock');
  const [first] = elements;
  if (first === undefined) return undefined;
  const offset = readOffset(reading, elements, first);
  const timers = reading.many(elements, 'timer').flatMap((each) => readTimer(reading, each) ?? []);
  return offset && { ...offset, timers, origin: source(first.span) };
}

type Offset = Clock extends infer C
  ? C extends Clock
    ? Omit<C, 'timers' | 'origin'>
    : never
  : never;

function readOffset(
  reading: Reading,
  elements: readonly XmlElement[],
  first: XmlElement,
): Offset | undefined {
  const read = (name: string) => reading.attributeText(elements, name);
  const offset = read('offset');
  const adjustment = read('adjustment');
  switch (offset?.value ?? 'utc') {
    case 'utc':
    case 'localtime': {
      const basis = offset?.value === 'localtime' ? 'localtime' : 'utc';
      if (adjustment === undefined) return { offset: basis, reset: false };
      if (adjustment.value === 'reset') return { offset: basis, reset: true };
      const adjustmentSeconds = int64(adjustment.value);
      return adjustmentSeconds === undefined
        ? reading.report(clockAdjustmentUnknown(adjustment.value, adjustment.span))
        : { offset: 'variable', adjustmentSeconds, basis };
    }
    case 'variable': {
      const basis = read('basis');
      const known = (['utc', 'localtime'] as const).find(
        (each) => each === (basis?.value ?? 'utc'),
      );
      if (known === undefined && basis !== undefined) {
        return reading.report(clockBasisUnknown(basis.value, basis.span));
      }
      // libvirt takes an adjustment that is no number for none.
      const adjustmentSeconds = int64(adjustment?.value ?? '0') ?? 0n;
      return { offset: 'variable', adjustmentSeconds, basis: known ?? 'utc' };
    }
    case 'timezone': {
      const timezone = read('timezone');
      return timezone === undefined
        ? reading.report(clockAttributeMissing('timezone', 'timezone', first.span))
        : { offset: 'timezone', timezone: timezone.value };
    }
    case 'absolute': {
      const startSeconds = uint64(read('start')?.value ?? '');
      return startSeconds === undefined
        ? reading.report(clockAttributeMissing('start', 'absolute', first.span))
        : { offset: 'absolute', startSeconds };
    }
    default:
      return reading.report(clockOffsetUnknown(offset?.value ?? '', offset?.span ?? first.span));
  }
}

const timerNames: readonly TimerName[] = [
  'platform',
  'pit',
  'rtc',
  'hpet',
  'tsc',
  'kvmclock',
  'hypervclock',
  'armvtimer',
];

const catchup = {
  attributes: {
    threshold: number64({ zero: 'dropped' }),
    slew: number64({ zero: 'dropped' }),
    limit: number64({ zero: 'dropped' }),
  },
  emptyIsDropped: true,
} as const;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainTimerDefParseXML */
function readTimer(reading: Reading, element: XmlElement): Timer | undefined {
  if (reading.required(element, 'name') === undefined) return undefined;
  const name = reading.oneOf(element, 'name', timerNames);
  const present = reading.yesNo(element, 'present');
  const tickpolicy = reading.oneOf(element, 'tickpolicy', ['delay', 'catchup', 'merge', 'discard']);
  const track = reading.oneOf(element, 'track', ['boot', 'guest', 'wall', 'realtime']);
  const frequency = reading.uint64(element, 'frequency');
  const mode = reading.oneOf(element, 'mode', ['auto', 'native', 'emulate', 'paravirt', 'smpsafe']);
  const child = reading.one(element, 'catchup');
  const kept = child === undefined ? undefined : keep(reading, child, catchup);
  if (name === undefined) return undefined;
  const timer: Timer = {
    name,
    ...given({
      present,
      tickpolicy,
      track,
      frequency: frequency === 0n ? undefined : frequency,
      mode,
      kept: kept === undefined ? undefined : [kept],
    }),
    origin: source(element.span),
  };
  checkTimer(reading, timer, element);
  return timer;
}

/** @see libvirt 9.0, src/conf/domain_postparse.c, virDomainDefPostParseTimer */
function checkTimer(reading: Reading, timer: Timer, { span }: XmlElement): void {
  const { name } = timer;
  const refuse = (what: string) => reading.late('timers', timerSetting(name, what, span));
  if (name === 'kvmclock' || name === 'hypervclock') {
    if (timer.tickpolicy !== undefined) refuse('tickpolicy');
  }
  if (timer.tickpolicy !== 'catchup' && timer.kept !== undefined) {
    reading.late('timers', timerCatchup(span));
  }
  if (name !== 'tsc') {
    if (timer.frequency !== undefined) refuse('frequency');
    if (timer.mode !== undefined) refuse('mode');
  }
  if (name !== 'platform' && name !== 'rtc' && timer.track !== undefined) refuse('track');
}
