import {
  invalidAttribute,
  invalidSize,
  missingAttribute,
  sizeTooLarge,
  unknownSuffix,
  zeroRefused,
} from '../../diagnostics/catalog/xml-values.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Located, located, type Span, source } from '../../diagnostics/origin.ts';
import type { Seclabel } from '../../ir/seclabel.ts';
import { uint32, uint32AnyBase, uint32Octal, uint64 } from './numbers.ts';
import { type Stage, stages } from './stages.ts';
import type { XmlAttribute, XmlElement } from './tree.ts';
import { unitFactor } from './units.ts';

/** What domain XML leaves to the machine, so far as it decides what can be read. */
export interface Host {
  readonly arch: string;
  /** libvirt's names of the architectures on which it offers `exe`. */
  readonly guestArchs: readonly string[];
}

/** What was looked for in an element: whatever else it holds is unknown. */
export interface Asked {
  readonly children: Map<string, 'one' | 'many'>;
  readonly attributes: string[];
  /** Whatever it holds is not ours. */
  opaque?: boolean;
  /** Elements that libvirt knows, and drops for a container. */
  readonly dropped: (readonly string[])[];
  readonly droppedAttributes: string[];
}

/** Nobody mends more in one go, and to look for more costs time that a hostile document should not get. */
export const MOST_FAULTS = 1000;

/** Ends the reading of a document. Never leaves this folder. */
export class TooManyFaults extends Error {
  override readonly name = 'TooManyFaults';
}

/**
 * The ways in which libvirt looks at a document, and what was found wrong on the way. There are two:
 * as XPath does (`one`, `text`, `attributeText`: the first match in all parents, in no namespace, the empty
 * string is nothing), and by property (`attribute` and its like: of one element, by local name in any
 * namespace, the empty string is a value).
 * @see libvirt 9.0, src/util/virxml.c
 */
export class Reading {
  /** What is wrong with what was read so far. */
  readonly diagnostics: Diagnostic[] = [];
  private faults = 0;
  private readonly told: Diagnostic[] = [];
  private readonly later = new Map<Stage, Diagnostic[]>();
  readonly host: Host | undefined;
  readonly asked = new Map<XmlElement, Asked>();
  /** Those of the domain, which the labels of a device's source override. */
  seclabels: readonly Seclabel[] = [];

  constructor(host: Host | undefined) {
    this.host = host;
  }

  report(diagnostic: Diagnostic): undefined {
    this.diagnostics.push(diagnostic);
    this.countFault();
    return undefined;
  }

  private countFault(): void {
    this.faults++;
    if (this.faults > MOST_FAULTS) throw new TooManyFaults();
  }

  /** For a fault that libvirt meets only after it has read all. */
  late(stage: Stage, diagnostic: Diagnostic): void {
    this.countFault();
    const list = this.later.get(stage);
    if (list === undefined) this.later.set(stage, [diagnostic]);
    else list.push(diagnostic);
  }

  /** Of what is lost, which is no fault. */
  tell(warning: Diagnostic): void {
    this.told.push(warning);
  }

  /** All faults in the order in which libvirt would have met them, had it not stopped at the first. */
  allDiagnostics(): readonly Diagnostic[] {
    const later = stages.flatMap((stage) => this.later.get(stage) ?? []);
    return [...this.diagnostics, ...later, ...this.told];
  }

  askedOf(element: XmlElement): Asked {
    let asked = this.asked.get(element);
    if (asked === undefined) {
      asked = { children: new Map(), attributes: [], dropped: [], droppedAttributes: [] };
      this.asked.set(element, asked);
    }
    return asked;
  }

  private askAttribute(element: XmlElement, name: string): void {
    const { attributes } = this.askedOf(element);
    if (!attributes.includes(name)) attributes.push(name);
  }

  /** Elements that have no effect and are not kept either. */
  drop(parent: XmlElement, names: readonly string[]): void {
    this.askedOf(parent).dropped.push(names);
  }

  /** What an element holds is not looked at. */
  skip(element: XmlElement): void {
    this.askedOf(element).opaque = true;
  }

  one(parents: readonly XmlElement[] | XmlElement, name: string): XmlElement | undefined {
    return this.find(parents, name, 'one')[0];
  }

  many(parents: readonly XmlElement[] | XmlElement, name: string): readonly XmlElement[] {
    return this.find(parents, name, 'many');
  }

  private find(
    parents: readonly XmlElement[] | XmlElement,
    name: string,
    count: 'one' | 'many',
  ): readonly XmlElement[] {
    const found: XmlElement[] = [];
    for (const parent of isList(parents) ? parents : [parents]) {
      const { children } = this.askedOf(parent);
      if (children.get(name) !== 'many') children.set(name, count);
      for (const child of parent.children) {
        if (child.name === name && child.namespace === '') found.push(child);
      }
    }
    return found;
  }

