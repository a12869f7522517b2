import {
  iothreadsInvalid,
  iothreadTwice,
  poolMaximumZero,
  poolMinimumTooLarge,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import { type Kept, keptValue } from '../../ir/kept.ts';
import { keep, keepOne } from './kept/keep.ts';
import { integer, type KeptRule, number } from './kept/rule.ts';
import { uint32 } from './numbers.ts';
import type { Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

export interface Iothreads {
  /** Those that there are. */
  readonly ids: ReadonlySet<number>;
  readonly kept: readonly Kept[];
}

/** More than any machine has. libvirt makes an object for each, and may not survive it. */
const MOST = 16_384;

const pool = { thread_pool_min: integer(), thread_pool_max: integer() };
const threadRule: KeptRule = {
  attributes: { id: number({ required: true, zero: 'refused' }), ...pool },
};
const defaultRule: KeptRule = { attributes: pool, emptyIsDropped: true };

/**
 * Threads that do the input and output of virtual machines. Those that have no id get the first free ones.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseIOThreads and virDomainDefIOThreadsFormat
 */
export function readIothreads(reading: Reading, root: XmlElement): Iothreads {
  const count = readCount(reading, root);
  const list = reading.one(root, 'iothreadids');
  const threads = readThreads(reading, list === undefined ? [] : reading.many(list, 'iothread'));
  const keptDefaults = keepOne(reading, root, 'defaultiothread', defaultRule);
  for (const kept of [...threads.values(), keptDefaults]) checkPool(reading, kept);
  const origin = source((reading.one(root, 'iothreads') ?? list ?? root).span);
  const made = madeIds(threads, count).map((id) => ({ ...thread(id), origin }));
  const total = threads.size + made.length;
  const kept = [
    total > 0 ? { ...empty('iothreads'), text: `${total}`, origin } : undefined,
    threads.size > 0
      ? { ...empty('iothreadids'), children: [...threads.values(), ...made], origin }
      : undefined,
    keptDefaults,
  ];
  return {
    ids: new Set([...threads.keys(), ...made.map((each) => Number(keptValue(each, 'id')))]),
    kept: kept.filter((each) => each !== undefined),
  };
}

const empty = (name: string) => ({ name, attributes: [], children: [] });
const thread = (id: number) => ({
  ...empty('iothread'),
  attributes: [{ name: 'id', value: `${id}` }],
});

function readCount(reading: Reading, root: XmlElement): number {
  const element = reading.one(root, 'iothreads');
  const text = reading.text(root, 'iothreads');
  if (element === undefined || text === undefined) return 0;
  const count = uint32(text.value);
  if (count !== undefined && count <= MOST) return count;
  reading.report(iothreadsInvalid(text.value, element.textSpan));
  return 0;
}

function readThreads(reading: Reading, elements: readonly XmlElement[]): ReadonlyMap<number, Kept> {
  const threads = new Map<number, Kept>();
  for (const element of elements) {
    const before = reading.diagnostics.length;
    const kept = keep(reading, element, threadRule);
    if (kept === undefined || reading.diagnostics.length > before) continue;
    const id = Number(keptValue(kept, 'id'));
    if (threads.has(id)) reading.report(iothreadTwice(id, element.span));
    threads.set(id, kept);
  }
  return threads;
}

function checkPool(reading: Reading, kept: Kept | undefined): void {
  if (kept?.origin.kind !== 'source') return;
  const [least, most] = ['thread_pool_min', 'thread_pool_max'].map((name) =>
    Number(keptValue(kept, name) ?? -1),
  ) as [number, number];
  if (most === 0) reading.late('iothreads', poolMaximumZero(kept.origin.span));
  else if (least > most) reading.late('iothreads', poolMinimumTooLarge(kept.origin.span));
}

function madeIds(threads: ReadonlyMap<number, Kept>, count: number): readonly number[] {
  const ids: number[] = [];
  for (let id = 1; threads.size + ids.length < count; id++) if (!threads.has(id)) ids.push(id);
  return ids;
}
