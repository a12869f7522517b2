import {
  setEmpty,
  setMalformed,
  vcpuCurrentTooLarge,
  vcpuNone,
  vcpuNotANumber,
  vcpusRefused,
} from '../../diagnostics/catalog/definition.ts';
import { located, source } from '../../diagnostics/origin.ts';
import { isFull } from '../../ir/number-set.ts';
import type { NumberSet, Vcpu } from '../../ir/tuning.ts';
import { parseNumberSet } from './number-set.ts';
import { uint32 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlAttribute, XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainVcpuParse */
export function readVcpu(reading: Reading, root: XmlElement): Vcpu | undefined {
  const [vcpus] = reading.many(root, 'vcpus');
  if (vcpus !== undefined) {
    for (const vcpu of reading.many(vcpus, 'vcpu')) {
      for (const name of ['id', 'enabled', 'hotpluggable', 'order']) reading.attribute(vcpu, name);
    }
    reading.late('features', vcpusRefused(vcpus.span));
  }
  const element = reading.one(root, 'vcpu');
  if (element === undefined) return undefined;
  const count = uint32(element.stringValue, 'wraps');
  if (count === undefined) return reading.report(vcpuNotANumber(element.textSpan));
  const current = reading.uint32(element, 'current');
  if (current !== undefined && current > count) {
    reading.report(
      vcpuCurrentTooLarge(reading.attribute(element, 'current')?.span ?? element.span),
    );
  }
  if (count === 0) reading.late('numa', vcpuNone(element.textSpan));
  const placement = reading.oneOf(element, 'placement', ['static', 'auto']) ?? 'static';
  const cpuset = reading.attribute(element, 'cpuset');
  const set =
    cpuset === undefined || placement === 'auto' ? undefined : readSet(reading, 'cpuset', cpuset);
  return {
    count,
    placement,
    ...given({
      current: current === count ? undefined : current,
      cpuset:
        set === undefined || cpuset === undefined || isFull(set)
          ? undefined
          : located(set, source(cpuset.span)),
    }),
    origin: source(element.span),
  };
}

/** A set of numbers that has to have a member. */
export function readSet(
  reading: Reading,
  name: 'cpuset' | 'nodeset',
  { value, span }: Pick<XmlAttribute, 'value' | 'span'>,
): NumberSet | undefined {
  const set = parseNumberSet(value);
  if (set === undefined) return reading.report(setMalformed(value, span));
  return set.length === 0 ? reading.report(setEmpty(name, value, span)) : set;
}
