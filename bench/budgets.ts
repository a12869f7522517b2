import { EMPTY_NODE } from './compile-time.ts';
import { FLOOR, LXPLAIN, SAME_CALLS, VIRSH } from './contestants.ts';
import { HOT } from './conversion.ts';
import type { Budget, Table } from './report.ts';
import { ratio, summary } from './statistics.ts';
import { CREATED } from './weight.ts';

/** What this program promises, beside what was measured. */
export function budgets(tables: readonly Table[]): readonly Budget[] {
  const row = (id: string, name: string) => tables.find((table) => table.id === id)?.rows.get(name);
  const times = (what: string, id: string, of: string, to: string, limit: number): Budget => {
    const value = ratio(row(id, of), row(id, to));
    return {
      what,
      budget: `≤ ${limit} ×`,
      measured: value === undefined ? '' : `${value.toFixed(2)} ×`,
      met: value === undefined ? undefined : value <= limit,
    };
  };
  const part = (peer: string, divisor: number, pace: 'isolated' | 'back to back'): Budget => {
    const id = pace === 'isolated' ? 'w1' : 'w1-peers';
    const value = ratio(row(id, peer), row(id, LXPLAIN));
    return {
      what: `W1, ${peer} against the compiled program, ${pace}`,
      budget: `≥ ${divisor} ×`,
      measured: value === undefined ? '' : `${value.toFixed(1)} ×`,
      met: value === undefined ? undefined : value >= divisor,
    };
  };
  const most = (what: string, id: string, of: string, limit: number, unit: string): Budget => {
    const outcome = row(id, of);
    const value = outcome === undefined ? undefined : summary(outcome)?.median;
    return {
      what,
      budget: `≤ ${limit} ${unit}`,
      measured: value === undefined ? '' : `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`,
      met: value === undefined ? undefined : value <= limit,
    };
  };
  const cold = (command: string, limit: number): Budget =>
    times(`${command}, cold, against ${EMPTY_NODE}`, 'cold', command, EMPTY_NODE, limit);
  return [
    times('W1 against the same calls in C, isolated', 'w1', LXPLAIN, SAME_CALLS, 1.05),
    times('W1 against the same calls in C, back to back', 'w1-hot', LXPLAIN, SAME_CALLS, 1.05),
    times('W1 against the leanest floor in C, isolated', 'w1', LXPLAIN, FLOOR, 1.25),
    times('W1 against the leanest floor in C, back to back', 'w1-hot', LXPLAIN, FLOOR, 1.25),
    ...(['isolated', 'back to back'] as const).flatMap((pace) => [
      part('bwrap', 2, pace),
      part('lxc-start -F', 3, pace),
      part('crun run', 3, pace),
      part('runc run', 8, pace),
    ]),
    part(VIRSH, 20, 'isolated'),
    most('supervisor of a container that sleeps, PSS', 'pss', CREATED, 32, 'KiB'),
    times('100 containers at once against the floor', 'many', LXPLAIN, FLOOR, 1.3),
    most('the compiled program', 'size', 'W1', 64 * 1024, 'bytes'),
    most('XML → ELF in a warm process', 'warm', 'golden cases', 3, 'ms'),
    most('lxc config → XML in a warm process, per file', 'convert', HOT, 0.03, 'ms'),
    cold('lxplain plan', 1.5),
    cold('lxplain check', 1.5),
    cold('lxplain domxml-from-native', 1.5),
    cold('lxplain create, until init runs', 1.7),
  ];
}
