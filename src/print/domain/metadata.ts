import type { Metadata, MetadataAttribute, MetadataNode } from '../../ir/metadata.ts';

/**
 * Other programs' notes, as libxml2 writes them: quotation marks around attributes, and a line of its own only for
 * what stands between elements.
 * @see libvirt 9.0, src/util/virxml.c, virXMLFormatMetadata; libxml2 2.9, xmlsave.c, xmlNodeDumpOutputInternal
 */
export const printMetadata = ({ attributes, children }: Metadata, level: number): string =>
  `${'  '.repeat(level)}${print({ kind: 'element', name: 'metadata', attributes, children }, level, true)}\n`;

/** One node as libxml2 writes it by itself. */
export const printNode = (node: MetadataNode): string => print(node, 0, true);

type Element = Extract<MetadataNode, { kind: 'element' }>;

function print(node: MetadataNode, level: number, indented: boolean): string {
  switch (node.kind) {
    case 'text':
      return escapeText(node.text);
    case 'cdata':
      return `<![CDATA[${node.text}]]>`;
    case 'comment':
      return `<!--${node.text}-->`;
    case 'instruction':
      return node.text === '' ? `<?${node.target}?>` : `<?${node.target} ${node.text}?>`;
    case 'element':
      return printElement(node, level, indented);
  }
}

function printElement({ name, attributes, children }: Element, level: number, indented: boolean) {
  const tag = `<${name}${attributes.map(printAttribute).join('')}`;
  if (children.length === 0) return `${tag}/>`;
  const lines = indented && !children.some(({ kind }) => kind === 'text' || kind === 'cdata');
  const before = lines ? `\n${'  '.repeat(level + 1)}` : '';
  const inside = children.map((child) => before + print(child, level + 1, lines)).join('');
  return `${tag}>${inside}${lines ? `\n${'  '.repeat(level)}` : ''}</${name}>`;
}

const printAttribute = ({ name, value }: MetadataAttribute): string =>
  ` ${name}="${escapeAttribute(value)}"`;

const escapeText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');

const escapeAttribute = (text: string): string =>
  escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;')
    .replaceAll(/[^\0-\x7f]/gu, (c) => `&#x${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()};`);
