import { DOMParser, type Node } from '@xmldom/xmldom';
import xpath from 'xpath';
import { badXml, badXpath } from '../diagnostics/catalog/cli.ts';
import type { MetadataNode } from '../ir/metadata.ts';
import { Failure } from './failure.ts';

const [ELEMENT, ATTRIBUTE, TEXT, CDATA, INSTRUCTION, COMMENT] = [1, 2, 3, 4, 7, 8];

/** @throws Failure */
function parse(what: string, text: string): Node {
  try {
    const onError = (_: string, message: string) => {
      throw new Error(message);
    };
    return new DOMParser({ onError }).parseFromString(text, 'text/xml');
  } catch (cause) {
    throw new Failure([badXml(what, cause instanceof Error ? firstLine(cause.message) : '')]);
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** An element, with its blanks between others left out. @throws Failure if the text is none */
export function readElement(what: string, text: string): MetadataNode {
  const element = [...childrenOf(parse(what, text))].find(({ nodeType }) => nodeType === ELEMENT);
  if (element === undefined) throw new Failure([badXml(what, 'there is no element')]);
  return toNode(element);
}

/**
 * What an expression finds in a document: nodes, or the value of one that is a number, a text or a truth.
 * @throws Failure
 * @see https://www.w3.org/TR/1999/REC-xpath-19991116
 */
export function select(xml: string, expression: string): readonly MetadataNode[] {
  const document = parse('the domain', xml);
  try {
    // biome-ignore lint/suspicious/noExplicitAny: the library has the types of browsers.
    const found = xpath.select(expression, document as any) as unknown;
    if (!Array.isArray(found)) return [{ kind: 'text', text: String(found) }];
    return (found as Node[]).map(toNode);
  } catch (cause) {
    const reason = cause instanceof Error ? firstLine(cause.message) : '';
    throw new Failure([badXpath(expression, reason)]);
  }
}

function toNode(node: Node): MetadataNode {
  const text = node.nodeValue ?? '';
  switch (node.nodeType) {
    case ELEMENT:
      return {
        kind: 'element',
        name: node.nodeName,
        attributes: attributesOf(node),
        children: withoutBlanks([...childrenOf(node)]).map(toNode),
      };
    case ATTRIBUTE:
      return { kind: 'text', text: ` ${node.nodeName}="${text}"` };
    case CDATA:
      return { kind: 'cdata', text };
    case COMMENT:
      return { kind: 'comment', text };
    case INSTRUCTION:
      return { kind: 'instruction', target: node.nodeName, text };
    default:
      return { kind: 'text', text: node.nodeType === TEXT ? text : (node.textContent ?? '') };
  }
}

/** Blanks between elements are how a text was indented. */
const withoutBlanks = (nodes: readonly Node[]): readonly Node[] =>
  nodes.some(({ nodeType }) => nodeType === ELEMENT)
    ? nodes.filter(({ nodeType, nodeValue }) => nodeType !== TEXT || nodeValue?.trim() !== '')
    : nodes;

function* childrenOf(node: Node): Generator<Node> {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) yield child;
}

function attributesOf(node: Node): { name: string; value: string }[] {
  const { attributes } = node as unknown as { attributes: ArrayLike<Node> };
  return Array.from(attributes, ({ nodeName, nodeValue }) => ({
    name: nodeName,
    value: nodeValue ?? '',
  }));
}
