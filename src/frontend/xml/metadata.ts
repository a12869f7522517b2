import { metadataTwice, metadataWithoutNamespace } from '../../diagnostics/catalog/definition.ts';
import {
  elementTwice,
  extensionLacks,
  extensionValue,
  unknownAttribute,
  unknownElement,
} from '../../diagnostics/catalog/xml.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { source } from '../../diagnostics/origin.ts';
import {
  EXTENSION,
  type ExtensionElement,
  type ExtensionName,
  extensions,
} from '../../ir/extension.ts';
import type { Metadata, MetadataAttribute, MetadataNode } from '../../ir/metadata.ts';
import type { Reading } from './reading.ts';
import type { XmlElement, XmlNode } from './tree.ts';

/**
 * Only elements in a namespace stay, and of those in one namespace the first.
 * @see libvirt 9.0, src/conf/domain_postparse.c, virDomainDefMetadataSanitize
 */
export function readMetadata(reading: Reading, root: XmlElement): Metadata | undefined {
  const element = reading.one(root, 'metadata');
  if (element === undefined) return undefined;
  reading.skip(element);
  const seen = new Map<string, XmlElement>();
  for (const child of element.children) {
    const first = seen.get(child.namespace);
    if (child.namespace === '') reading.tell(metadataWithoutNamespace(child.name, child.span));
    else if (first !== undefined) reading.tell(metadataTwice(child.name, child.span, first.span));
    else seen.set(child.namespace, child);
  }
  const kept = [...seen.values()];
  const own = seen.get(EXTENSION);
  if (own !== undefined) checkExtension(reading, own);
  return {
    attributes: [...attributesOf(element), ...outerNamespaces(root, element, kept)],
    children: kept.map((child) => toElement(child, false)),
    origin: source(element.span),
  };
}

/** What is ours in `<metadata>`. @see extensionOf */
function checkExtension(reading: Reading, element: XmlElement): void {
  const seen = new Map<string, XmlElement>();
  for (const child of element.children) {
    const { localName } = child;
    const known = isExtension(localName) ? extensions[localName] : undefined;
    if (known === undefined) {
      const names = Object.keys(extensions);
      reading.tell(unknownElement(child.name, element.name, child.span, nearest(localName, names)));
      continue;
    }
    const first = seen.get(localName);
    seen.set(localName, child);
    if (first !== undefined && !('repeats' in known))
      reading.tell(elementTwice(child.name, child.span, first.span));
    checkAttributes(reading, child, known.attributes);
  }
}

function checkAttributes(
  reading: Reading,
  element: XmlElement,
  known: ExtensionElement['attributes'],
): void {
  for (const { name, value, span } of element.attributes) {
    const attribute = known[name];
    if (attribute === undefined) {
      const meant = nearest(name, Object.keys(known));
      reading.tell(unknownAttribute(name, element.name, span, meant));
    } else if (!attribute.accepts(value)) {
      reading.report(extensionValue(name, value, attribute.expected, span));
    }
  }
  for (const [name, { required }] of Object.entries(known)) {
    const isGiven = element.attributes.some((each) => each.name === name);
    if (required && !isGiven) reading.report(extensionLacks(name, element.name, element.span));
  }
}

const isExtension = (name: string): name is ExtensionName => Object.hasOwn(extensions, name);

function toElement(element: XmlElement, preserve: boolean): MetadataNode {
  const space = element.attributes.find(({ name }) => name === 'xml:space')?.value;
  const keepsBlanks = space === undefined ? preserve : space === 'preserve';
  return {
    kind: 'element',
    name: element.name,
    attributes: attributesOf(element),
    children: withoutBlanks(element.nodes, keepsBlanks).map((node) => toNode(node, keepsBlanks)),
    origin: source(element.span),
  };
}

function toNode(node: XmlNode, preserve: boolean): MetadataNode {
  switch (node.kind) {
    case 'element':
      return toElement(node, preserve);
    case 'instruction':
      return { kind: node.kind, target: node.target, text: node.value };
    default:
      return { kind: node.kind, text: node.value };
  }
}

const isText = (node: XmlNode | undefined): boolean =>
  node?.kind === 'text' || node?.kind === 'cdata';

/**
 * Blank text goes where it looks like indentation.
 * @see libxml2 2.9, parser.c, areBlanks
 */
function withoutBlanks(nodes: readonly XmlNode[], preserve: boolean): readonly XmlNode[] {
  if (preserve || nodes.length === 1) return nodes;
  const kept: XmlNode[] = [];
  for (const node of nodes) {
    const blank = node.kind === 'text' && /^[ \t\n\r]*$/.test(node.value);
    if (!blank || isText(kept.at(-1)) || isText(kept[0])) kept.push(node);
  }
  return kept;
}

/** As libxml2 prints them: declarations of namespaces come first. */
const attributesOf = (element: XmlElement): readonly MetadataAttribute[] =>
  [...element.declarations, ...element.attributes].map(({ name, value }) => ({ name, value }));

/** Declarations of `<domain>` that the content needs. */
function outerNamespaces(
  root: XmlElement,
  metadata: XmlElement,
  children: readonly XmlElement[],
): readonly MetadataAttribute[] {
  const used = new Set<string>();
  const visit = (element: XmlElement, outer: readonly string[]): void => {
    const declared = [...outer, ...element.declarations.map(({ name }) => name)];
    for (const { name } of [element, ...element.attributes]) {
      const declaration = `xmlns:${name.slice(0, Math.max(0, name.indexOf(':')))}`;
      if (!declared.includes(declaration)) used.add(declaration);
    }
    for (const child of element.children) visit(child, declared);
  };
  const inside = metadata.declarations.map(({ name }) => name);
  for (const child of children) visit(child, inside);
  return root.declarations
    .filter(({ name }) => used.has(name))
    .map(({ name, value }) => ({ name, value }));
}
