import { recordOf } from './ops.ts';
import type { Operation } from './plan.ts';

/**
 * The key of each step: its operation and what it is done to, such as `mount.attach /srv/data`. It stays the same where
 * the numbers of other plans move. The second of two has `#2` behind it.
 */
export function keysOf(operations: readonly Operation[]): readonly string[] {
  const used = new Set<string>();
  const counts = new Map<string, number>();
  return operations.map((operation) => {
    const object = recordOf(operation).key?.(operation) ?? '';
    const name = object === '' ? operation.op : `${operation.op} ${object}`;
    let count = (counts.get(name) ?? 0) + 1;
    let key = count === 1 ? name : `${name} #${count}`;
    while (used.has(key)) key = `${name} #${++count}`;
    counts.set(name, count);
    used.add(key);
    return key;
  });
}
