import {
  maxMemoryHalf,
  maxMemoryRefused,
  maxMemorySmall,
  memoryTooLarge,
  slotsInvalid,
} from '../../diagnostics/catalog/definition.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import type { Memtune } from '../../ir/tuning.ts';
import { uint32 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';
import { MOST_BYTES, toKiB } from './units.ts';

export interface Memory {
  readonly memoryKiB?: Located<number>;
  readonly currentMemoryKiB?: Located<number>;
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseMemory */
export function readMemory(reading: Reading, root: XmlElement): Memory {
  const read = (name: string): Located<number> | undefined => {
    const bytes = reading.size(root, name, { limit: MOST_BYTES });
    if (bytes === undefined) return undefined;
    if (toKiB(bytes.value) < toKiB(MOST_BYTES)) return located(toKiB(bytes.value), bytes.origin);
    return reading.report(memoryTooLarge(reading.one(root, name)?.textSpan ?? root.span));
  };
  const memoryKiB = read('memory');
  const currentMemoryKiB = read('currentMemory');
  checkMaximum(reading, root, read('maxMemory'), memoryKiB?.value ?? 0);
  return given({ memoryKiB, currentMemoryKiB });
}

/** Memory that could be plugged in: refused, whatever it says. */
function checkMaximum(
  reading: Reading,
  root: XmlElement,
  maximum: Located<number> | undefined,
  memoryKiB: number,
): void {
  const element = reading.one(root, 'maxMemory');
  if (element === undefined) return;
  const slots = reading.attributeText(element, 'slots');
  const count = slots === undefined ? 0 : uint32(slots.value);
  if (count === undefined) {
    reading.report(slotsInvalid(slots?.span ?? element.span));
    return;
  }
  const most = maximum?.value ?? 0;
  if (most === 0 && count === 0) return;
  if (most === 0 || count === 0) reading.late('memory', maxMemoryHalf(element.span));
  else if (most < memoryKiB) reading.late('memory', maxMemorySmall(element.span));
  else reading.late('features', maxMemoryRefused(element.span));
}

/** 2^53 - 1 KiB stands for no limit. @see libvirt 9.0, src/util/virutil.h, VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
const UNLIMITED_KIB = 2 ** 53 - 1;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefTunablesParse */
export function readMemtune(reading: Reading, root: XmlElement): Memtune | undefined {
  const parents = reading.many(root, 'memtune');
  const limit = (name: string): Located<number> | undefined => {
    const bytes = reading.size(parents, name, {
      path: `./memtune/${name}[1]`,
      limit: BigInt(UNLIMITED_KIB) * 1024n,
    });
    const kib = bytes === undefined ? UNLIMITED_KIB : toKiB(bytes.value);
    return bytes === undefined || kib === UNLIMITED_KIB ? undefined : located(kib, bytes.origin);
  };
  const hardLimitKiB = limit('hard_limit');
  const softLimitKiB = limit('soft_limit');
  const guarantee = limit('min_guarantee');
  const swapHardLimitKiB = limit('swap_hard_limit');
  const minGuaranteeKiB = guarantee?.value === 0 ? undefined : guarantee;
  const limits = given({ hardLimitKiB, softLimitKiB, minGuaranteeKiB, swapHardLimitKiB });
  const [first] = parents;
  if (first === undefined || Object.keys(limits).length === 0) return undefined;
  return { ...limits, origin: source(first.span) };
}
