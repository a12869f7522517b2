import {
  iothreadMissing,
  onlyOneSupported,
  schedulersOverlap,
  schedulerWithoutThreads,
  vcpuMissing,
} from '../../diagnostics/catalog/definition.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Span, source } from '../../diagnostics/origin.ts';
import type { Kept, KeptAttribute } from '../../ir/kept.ts';
import type { NumberSet } from '../../ir/tuning.ts';
import { keepAttributes } from './kept/keep.ts';
import { integer, oneOf } from './kept/rule.ts';
import type { Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';
import { readSet } from './vcpu.ts';

const rules = {
  scheduler: oneOf('batch idle fifo rr', { required: true }),
};

const realtime = { priority: integer({ required: true, negative: 'kept' }) };

/**
 * How the threads of a virtual machine are scheduled, one by one and in order.
 * @param vcpus how many there are
 * @param iothreads the ids of those that there are
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainSchedulerParse
 */
export function readSchedulers(
  reading: Reading,
  parents: readonly XmlElement[],
  vcpus: number,
  iothreads: ReadonlySet<number>,
): readonly Kept[] {
  const ofVcpus = readThreads(reading, parents, 'vcpus', (id, at) =>
    id < vcpus ? undefined : vcpuMissing(id, at),
  );
  const ofIothreads = readThreads(reading, parents, 'iothreads', (id, at) =>
    iothreads.has(id) ? undefined : iothreadMissing(id, at),
  );
  const [emulator, second] = reading.many(parents, 'emulatorsched');
  if (second !== undefined) reading.report(onlyOneSupported('emulatorsched', second.span));
  return [
    ...(emulator === undefined
      ? []
      : [
          {
            name: 'emulatorsched',
            attributes: readAttributes(reading, emulator),
            children: [],
            origin: source(emulator.span),
          },
        ]),
    ...ofVcpus,
    ...ofIothreads,
  ];
}

const elementOf = { vcpus: 'vcpusched', iothreads: 'iothreadsched' } as const;

/** An element speaks of one thread or of many. @param fault what is wrong with a thread of this id */
function readThreads(
  reading: Reading,
  parents: readonly XmlElement[],
  name: keyof typeof elementOf,
  fault: (id: number, at: Span) => Diagnostic | undefined,
): readonly Kept[] {
  const threads = new Map<number, Kept>();
  for (const element of reading.many(parents, elementOf[name])) {
    const text = reading.attribute(element, name);
    if (text === undefined) {
      reading.report(schedulerWithoutThreads(name, element.localName, element.span));
      continue;
    }
    const set = readSet(reading, 'cpuset', text) ?? [];
    const attributes = readAttributes(reading, element);
    const origin = source(element.span);
    for (const id of members(set)) {
      const found =
        fault(id, text.span) ??
        (threads.has(id) ? schedulersOverlap(element.localName, text.span) : undefined);
      if (found !== undefined) {
        reading.report(found);
        break; // the others of this element may be thousands
      }
      const all = [{ name, value: `${id}` }, ...attributes];
      threads.set(id, { name: element.localName, attributes: all, children: [], origin });
    }
  }
  return [...threads].sort(([a], [b]) => a - b).map(([, kept]) => kept);
}

function* members(set: NumberSet): Generator<number> {
  for (const [first, last] of set) for (let id = first; id <= last; id++) yield id;
}

/** Only what runs in real time has a priority. */
function readAttributes(reading: Reading, element: XmlElement): readonly KeptAttribute[] {
  const attributes = keepAttributes(reading, element, rules);
  const isRealtime = attributes.some(({ value }) => value === 'fifo' || value === 'rr');
  if (isRealtime) return [...attributes, ...keepAttributes(reading, element, realtime)];
  reading.askedOf(element).droppedAttributes.push('priority');
  return attributes;
}
