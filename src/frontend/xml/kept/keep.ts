import {
  memoryTooLarge,
  pageSizeZero,
  refusedValue,
} from '../../../diagnostics/catalog/definition.ts';
import {
  invalidAttribute,
  invalidSize,
  missingSize,
  zeroRefused,
} from '../../../diagnostics/catalog/xml-values.ts';
import { type Span, source } from '../../../diagnostics/origin.ts';
import type { Kept, KeptAttribute } from '../../../ir/kept.ts';
import { formatNumberSet } from '../../../ir/number-set.ts';
import { parseUuid } from '../identity.ts';
import { int32, uint32, uint32AnyBase, uint64 } from '../numbers.ts';
import type { Reading } from '../reading.ts';
import type { XmlElement } from '../tree.ts';
import { MOST_BYTES, toKiB } from '../units.ts';
import { readSet } from '../vcpu.ts';
import type { KeptRule, ValueRule } from './rule.ts';

/** Reads an element as its rule says; undefined if it is not to be printed. */
export function keep(reading: Reading, element: XmlElement, rule: KeptRule): Kept | undefined {
  if (rule.dropped !== undefined) reading.drop(element, rule.dropped);
  const attributes = keepAttributes(reading, element, rule.attributes ?? {});
  const children = Object.entries(rule.children ?? {}).flatMap(([name, child]) => {
    const found = child.many ? reading.many(element, name) : [reading.one(element, name)];
    return found.flatMap((each) => (each && keep(reading, each, child)) ?? []);
  });
  const text = rule.text === undefined ? undefined : keepText(reading, element, rule.text);
  const empty = attributes.length === 0 && children.length === 0 && text === undefined;
  if (empty && rule.emptyIsDropped) return undefined;
  const kept: Kept = {
    name: element.localName,
    attributes,
    children,
    ...(text === undefined ? {} : { text }),
    origin: source(element.span),
  };
  return rule.finish === undefined ? kept : rule.finish(kept);
}

/** The child of this name, if there is one and it is to be printed. */
export function keepOne(
  reading: Reading,
  element: XmlElement,
  name: string,
  rule: KeptRule,
): Kept | undefined {
  const child = reading.one(element, name);
  return child && keep(reading, child, rule);
}

export function keepAttributes(
  reading: Reading,
  element: XmlElement,
  rules: Readonly<Record<string, ValueRule>>,
): readonly KeptAttribute[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const attribute = rule.xpath
      ? reading.attributeText(element, name)
      : rule.required
        ? reading.required(element, name)
        : reading.attribute(element, name);
    if (attribute === undefined) {
      if (rule.kind === 'size') reading.report(missingSize(`./@${name}`, element.span));
      return rule.default === undefined ? [] : [{ name, value: rule.default }];
    }
    const value = normalised(reading, rule, attribute, element);
    return value === undefined ? [] : [{ name, value }];
  });
}

function keepText(reading: Reading, element: XmlElement, rule: ValueRule): string | undefined {
  const value = element.stringValue;
  if (value === '') return rule.default;
  const at = { name: element.localName, value, span: element.textSpan };
  return normalised(reading, rule, at, element);
}

interface Given {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** The value as libvirt prints it; undefined if it does not, or after an error. */
function normalised(
  reading: Reading,
  rule: ValueRule,
  given: Given,
  element: XmlElement,
): string | undefined {
  const { value, span } = given;
  const refuse = (expected: string, values: readonly string[] = []): undefined =>
    reading.report(
      rule.phrase === undefined
        ? invalidAttribute(given, element.localName, expected, values)
        : refusedValue(rule.phrase, value, span),
    );
  switch (rule.kind) {
    case 'text':
      return value;
    case 'one':
      if (!rule.of.includes(value)) return refuse('', rule.of);
      return value === rule.unprinted ? undefined : value;
    case 'number': {
      const read =
        rule.hexDigits !== undefined ? uint32AnyBase : rule.bits === 32 ? uint32 : uint64;
      const number = read(value);
      if (number === undefined) return refuse('Expected non-negative integer value');
      if (Number(number) === 0 && rule.zero === 'dropped') return undefined;
      if (Number(number) === 0 && rule.zero === 'refused') {
        return reading.report(zeroRefused(given, element.localName));
      }
      if (rule.hexDigits === undefined) return `${number}`;
      const digits = number.toString(16).padStart(rule.hexDigits, '0');
      return `0x${rule.upperCase ? digits.toUpperCase() : digits}`;
    }
    case 'integer': {
      const number = int32(value);
      if (number === undefined) return refuse('Expected integer value');
      if (number < 0 && rule.negative !== 'kept') return refuse('Expected non-negative value');
      return `${number}`;
    }
    case 'size': {
      const number = uint64(value);
      if (number === undefined) return reading.report(invalidSize(value, `./@${given.name}`, span));
      const bytes = reading.scaled(
        number,
        reading.attributeText(element, 'unit'),
        span,
        1024n,
        MOST_BYTES,
      );
      if (bytes === undefined) return undefined;
      if (toKiB(bytes) >= toKiB(MOST_BYTES)) return reading.report(memoryTooLarge(span));
      return bytes === 0n && rule.zero === 'refused' ? reading.report(pageSizeZero(span)) : value;
    }
    case 'uuid':
      return parseUuid(value) ?? refuse('Expected UUID');
    case 'set': {
      const set = readSet(reading, rule.name, given);
      return set === undefined ? undefined : formatNumberSet(set);
    }
  }
}
