import {
  memnodeWithoutCells,
  numaModeUnknown,
  numaNodesetMissing,
  numaPlacementUnknown,
  onlyOneSupported,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { NumaMemory, Numatune, Vcpu } from '../../ir/tuning.ts';
import { nonEmpty } from './filesystem.ts';
import { keep } from './kept/keep.ts';
import { type KeptRule, number, oneOf, set } from './kept/rule.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';
import { readSet } from './vcpu.ts';

const memnodeRule: KeptRule = {
  attributes: {
    cellid: number({ required: true }),
    mode: oneOf('strict preferred interleave restrictive', { default: 'strict' }),
    nodeset: set('nodeset', { required: true }),
  },
};

const modes = ['strict', 'preferred', 'interleave', 'restrictive'] as const;

/**
 * @param cells how many NUMA cells `<cpu>` gives the domain
 * @see libvirt 9.0, src/conf/numa_conf.c, virDomainNumatuneParseXML and virDomainNumatuneSet
 */
export function readNumatune(
  reading: Reading,
  root: XmlElement,
  vcpu: Vcpu | undefined,
  cells: number,
): Numatune | undefined {
  const [element, second] = reading.many(root, 'numatune');
  if (second !== undefined) reading.report(onlyOneSupported('numatune', second.span));
  const memory = element === undefined ? undefined : readNumaMemory(reading, element);
  const memnodes = element === undefined ? [] : reading.many(element, 'memnode');
  const [memnode] = memnodes;
  if (memnode !== undefined && cells === 0) reading.report(memnodeWithoutCells(memnode.span));
  const kept = memnodes.flatMap((each) => keep(reading, each, memnodeRule) ?? []);
  if (element !== undefined && (memory !== undefined || kept.length > 0)) {
    return { ...given({ memory, kept: nonEmpty(kept) }), origin: source(element.span) };
  }
  if (vcpu?.placement !== 'auto') return undefined;
  // Where the CPUs are chosen by numad, so is the memory.
  const { origin } = vcpu;
  return { memory: { mode: 'strict', placement: 'auto', origin }, origin };
}

function readNumaMemory(reading: Reading, numatune: XmlElement): NumaMemory | undefined {
  const element = reading.one(numatune, 'memory');
  if (element === undefined) return undefined;
  const modeText = reading.attribute(element, 'mode');
  const placementText = reading.attribute(element, 'placement');
  const nodesetText = reading.attribute(element, 'nodeset');
  if ([modeText, placementText, nodesetText].every((each) => each === undefined)) return undefined;
  const mode = modeText === undefined ? 'strict' : modes.find((each) => each === modeText.value);
  if (mode === undefined && modeText !== undefined) {
    return reading.report(numaModeUnknown(modeText.value, modeText.span));
  }
  const placement = placementText?.value;
  if (placementText !== undefined && placement !== 'static' && placement !== 'auto') {
    return reading.report(numaPlacementUnknown(placementText.value, placementText.span));
  }
  const nodeset = nodesetText === undefined ? undefined : readSet(reading, 'nodeset', nodesetText);
  if (nodesetText !== undefined && nodeset === undefined) return undefined;
  if (placement !== 'auto' && nodeset === undefined) {
    return reading.report(numaNodesetMissing(element.span));
  }
  return {
    mode: mode ?? 'strict',
    placement: placement === 'auto' ? 'auto' : 'static',
    ...given({ nodeset: placement === 'auto' ? undefined : nodeset }),
    origin: source(element.span),
  };
}
