import {
  idmapEntryInvalid,
  idmapHalf,
  idmapWithoutRoot,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Idmap, IdmapEntry } from '../../ir/domain.ts';
import { uint32 } from './numbers.ts';
import type { Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainIdmapDefParseXML, and virDomainDefIdMapValidate */
export function readIdmap(reading: Reading, root: XmlElement): Idmap | undefined {
  const parents = reading.many(root, 'idmap');
  const before = reading.diagnostics.length;
  const uid = readEntries(reading, parents, 'uid');
  const gid = readEntries(reading, parents, 'gid');
  const [first] = parents;
  if (first === undefined || reading.diagnostics.length > before) return undefined;
  if (uid.length === 0 && gid.length === 0) return undefined;
  if (uid.length === 0 || gid.length === 0) reading.late('idmap', idmapHalf(first.span));
  else if (uid[0]?.start !== 0) reading.late('idmap', idmapWithoutRoot('uid', first.span));
  else if (gid[0]?.start !== 0) reading.late('idmap', idmapWithoutRoot('gid', first.span));
  return { uid, gid, origin: source(first.span) };
}

/** The entries of one kind, by their start. */
function readEntries(
  reading: Reading,
  parents: readonly XmlElement[],
  map: 'uid' | 'gid',
): readonly IdmapEntry[] {
  return reading
    .many(parents, map)
    .flatMap((element) => {
      const [start, target, count] = (['start', 'target', 'count'] as const).map((name) => {
        const attribute = reading.attributeText(element, name);
        return attribute === undefined ? undefined : uint32(attribute.value);
      });
      if (start !== undefined && target !== undefined && count !== undefined) {
        return [{ start, target, count, origin: source(element.span) }];
      }
      reading.report(idmapEntryInvalid(element.span));
      return [];
    })
    .sort((a, b) => a.start - b.start);
}
