import type { KeptAttribute } from '../ir/kept.ts';

/** An element on its way to text. A `Kept` is one. */
export interface Printed {
  readonly name: string;
  /** As text, each behind a blank; a `Kept` has a list. */
  readonly attributes: string | readonly KeptAttribute[];
  readonly children: readonly (Printed | undefined)[];
  readonly text?: string;
  /** Written as a pair of tags, though there is nothing inside. */
  readonly pair?: true;
}

type Value = string | number | bigint | undefined;

export const NONE: readonly never[] = [];

/** Attributes without a value, and children that are not there, are left out. */
export const element = (
  name: string,
  attributes?: Readonly<Record<string, Value>>,
  children: readonly (Printed | undefined)[] = NONE,
): Printed => ({ name, attributes: attributesText(attributes), children });

function attributesText(attributes: Readonly<Record<string, Value>> | undefined): string {
  let text = '';
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) text += attributeText(name, value);
  }
  return text;
}

const attributeText = (name: string, value: string | number | bigint): string =>
  ` ${name}='${typeof value === 'string' ? escapeAttribute(value) : value}'`;

function textOf(attributes: Printed['attributes']): string {
  if (typeof attributes === 'string') return attributes;
  let text = '';
  for (const { name, value } of attributes) text += attributeText(name, value);
  return text;
}

/** With further attributes behind its own. */
export const extended = (
  printed: Printed,
  attributes: readonly KeptAttribute[] | undefined,
): Printed =>
  attributes === undefined
    ? printed
    : { ...printed, attributes: textOf(printed.attributes) + textOf(attributes) };

/** An element with text; nothing without one. */
export const textElement = (
  name: string,
  value: string | number | bigint | undefined,
  attributes?: Readonly<Record<string, Value>>,
): Printed | undefined =>
  value === undefined
    ? undefined
    : { name, attributes: attributesText(attributes), children: NONE, text: `${value}` };

/** A container that is not printed when it is empty. */
export const nonEmptyElement = (
  name: string,
  children: readonly (Printed | undefined)[],
): Printed | undefined =>
  children.some((child) => child !== undefined) ? element(name, undefined, children) : undefined;

export const named = (list: readonly Printed[] | undefined, name: string): readonly Printed[] =>
  list === undefined || list.length === 0 ? NONE : list.filter((each) => each.name === name);

export const others = (
  list: readonly Printed[] | undefined,
  names: readonly string[],
): readonly Printed[] =>
  list === undefined || list.length === 0 ? NONE : list.filter(({ name }) => !names.includes(name));

/**
 * Two spaces a level, an element a line.
 * @see libvirt 9.0, src/util/virxml.c, virXMLFormatElement
 */
export function printElement(printed: Printed, indent: string): string {
  const { name, text, children, pair } = printed;
  const tag = `${indent}<${name}${textOf(printed.attributes)}`;
  if (text !== undefined) return `${tag}>${escapeXml(text)}</${name}>\n`;
  let inside = '';
  for (const child of children) {
    if (child !== undefined) inside += printElement(child, `${indent}  `);
  }
  if (inside === '' && !pair) return `${tag}/>\n`;
  return `${tag}>\n${inside}${indent}</${name}>\n`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** @see libvirt 9.0, src/util/virbuffer.c, virBufferEscapeString; but who reads XML makes a line feed of a raw carriage return … */
export const escapeXml = (text: string): string =>
  /[&<>'"\r]/.test(text) ? text.replaceAll(/[&<>'"\r]/g, (c) => escapes[c] ?? c) : text;

/** … and blanks of other white space in attributes. */
const escapeAttribute = (text: string): string =>
  /[&<>'"\r\t\n]/.test(text) ? text.replaceAll(/[&<>'"\r\t\n]/g, (c) => escapes[c] ?? c) : text;
