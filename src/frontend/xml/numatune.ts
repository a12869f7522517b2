import {
  memnodeWithoutCells,
  numaModeUnknown,
  numaNodesetMissing,
  numaPlacementUnknown,
  onlyOneSupported,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { NumaMemory, Numatune, Vcpu } from '../../ir/tuning.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';
import { readSet } from './vcpu.ts';

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
  const [memnode] = element === undefined ? [] : reading.many(element, 'memnode');
  if (memnode !== undefined && cells === 0) reading.report(memnodeWithoutCells(memnode.span));
  if (memory !== undefined && element !== undefined) {
    return { memory, origin: source(element.span) };
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
