import type { Span } from '../origin.ts';
import { refused } from './libvirt.ts';

/** An attribute as it stands in the input. */
interface Attribute {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** `expected` ends libvirt's message; `values` are those of an enumeration. */
export const invalidAttribute = (
  { name, value, span }: Attribute,
  element: string,
  expected = '',
  values: readonly string[] = [],
) =>
  refused(
    'value/invalid',
    span,
    'xml',
    `Invalid value for attribute '${name}' in element '${element}': '${value}'.${expected === '' ? '' : ` ${expected}`}`,
    values.length === 0 ? {} : { help: `expected ${values.join(', ')}` },
  );

export const zeroRefused = ({ name, span }: Omit<Attribute, 'value'>, element: string) =>
  refused(
    'value/invalid',
    span,
    'xml',
    `Invalid value for attribute '${name}' in element '${element}': Zero is not permitted`,
  );

export const missingAttribute = (name: string, element: string, at: Span) =>
  refused(
    'value/missing',
    at,
    'xml',
    `Missing required attribute '${name}' in element '${element}'`,
  );

/** `path` is the XPath of the attribute. */
export const missingSize = (path: string, at: Span) =>
  refused('value/missing', at, 'xml', `missing element or attribute '${path}'`);

/** `path` is the XPath of the element. */
export const invalidSize = (value: string, path: string, at: Span) =>
  refused(
    'size/invalid',
    at,
    'xml',
    `Invalid value '${value}' for element or attribute '${path}'`,
    { help: "expected a whole number; the unit goes into the attribute 'unit'" },
  );

export const unknownSuffix = (suffix: string, at: Span) =>
  refused('size/unknown-unit', at, 'argument', `unknown suffix '${suffix}'`, {
    help: 'expected bytes, KB, KiB, MB, MiB, GB, GiB, TB, TiB, PB, PiB, EB or EiB',
  });

export const sizeTooLarge = (value: bigint, suffix: string, at: Span) =>
  refused('size/too-large', at, 'overflow', `value too large: ${value}${suffix}`);
