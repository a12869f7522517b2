import { define } from '../../compile.ts';
import { domainUnknown, keyNeeded, noMetadata, notDefined } from '../../diagnostics/catalog/cli.ts';
import { madeBy } from '../../diagnostics/origin.ts';
import { probeMachine } from '../../facts/probe.ts';
import type { Metadata, MetadataNode } from '../../ir/metadata.ts';
import { printNode } from '../../print/domain/metadata.ts';
import { definitionFile, readDefinition } from '../../state/defined.ts';
import { Failure } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { needOutput, print, printDone } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { domainOf } from '../title-of.ts';
import { keepDefined } from './define.ts';

interface Options {
  readonly key?: string;
  readonly set?: string;
  readonly remove?: boolean;
  readonly config?: boolean;
}

type Element = Extract<MetadataNode, { readonly kind: 'element' }>;

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
  const places = definedPlaces();
  if (!known.isDefined) throw new Failure([notDefined(known.name, 'given metadata')]);
  const xml = readDefinition(places, known.name);
  const file = definitionFile(places, known.name) ?? known.name;
  if (xml === undefined) throw new Failure([domainUnknown(text)]);
  const { domain, diagnostics, sources } = define(file, xml, probeMachine(), 'of-machine');
  if (domain === undefined) throw new Failure(diagnostics, sources);
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

const elementOf = (of: Metadata | undefined, uri: string): Element | undefined =>
  of?.children.find(
    (child): child is Element =>
      child.kind === 'element' &&
      [...child.attributes, ...of.attributes].some(
        ({ name, value }) => value === uri && name === declarationOf(child.name),
      ),
  );

const declarationOf = (name: string): string =>
  name.includes(':') ? `xmlns:${name.slice(0, name.indexOf(':'))}` : 'xmlns';

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
