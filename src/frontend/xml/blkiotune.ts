import {
  blkioNotANumber,
  blkioPathMissing,
  blkioPathTwice,
  blkioWeightIgnored,
} from '../../diagnostics/catalog/definition.ts';
import { type Located, located, source, spanOf } from '../../diagnostics/origin.ts';
import type { BlkioDevice, Blkiotune } from '../../ir/tuning.ts';
import { uint32, uint64 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainBlkioDeviceParseXML */
export function readBlkiotune(reading: Reading, root: XmlElement): Blkiotune | undefined {
  const parents = reading.many(root, 'blkiotune');
  const weight = readWeight(reading, parents);
  const devices = reading
    .many(parents, 'device')
    .flatMap((element) => readDevice(reading, element) ?? []);
  const seen = new Set<string>();
  for (const { path, origin } of devices) {
    if (seen.has(path)) reading.late('blkio paths', blkioPathTwice(path, spanOf(origin)));
    seen.add(path);
  }
  const [first] = parents;
  const limiting = devices.filter((device) => Object.keys(device).length > 2);
  if (first === undefined || (weight === undefined && limiting.length === 0)) return undefined;
  return { ...given({ weight }), devices: limiting, origin: source(first.span) };
}

/** What is no number counts as not given. */
function readWeight(reading: Reading, parents: readonly XmlElement[]): Located<number> | undefined {
  const text = reading.text(parents, 'weight');
  if (text === undefined) return undefined;
  const weight = uint32(text.value);
  if (weight !== undefined) return weight === 0 ? undefined : located(weight, text.origin);
  const element = reading.one(parents, 'weight');
  return element && reading.report(blkioWeightIgnored(text.value, element.textSpan));
}

/** Besides its path and its origin, a device has only what limits it. */
function readDevice(reading: Reading, element: XmlElement): BlkioDevice | undefined {
  const path = reading.text(element, 'path');
  const number = <T extends number | bigint>(
    name: string,
    parse: (text: string, minus: 'wraps') => T | undefined,
  ): T | undefined => {
    const text = reading.text(element, name);
    if (text === undefined) return undefined;
    const value = parse(text.value, 'wraps');
    if (value !== undefined) return Number(value) === 0 ? undefined : value;
    const at = spanOf(text.origin) ?? element.span;
    return reading.report(blkioNotANumber(name.replaceAll('_', ' '), text.value, at));
  };
  const limits = {
    weight: number('weight', uint32),
    readIopsPerSecond: number('read_iops_sec', uint32),
    writeIopsPerSecond: number('write_iops_sec', uint32),
    readBytesPerSecond: number('read_bytes_sec', uint64),
    writeBytesPerSecond: number('write_bytes_sec', uint64),
  };
  if (path === undefined) return reading.report(blkioPathMissing(element.span));
  return { path: path.value, ...given(limits), origin: source(element.span) };
}
