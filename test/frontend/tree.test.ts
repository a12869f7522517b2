import { expect, test } from 'vitest';
import type { Span } from '../../src/diagnostics/origin.ts';
import { parseXml } from '../../src/frontend/xml/parse.ts';
import type { XmlElement } from '../../src/frontend/xml/tree.ts';

function parse(text: string): { root: XmlElement; at: (span: Span) => string } {
  const { root, diagnostics } = parseXml('a.xml', text);
  if (root === undefined) throw new Error(diagnostics[0]?.message);
  return { root, at: ({ start, end }) => text.slice(start, end) };
}

test('an attribute spans its name and its value, whatever stands in it', () => {
  const { root, at } = parse(`<a b = "x&gt;y\t&#10;'" c='d'/>`);
  expect(root.attributes.map(({ span }) => at(span))).toEqual(['b = "x&gt;y\t&#10;\'"', "c='d'"]);
  expect(root.attributes.map(({ valueSpan }) => at(valueSpan))).toEqual(["x&gt;y\t&#10;'", 'd']);
  expect(root.attributes.map(({ value }) => value)).toEqual(["x>y \n'", 'd']);
});

test('text spans what is written, without the blanks around it', () => {
  const written = 'a&lt;<!-- c --><![CDATA[b]]>\n  c';
  const { root, at } = parse(`<n>\n  ${written}\n</n>`);
  expect(root.text).toBe('\n  a<b\n  c\n');
  expect(at(root.textSpan)).toBe(written);
});

test('a text that stands elsewhere too is spanned where it is', () => {
  const { root, at } = parse('<a><b x="1"/><!-- 1 --><c>1</c></a>');
  const [, c] = root.children;
  expect(c?.textSpan.start).toBe('<a><b x="1"/><!-- 1 --><c>'.length);
  expect(at(c?.textSpan ?? root.span)).toBe('1');
});

test('an element without text spans its start tag, and as a whole to its end tag', () => {
  const { root, at } = parse('<a>\n<b c="d">\n</b></a>');
  const [b] = root.children;
  expect(at(b?.textSpan ?? root.span)).toBe('<b c="d">');
  expect(at(b?.wholeSpan ?? root.span)).toBe('<b c="d">\n</b>');
});

test('all nodes are there, in order, with what they say', () => {
  const { root, at } = parse('<a>t<!--c--><?p  i ?><![CDATA[<]]><b/>\r\n</a>');
  const values = root.nodes.map((node) => [
    node.kind,
    node.kind === 'element' ? node.name : node.value,
  ]);
  expect(values).toEqual([
    ['text', 't'],
    ['comment', 'c'],
    ['instruction', 'i '],
    ['cdata', '<'],
    ['element', 'b'],
    ['text', '\n'],
  ]);
  expect(root.nodes.map(({ span }) => at(span)).join('')).toBe(
    't<!--c--><?p  i ?><![CDATA[<]]><b/>\r\n',
  );
});

test("XPath's string value takes in the text of child elements", () => {
  const { root } = parse('<a>1<b>2<!-- 3 --></b><![CDATA[4]]></a>');
  expect({ text: root.text, stringValue: root.stringValue }).toEqual({
    text: '14',
    stringValue: '124',
  });
});

test('names have namespaces, as libxml2 sees them', () => {
  const { root } = parse(
    '<a xmlns="u" xmlns:p="v" p:b="" c="" q:d=""><p:e/><f xmlns=""/><q:g/><p:h xmlns:p="w"/><p:i/></a>',
  );
  const named = ({
    name,
    localName,
    namespace,
  }: Pick<XmlElement, 'name' | 'localName' | 'namespace'>) => `${name} ${localName} ${namespace}`;
  expect(named(root)).toBe('a a u');
  expect(root.attributes.map(named)).toEqual(['p:b b v', 'c c ', 'q:d q:d ']);
  expect(root.declarations.map(({ name }) => name)).toEqual(['xmlns', 'xmlns:p']);
  expect(root.children.map(named)).toEqual(['p:e e v', 'f f ', 'q:g q:g ', 'p:h h w', 'p:i i v']);
});

test('a prefix that is not declared is told once, where it stands first', () => {
  const { diagnostics } = parseXml('a.xml', '<a><p:b/><p:c/></a>');
  expect(diagnostics.map(({ code, span }) => [code, span?.start, span?.end])).toEqual([
    ['xml/undeclared-prefix', 4, 5],
  ]);
});

test('a document may declare entities, whose text is read where they are used', () => {
  const { root } = parse(
    "<!DOCTYPE a [<!ENTITY e 'x&#38;lt;&f;'><!ENTITY f 'y'>]><a b='&e;'>&e;!</a>",
  );
  expect([root.attributes[0]?.value, root.text]).toEqual(['x<y', 'x<y!']);
});

test.each([
  ['<a>\n  <b></c>\n</a>', '</c>', '<b>'],
  ['<a x="1" y="2"\n x="3"/>', 'x="3"', 'x="1"'],
])('a fault is where it is, and its other half in a note: %s', (text, fault, other) => {
  const [diagnostic] = parseXml('a.xml', text).diagnostics;
  const at = (span: Span | undefined) => text.slice(span?.start, span?.end);
  expect(at(diagnostic?.span)).toBe(fault);
  expect(at(diagnostic?.notes[0]?.span)).toBe(other);
});

test("a fault has virsh's lines: the line, the message, the source and a pointer", () => {
  const [fault] = parseXml(
    'a.xml',
    "<domain type='lxc'>\n\t<name>é</nome>\n</domain>\n",
  ).diagnostics;
  expect(fault?.libvirt).toBe(
    `(domain_definition):2: Opening and ending tag mismatch: name line 2 and nome
\t<name>é</nome>
\t---------------^`,
  );
});
