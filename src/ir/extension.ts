import type { Origin } from '../diagnostics/origin.ts';
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
export const extensions = {
  shutdown: 'grace',
  cgroup: 'delegate',
  security: 'no_new_privs',
} as const;

type Extensions = typeof extensions;

/** The attributes of all of them: no two have the same. */
export type ExtensionAttribute = Extensions[keyof Extensions];

/** `grace` of `<lxplain:shutdown>`: how long init has to end after it was asked to. Undefined if it is not given. */
export function graceSeconds(metadata: Metadata | undefined): number | undefined {
  const grace = attributeOf(metadata, 'shutdown');
  return grace === undefined ? undefined : readGrace(grace);
}

/** `yes` or `no`; undefined for anything else. */
export const readYesNo = (text: string): boolean | undefined =>
  text === 'yes' ? true : text === 'no' ? false : undefined;

/** `delegate` of `<lxplain:cgroup>`: whether init gets the group of v2 to make groups of its own in. Undefined if it is not given. */
export const delegatesGroup = (metadata: Metadata | undefined): boolean | undefined =>
  readYesNo(attributeOf(metadata, 'cgroup') ?? '');

/**
 * Where `no_new_privs` of `<lxplain:security>` asks that no program that is executed inside gains a right, by set-uid, set-gid
 * or file capabilities. Undefined if it does not. @see prctl(2), PR_SET_NO_NEW_PRIVS
 */
export const noNewPrivs = (metadata: Metadata | undefined): Origin | undefined =>
  readYesNo(attributeOf(metadata, 'security') ?? '') === true ? metadata?.origin : undefined;

/** The extension with one of its elements, as a front end writes it that has no XML. */
export const extensionWith = (name: keyof Extensions, value: string, origin: Origin): Metadata => ({
  attributes: [],
  children: [
    {
      kind: 'element',
      name: 'lxplain:domain',
      attributes: [{ name: 'xmlns:lxplain', value: EXTENSION }],
      children: [
        {
          kind: 'element',
          name: `lxplain:${name}`,
          attributes: [{ name: extensions[name], value }],
          children: [],
        },
      ],
    },
  ],
  origin,
});

/** Whether one of these elements of the extension is all that stands in `<metadata>`. */
export const isAlone = ({ children }: Metadata, name: keyof Extensions): boolean =>
  children.every(
    (child) =>
      child.kind === 'element' &&
      child.attributes.some(({ value }) => value === EXTENSION) &&
      child.children.every((each) => each.kind === 'element' && localName(each.name) === name),
  );

/** The attribute of one of `extensions`. */
function attributeOf(metadata: Metadata | undefined, name: keyof Extensions): string | undefined {
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
