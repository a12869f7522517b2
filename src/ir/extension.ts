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

/** The elements of the extension, each with its attribute. */
export const extensions: Readonly<Record<string, string>> = {
  shutdown: 'grace',
  cgroup: 'delegate',
};

/** `grace` of `<lxplain:shutdown>`: how long init has to end after it was asked to. Undefined if it is not given. */
export function graceSeconds(metadata: Metadata | undefined): number | undefined {
  const grace = attributeOf(metadata, 'shutdown');
  return grace === undefined ? undefined : readGrace(grace);
}

/** `yes` or `no`; undefined for anything else. */
export const readDelegate = (text: string): boolean | undefined =>
  text === 'yes' ? true : text === 'no' ? false : undefined;

/** `delegate` of `<lxplain:cgroup>`: whether init gets the group of v2 to make groups of its own in. Undefined if it is not given. */
export function delegatesGroup(metadata: Metadata | undefined): boolean | undefined {
  const delegate = attributeOf(metadata, 'cgroup');
  return delegate === undefined ? undefined : readDelegate(delegate);
}

/** The attribute of one of `extensions`. */
function attributeOf(
  metadata: Metadata | undefined,
  name: 'shutdown' | 'cgroup',
): string | undefined {
  const own = metadata?.children.find(
    (child) =>
      child.kind === 'element' &&
      [...child.attributes, ...metadata.attributes].some(
        ({ name, value }) => value === EXTENSION && name === declarationOf(child.name),
      ),
  );
  if (own?.kind !== 'element') return undefined;
  const asked = own.children.find(
    (child) => child.kind === 'element' && localName(child.name) === name,
  );
  if (asked?.kind !== 'element') return undefined;
  return asked.attributes.find((each) => each.name === extensions[name])?.value;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The attribute that declares the namespace of a name. */
const declarationOf = (name: string): string =>
  name.includes(':') ? `xmlns:${name.slice(0, name.indexOf(':'))}` : 'xmlns';
