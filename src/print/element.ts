import type { KeptAttribute } from '../ir/kept.ts';

/** An element on its way to text. A `Kept` is one. */
export interface Printed {
  readonly name: string;
  readonly attributes: readonly KeptAttribute[];
  readonly children: readonly Printed[];
  readonly text?: string;
  /** Written as a pair of tags, though there is nothing inside. */
  readonly pair?: true;
}

type Value = string | number | bigint | undefined;

/** Attributes without a value, and children that are not there, are left out. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, Value>> = {},
  children: readonly (Printed | undefined)[] = [],
): Printed => ({
  name,
  attributes: attributesOf(attributes),
  children: children.filter((child) => child !== undefined),
});

export function attributesOf(
  attributes: Readonly<Record<string, Value>>,
): readonly KeptAttribute[] {
  const list: KeptAttribute[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) list.push({ name, value: `${value}` });
  }
  return list;
}

/** An element with text; nothing without one. */
export const textElement = (
  name: string,
  value: string | number | bigint | undefined,
  attributes: Readonly<Record<string, Value>> = {},
): Printed | undefined =>
  value === undefined
    ? undefined
    : { name, attributes: attributesOf(attributes), children: [], text: `${value}` };

/** A container that is not printed when it is empty. */
export const nonEmptyElement = (
  name: string,
  children: readonly (Printed | undefined)[],
): Printed | undefined => {
  const made = element(name, {}, children);
  return made.children.length === 0 ? undefined : made;
};

export const named = (list: readonly Printed[] | undefined, name: string): readonly Printed[] =>
  list?.filter((each) => each.name === name) ?? [];

/**
 * Two spaces a level, an element a line.
 * @see libvirt 9.0, src/util/virxml.c, virXMLFormatElement
 */
export function printElement(printed: Printed, indent: string): string {
  let tag = `${indent}<${printed.name}`;
  for (const { name, value } of printed.attributes) tag += ` ${name}='${escapeAttribute(value)}'`;
  if (printed.text !== undefined) return `${tag}>${escapeXml(printed.text)}</${printed.name}>\n`;
  if (printed.children.length === 0 && !printed.pair) return `${tag}/>\n`;
  let text = `${tag}>\n`;
  for (const child of printed.children) text += printElement(child, `${indent}  `);
  return `${text}${indent}</${printed.name}>\n`;
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
  /[\t\n]/.test(text)
    ? escapeXml(text).replaceAll(/[\t\n]/g, (c) => escapes[c] ?? c)
    : escapeXml(text);
