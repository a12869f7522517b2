import type { Clock, Timer } from '../../ir/clock.ts';
import type { Os } from '../../ir/domain.ts';
import { element, type Printed, textElement } from '../element.ts';

export const printOs = (os: Os): Printed =>
  element('os', {}, [
    textElement('type', 'exe', { arch: os.arch?.value, machine: os.machine?.value }),
    textElement('init', os.init?.value),
    ...os.initArgs.map(({ value }) => textElement('initarg', value)),
    ...os.initEnv.map(({ name, value }) => textElement('initenv', value, { name })),
    textElement('initdir', os.initDir?.value),
    textElement('inituser', os.initUser?.value),
    textElement('initgroup', os.initGroup?.value),
    textElement('cmdline', os.cmdline?.value),
    ...(os.kept ?? []),
  ]);

export const printClock = (clock: Clock | undefined): Printed =>
  clock === undefined
    ? element('clock', { offset: 'utc' })
    : element(
        'clock',
        { offset: clock.offset, ...clockAttributes(clock) },
        clock.timers.map(timer),
      );

function clockAttributes(clock: Clock): Readonly<Record<string, string | bigint | undefined>> {
  switch (clock.offset) {
    case 'utc':
    case 'localtime':
      return { adjustment: clock.reset ? 'reset' : undefined };
    case 'variable':
      return { adjustment: clock.adjustmentSeconds, basis: clock.basis };
    case 'timezone':
      return { timezone: clock.timezone };
    case 'absolute':
      return { start: clock.startSeconds };
  }
}

function timer({ name, present, tickpolicy, track, frequency, mode, kept }: Timer): Printed {
  const there = present === undefined ? undefined : present ? 'yes' : 'no';
  return element('timer', { name, present: there, tickpolicy, track, frequency, mode }, kept);
}
