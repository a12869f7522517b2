import { describe, expect, test } from 'vitest';
import { changes, type Seen } from '../../src/cli/happenings.ts';

const off: Seen = { state: 'shut off', isDefined: true, supervisor: undefined, restarts: 0 };
const running: Seen = { ...off, state: 'running', supervisor: 7 };
const paused: Seen = { ...running, state: 'paused' };

const between = (before: Seen | undefined, after: Seen | undefined): readonly string[] => {
  const map = (seen: Seen | undefined) => new Map(seen === undefined ? [] : [['vm1', seen]]);
  return changes(map(before), map(after), () => 'Shutdown').map(
    ({ event, detail }) => `${event} ${detail}`,
  );
};

describe('what has become of a domain between two looks', () => {
  const cases: readonly (readonly [Seen | undefined, Seen | undefined, readonly string[]])[] = [
    [undefined, off, ['Defined Added']],
    [off, undefined, ['Undefined Removed']],
    [off, running, ['Started Booted']],
    [running, off, ['Stopped Shutdown']],
    [running, paused, ['Suspended Paused']],
    [paused, running, ['Resumed Unpaused']],
    [paused, off, ['Stopped Shutdown']],
    // What was missed in between is told.
    [off, paused, ['Started Booted', 'Suspended Paused']],
    [undefined, paused, ['Defined Added', 'Started Booted', 'Suspended Paused']],
    [running, { ...running, supervisor: 8 }, ['Stopped Shutdown', 'Started Booted']],
    [
      paused,
      { ...paused, supervisor: 8 },
      ['Stopped Shutdown', 'Started Booted', 'Suspended Paused'],
    ],
    [running, { ...running, restarts: 1 }, ['Started Booted']],
    [running, running, []],
    [paused, paused, []],
  ];
  test.for(cases)('%#', ([before, after, told]) => {
    expect(between(before, after)).toEqual(told);
  });
});