  /** The text of the first such element; the empty string counts as absent. */
  text(parents: readonly XmlElement[] | XmlElement, name: string): Located<string> | undefined {
    const element = this.one(parents, name);
    if (element === undefined) return undefined;
    const text = element.stringValue;
    return text === '' ? undefined : located(text, source(element.textSpan));
  }

  /** The attribute of the first element that has it; the empty string counts as absent. */
  attributeText(
    elements: readonly XmlElement[] | XmlElement | undefined,
    name: string,
  ): XmlAttribute | undefined {
    const list = elements === undefined ? [] : isList(elements) ? elements : [elements];
    for (const element of list) {
      this.askAttribute(element, name);
      const found = element.attributes.find((attribute) => attribute.name === name);
      if (found !== undefined) return found.value === '' ? undefined : found;
    }
    return undefined;
  }

  attribute(element: XmlElement, name: string): XmlAttribute | undefined {
    this.askAttribute(element, name);
    return element.attributes.find((attribute) => attribute.localName === name);
  }

  /** @see libvirt 9.0, src/util/virxml.c, virXMLPropEnum */
  oneOf<const T extends string>(
    element: XmlElement,
    name: string,
    values: readonly T[],
  ): T | undefined {
    const attribute = this.attribute(element, name);
    if (attribute === undefined) return undefined;
    const value = values.find((candidate) => candidate === attribute.value);
    return value ?? this.report(invalidAttribute(attribute, element.localName, '', values));
  }

  yesNo(element: XmlElement, name: string): boolean | undefined {
    const value = this.oneOf(element, name, ['yes', 'no']);
    return value === undefined ? undefined : value === 'yes';
  }

  uint32(
    element: XmlElement,
    name: string,
    { base = 'decimal', zero }: NumberOptions = {},
  ): number | undefined {
    const attribute = this.attribute(element, name);
    if (attribute === undefined) return undefined;
    const value = readers[base](attribute.value);
    if (value === 0 && zero === 'refused') {
      return this.report(zeroRefused(attribute, element.localName));
    }
    return value ?? this.report(notUnsigned(attribute, element));
  }

  uint64(element: XmlElement, name: string): bigint | undefined {
    const attribute = this.attribute(element, name);
    if (attribute === undefined) return undefined;
    return uint64(attribute.value) ?? this.report(notUnsigned(attribute, element));
  }

  required(element: XmlElement, name: string): XmlAttribute | undefined {
    return (
      this.attribute(element, name) ??
      this.report(missingAttribute(name, element.localName, element.span))
    );
  }

  /**
   * The size in bytes that an element gives with its `unit`; undefined without one, or after an error.
   * @see libvirt 9.0, src/util/virxml.c, virParseScaledValue
   */
  size(
    parents: readonly XmlElement[] | XmlElement,
    name: string,
    { path = `./${name}[1]`, unit = 1024n, limit = (1n << 64n) - 1n }: SizeOptions = {},
  ): Located<bigint> | undefined {
    const element = this.one(parents, name);
    if (element === undefined) return undefined;
    const suffix = this.attributeText(element, 'unit');
    const text = element.stringValue;
    if (text === '') return undefined;
    const value = uint64(text);
    if (value === undefined) return this.report(invalidSize(text, path, element.textSpan));
    const bytes = this.scaled(value, suffix, element.textSpan, unit, limit);
    return bytes === undefined ? undefined : located(bytes, source(element.span));
  }

  /** A number times its unit. @see libvirt 9.0, src/util/virutil.c, virScaleInteger */
  scaled(
    value: bigint,
    suffix: XmlAttribute | undefined,
    at: Span,
    unit: bigint,
    limit = (1n << 64n) - 1n,
  ): bigint | undefined {
    const factor = suffix === undefined ? unit : unitFactor(suffix.value);
    if (factor === undefined) {
      return this.report(unknownSuffix(suffix?.value ?? '', suffix?.span ?? at));
    }
    if (value !== 0n && value > limit / factor) {
      return this.report(sizeTooLarge(value, suffix?.value ?? '', at));
    }
    return value * factor;
  }
}

const readers = {
  decimal: (text: string) => uint32(text),
  octal: uint32Octal,
  any: (text: string) => uint32AnyBase(text),
} as const;

export interface NumberOptions {
  /** `any`: as in C, by what the number begins with. */
  readonly base?: keyof typeof readers;
  readonly zero?: 'refused';
}

export interface SizeOptions {
  /** As libvirt's message names the element. */
  readonly path?: string;
  /** The factor without a unit. */
  readonly unit?: bigint;
  readonly limit?: bigint;
}

const notUnsigned = (attribute: XmlAttribute, element: XmlElement): Diagnostic =>
  invalidAttribute(attribute, element.localName, 'Expected non-negative integer value');

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);

/** Only the properties that have a value. */
export function given<T extends Record<string, unknown>>(
  properties: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) result[name] = value;
  }
  return result as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** An attribute as a value with its place. */
export const locatedAttribute = ({ value, span }: XmlAttribute): Located<string> =>
  located(value, source(span));
