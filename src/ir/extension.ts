import { MOST_GRACE_SECONDS } from '../linux/end-requests.ts';
import type { Metadata } from './metadata.ts';

/**
 * What libvirt's domain XML has no words for stands in `<metadata>`, where libvirt keeps it: one element of this
 * namespace, `<lxplain:domain>`, as it keeps no second one.
 */
export const EXTENSION = 'urn:lxplain:domain:1';

/** Seconds as a whole number up to `MOST_GRACE_SECONDS`; undefined for anything else. */
export function readGrace(text: string): number | undefined {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= MOST_GRACE_SECONDS ? seconds : undefined;
}

/** `grace` of `<lxplain:shutdown>`: how long init has to end after it was asked to. Undefined if it is not given. */
export function graceSeconds(metadata: Metadata | undefined): number | undefined {
  const own = metadata?.children.find(
    (child) =>
      child.kind === 'element' &&
      [...child.attributes, ...metadata.attributes].some(
        ({ name, value }) => value === EXTENSION && name === declarationOf(child.name),
      ),
  );
  if (own?.kind !== 'element') return undefined;
  const shutdown = own.children.find(
    (child) => child.kind === 'element' && localName(child.name) === 'shutdown',
  );
  if (shutdown?.kind !== 'element') return undefined;
  const grace = shutdown.attributes.find(({ name }) => name === 'grace')?.value;
  return grace === undefined ? undefined : readGrace(grace);
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The attribute that declares the namespace of a name. */
const declarationOf = (name: string): string =>
  name.includes(':') ? `xmlns:${name.slice(0, name.indexOf(':'))}` : 'xmlns';
