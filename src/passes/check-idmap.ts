import { rootNotMapped } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Reports an idmap in which id 0 has no mapping: init could not be root in its own namespace.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainIdmapDefParseXML
 */
export function checkIdmap({ idmap }: Domain): readonly Diagnostic[] {
  if (idmap === undefined) return [];
  return (['uid', 'gid'] as const)
    .filter((map) => !idmap[map].some(({ start, count }) => start === 0 && count > 0))
    .map((map) => rootNotMapped(map, idmap.origin));
}
