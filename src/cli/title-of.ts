import { readXml } from '../frontend/xml/read.ts';
import type { Domain } from '../ir/domain.ts';
import { readDefinition } from '../state/defined.ts';
import { notesOf } from './find-domain.ts';
import type { Known } from './find-known.ts';
import { definedPlaces } from './places.ts';

/** The XML of a domain: as it runs, or as it is defined. Undefined if there is none. */
export function xmlOf({ name, running, isDefined }: Known, isInactive = false): string | undefined {
  const live = running === undefined || isInactive ? undefined : notesOf(running)?.domainXml;
  return live ?? (isDefined ? readDefinition(definedPlaces(), name) : undefined);
}

export function domainOf(known: Known, isInactive = false): Domain | undefined {
  const xml = xmlOf(known, isInactive);
  return xml === undefined ? undefined : readXml(known.name, xml).domain;
}

export const titleOf = (known: Known): string | undefined => domainOf(known)?.title?.value;
