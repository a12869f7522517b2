import { SaxesParser } from 'saxes';
import {
  xmlDoctype,
  xmlNotWellFormed,
  xmlNulByte,
  xmlTooDeep,
} from '../../diagnostics/catalog/xml.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/origin.ts';

/** An element with the places of all that it says. */
export interface XmlElement {
  readonly name: string;
  /** `name` without its prefix. */
  readonly local: string;
  /** The URI of its namespace; undefined without one, or when its prefix is not declared. */
  readonly namespace?: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All that is directly inside, in document order. */
  readonly nodes: readonly XmlNode[];
  /** The character data directly inside, entities decoded. */
  readonly text: string;
  /** The start tag. */
  readonly span: Span;
  /** The trimmed text, or the start tag if there is none. */
  readonly textSpan: Span;
}

export type XmlNode =
  | { readonly kind: 'element'; readonly element: XmlElement }
  | { readonly kind: 'text' | 'cdata' | 'comment'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly text: string };

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** Deeper than any domain, and shallow enough for every recursion over the tree. */
const MAX_DEPTH = 256;

interface Open {
  readonly name: string;
  readonly start: number;
  readonly attributes: XmlAttribute[];
  readonly children: XmlElement[];
  readonly nodes: XmlNode[];
  /** The namespaces in scope by prefix; those of the parent until one is declared here. */
  scope: ReadonlyMap<string, string>;
  text: string;
  tagEnd: number;
}

/**
 * Well-formed XML as a tree, or the first fault. A DOCTYPE is refused: libvirt's documents have none, and
 * with it go external entities and their expansion.
 * @see https://www.w3.org/TR/xml/
 */
export function parseXml(
  file: string,
  text: string,
): { readonly root?: XmlElement; readonly diagnostics: readonly Diagnostic[] } {
  const span = (start: number, end: number): Span => ({ file, start, end: Math.max(start, end) });
  const nul = text.indexOf('\0');
  if (nul >= 0) return { diagnostics: [xmlNulByte(span(nul, nul + 1))] };
  const faults: Diagnostic[] = [];
  const stack: Open[] = [];
  let root: XmlElement | undefined;
  let last = 0;
  const parser = new SaxesParser({ position: true });
  const stop = (fault: Diagnostic): void => {
    faults.push(fault);
  };
  parser.on('error', ({ message }) => {
    const at = Math.min(parser.position, text.length);
    const problem = message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
    stop(xmlNotWellFormed(problem, span(Math.max(0, at - 1), at)));
  });
  parser.on('doctype', () => {
    const at = text.indexOf('<!DOCTYPE');
    stop(xmlDoctype(span(at, at + 9)));
  });
  parser.on('opentagstart', ({ name }) => {
    const start = text.lastIndexOf('<', parser.position - 1);
    last = start + 1 + name.length;
    const scope = stack.at(-1)?.scope ?? new Map();
    stack.push({
      name,
      start,
      scope,
      attributes: [],
      children: [],
      nodes: [],
      text: '',
      tagEnd: last,
    });
    if (stack.length > MAX_DEPTH) stop(xmlTooDeep(MAX_DEPTH, span(start, last)));
  });
  parser.on('attribute', ({ name, value }) => {
    let start = last;
    while (/\s/.test(text.charAt(start))) start++;
    last = parser.position;
    stack.at(-1)?.attributes.push({ name, value, span: span(start, last) });
  });
  parser.on('opentag', () => {
    const open = stack.at(-1);
    if (open === undefined) return;
    open.tagEnd = parser.position;
    for (const { name, value } of open.attributes) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
      open.scope = new Map([...open.scope, [name.slice('xmlns:'.length), value]]);
    }
  });
  const characters = (kind: 'text' | 'cdata', data: string): void => {
    const open = stack.at(-1);
    if (open === undefined) return;
    open.text += data;
    open.nodes.push({ kind, text: data });
  };
  parser.on('text', (data) => characters('text', data));
  parser.on('cdata', (data) => characters('cdata', data));
  parser.on('comment', (text) => stack.at(-1)?.nodes.push({ kind: 'comment', text }));
  parser.on('processinginstruction', ({ target, body: text }) =>
    stack.at(-1)?.nodes.push({ kind: 'instruction', target, text }),
  );
  parser.on('closetag', () => {
    const open = stack.pop();
    if (open === undefined) return;
    const element = close(open, text, span);
    const parent = stack.at(-1);
    if (parent === undefined) root ??= element;
    else {
      parent.children.push(element);
      parent.nodes.push({ kind: 'element', element });
    }
  });
  // In pieces, so that a fault ends the work: what comes after the first one means little.
  const PIECE = 4096;
  const body = text.startsWith('\uFEFF') ? text : text;
  for (let at = 0; at < body.length && faults.length === 0; at += PIECE) {
    parser.write(body.slice(at, at + PIECE));
  }
  if (faults.length === 0) parser.close();
  const first = faults[0];
  if (first !== undefined) return { diagnostics: [first] };
  return root === undefined ? { diagnostics: [] } : { root, diagnostics: [] };
}

function close(open: Open, text: string, span: (start: number, end: number) => Span): XmlElement {
  const tag = span(open.start, open.tagEnd);
  const trimmed = open.text.trim();
  const at = trimmed === '' ? -1 : text.indexOf(trimmed, open.tagEnd);
  const colon = open.name.indexOf(':');
  const namespace = open.scope.get(open.name.slice(0, Math.max(0, colon)));
  return {
    name: open.name,
    local: open.name.slice(colon + 1),
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    attributes: open.attributes,
    children: open.children,
    nodes: open.nodes,
    text: open.text,
    span: tag,
    textSpan: at < 0 ? tag : span(at, at + trimmed.length),
  };
}
