import { keyNeeded, noMetadata } from '../../diagnostics/catalog/cli.ts';
import { madeBy } from '../../diagnostics/origin.ts';
import { elementOf } from '../../ir/extension.ts';
import type { MetadataNode } from '../../ir/metadata.ts';
import { printNode } from '../../print/domain/metadata.ts';
import { definedForChange } from '../defined-for-change.ts';
import { Failure } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { needOutput, print, printDone } from '../output.ts';
import { domainOf } from '../title-of.ts';
import { keepDefined } from './define.ts';

interface Options {
  readonly key?: string;
  readonly set?: string;
  readonly remove?: boolean;
  readonly config?: boolean;
}

/** Shows what another program has noted in a domain, by the namespace of its element; or changes it. */
export async function metadata(text: string, uri: string, options: Options): Promise<void> {
  const known = findKnown(text);
  if (options.set === undefined && options.remove !== true) {
    const found = elementOf(domainOf(known, options.config === true)?.metadata, uri);
    if (found === undefined) throw new Failure([noMetadata(known.name, uri)]);
    return print(`${printNode(withoutPrefix(found, uri))}\n\n`);
  }
  needOutput();
  if (options.set !== undefined && options.key === undefined) throw new Failure([keyNeeded()]);
  const domain = definedForChange(known, text, 'given metadata');
  const old = elementOf(domain.metadata, uri);
  if (old === undefined && options.remove === true)
    throw new Failure([noMetadata(known.name, uri)]);
  const others = (domain.metadata?.children ?? []).filter((each) => each !== old);
  const added =
    options.set === undefined ? [] : [await withPrefix(options.set, options.key ?? '', uri)];
  const { attributes = [], origin = madeBy('metadata') } = domain.metadata ?? {};
  await keepDefined({
    ...domain,
    metadata: { attributes, children: [...others, ...added], origin },
  });
  printDone(`Metadata ${options.remove === true ? 'removed' : 'modified'}\n\n`);
}

/** As the program that has noted it gave it. @see libvirt 9.0, src/util/virxml.c, virXMLExtractNamespaceXML */
function withoutPrefix(node: MetadataNode, uri: string, prefix = prefixOf(node)): MetadataNode {
  if (node.kind !== 'element') return node;
  const own = prefix === '' ? '' : `${prefix}:`;
  return {
    ...node,
    name: node.name.startsWith(own) ? node.name.slice(own.length) : node.name,
    attributes: node.attributes.filter(
      ({ name, value }) => value !== uri || !name.startsWith('xmlns'),
    ),
    children: node.children.map((child) => withoutPrefix(child, uri, prefix)),
  };
}

const prefixOf = (node: MetadataNode): string =>
  node.kind === 'element' && node.name.includes(':')
    ? node.name.slice(0, node.name.indexOf(':'))
    : '';

/** @see libvirt 9.0, src/util/virxml.c, virXMLInjectNamespace */
async function withPrefix(text: string, key: string, uri: string): Promise<MetadataNode> {
  const { readElement } = await import('../xml-nodes.ts');
  const rename = (node: MetadataNode): MetadataNode =>
    node.kind === 'element'
      ? { ...node, name: `${key}:${node.name}`, children: node.children.map(rename) }
      : node;
  const element = rename(readElement('--set', text));
  if (element.kind !== 'element') return element;
  return {
    ...element,
    attributes: [{ name: `xmlns:${key}`, value: uri }, ...element.attributes],
  };
}
