import { error, warning } from '../diagnostic.ts';
import type { Span } from '../origin.ts';

/** What makes a document not well-formed: libxml2's kinds, with what is at hand where they show. */
export type SyntaxFault =
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-element' }
  | { readonly kind: 'no-start-tag' }
  | { readonly kind: 'extra-content' }
  | { readonly kind: 'late-declaration' }
  | { readonly kind: 'declaration-blank' }
  | { readonly kind: 'declaration-version' }
  | { readonly kind: 'declaration-equals' }
  | { readonly kind: 'declaration-unquoted' }
  | { readonly kind: 'declaration-unclosed' }
  | { readonly kind: 'declaration-encoding' }
  | { readonly kind: 'declaration-standalone' }
  | { readonly kind: 'declaration-end' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'encoding'; readonly encoding: string }
  | { readonly kind: 'element-name' }
  | { readonly kind: 'tag-unfinished'; readonly name: string; readonly line: number }
  | { readonly kind: 'attribute-name' }
  | { readonly kind: 'attribute-space' }
  | { readonly kind: 'attribute-without-value'; readonly name: string }
  | { readonly kind: 'value-unquoted' }
  | { readonly kind: 'value-unclosed' }
  | { readonly kind: 'less-than-in-value' }
  | { readonly kind: 'attribute-twice'; readonly name: string; readonly first: Span }
  | { readonly kind: 'end-tag-unclosed' }
  | {
      readonly kind: 'tag-mismatch';
      readonly open: string;
      readonly line: number;
      /** `undefined` if what follows `</` is no name. */
      readonly close: string | undefined;
      readonly opened: Span;
    }
  | { readonly kind: 'never-closed'; readonly name: string; readonly line: number }
  | { readonly kind: 'ampersand' }
  | { readonly kind: 'reference-unclosed' }
  | { readonly kind: 'entity-undefined'; readonly name: string }
  | { readonly kind: 'entity-loop'; readonly name: string }
  | { readonly kind: 'decimal-reference' }
  | { readonly kind: 'hexadecimal-reference' }
  | { readonly kind: 'forbidden-reference'; readonly code: number }
  | { readonly kind: 'forbidden-character'; readonly code: number; readonly where: Where }
  | { readonly kind: 'section-end-in-text' }
  | { readonly kind: 'section-unclosed'; readonly start: string }
  | { readonly kind: 'comment-unclosed' }
  | { readonly kind: 'comment-hyphens'; readonly start: string }
  | { readonly kind: 'instruction-name' }
  | { readonly kind: 'instruction-reserved' }
  | { readonly kind: 'instruction-space'; readonly target: string }
  | { readonly kind: 'instruction-unclosed'; readonly target: string }
  | { readonly kind: 'doctype-misplaced' }
  | { readonly kind: 'doctype-syntax' };

type Where = 'text' | 'value' | 'comment' | 'markup';

export interface SyntaxPlace {
  readonly at: Span;
  /** Line (from 1), source line and pointer, as virsh prints them after the message. */
  readonly line: number;
  readonly context: string;
}

/** What is not well-formed, in our words and in those of virsh. */
export function xmlNotWellFormed(fault: SyntaxFault, { at, line, context }: SyntaxPlace) {
  const [message, libxml2] = wording(fault);
  const notes =
    fault.kind === 'attribute-twice'
      ? [{ message: 'first given here', span: fault.first }]
      : fault.kind === 'tag-mismatch'
        ? [{ message: `<${short(fault.open)}> begins here`, span: fault.opened }]
        : [];
  const libvirt = `(domain_definition):${line}: ${libxml2}\n${context}`;
  if (fault.kind === 'empty' || fault.kind === 'no-element') {
    return error('xml/empty', at, message, { libvirt });
  }
  return error('xml/not-well-formed', at, `not well-formed XML: ${message}`, { notes, libvirt });
}

export const xmlNulByte = (at: Span) =>
  error('xml/not-text', at, 'a NUL byte: expected the text of an XML document');

export const xmlDoctypeContent = (what: string, at: Span) =>
  error('xml/doctype', at, `${short(what)} in a DOCTYPE is not accepted`, {
    help: 'a DOCTYPE may declare entities with their text, <!ENTITY name "text">, and nothing else',
  });

export const xmlEntityMarkup = (name: string, at: Span) =>
  error('xml/entity-markup', at, `entity '${short(name)}' contains '<': expected text`);

export const xmlEntityTooLong = (name: string, limit: number, at: Span) =>
  error(
    'xml/entity-too-long',
    at,
    `entity '${short(name)}' makes the entities of this document longer than ${limit} characters in all`,
  );

export const xmlTooDeep = (depth: number, at: Span) =>
  error('xml/too-deep', at, `elements are nested more than ${depth} deep`);

export const xmlTooManyNodes = (limit: number, at: Span) =>
  error(
    'xml/too-many-nodes',
    at,
    `more than ${limit} elements, attributes, references, comments and instructions`,
  );

export const xmlTooManyAttributes = (name: string, limit: number, at: Span) =>
  error('xml/too-many-attributes', at, `<${short(name)}> has more than ${limit} attributes`);

export const xmlNameTooLong = (limit: number, at: Span) =>
  error('xml/name-too-long', at, `a name has more than ${limit} characters`);

export const xmlTextTooLong = (limit: number, at: Span) =>
  error('xml/text-too-long', at, `a text has more than ${limit} characters`);

export const xmlUndeclaredPrefix = (prefix: string, at: Span) =>
  warning('xml/undeclared-prefix', at, `prefix '${short(prefix)}' is not declared`, {
    help: `declare it with xmlns:${short(prefix)}='…'`,
  });

export const xmlEncodingIgnored = (encoding: string, at: Span) =>
  warning(
    'xml/encoding-ignored',
    at,
    `encoding '${short(encoding)}' has no effect: the text is read as UTF-8`,
  );

/** Messages echo at most this much of the input. */
const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** libxml2 leaves out the prefix. */
const local = (name: string): string => short(name.slice(name.indexOf(':') + 1));

const hex = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

/** @see libxml2 2.9, parser.c and parserInternals.c, for the second text of each */
function wording(fault: SyntaxFault): readonly [ours: string, libxml2: string] {
  switch (fault.kind) {
    case 'empty':
      return ['the document is empty: expected an element', 'Document is empty'];
    case 'no-element':
      return ['the document has no element', "Start tag expected, '<' not found"];
    case 'no-start-tag':
      return ["expected '<'", "Start tag expected, '<' not found"];
    case 'extra-content':
      return [
        'something follows the root element: expected the end of the document',
        'Extra content at the end of the document',
      ];
    case 'late-declaration':
      return [
        'an XML declaration may only be the first thing in a document',
        'XML declaration allowed only at the start of the document',
      ];
    case 'declaration-blank':
      return ['expected a blank in the XML declaration', 'Blank needed here'];
    case 'declaration-version':
      return ['the XML declaration has no version', 'Malformed declaration expecting version'];
    case 'declaration-equals':
      return ["expected '=' in the XML declaration", "expected '='"];
    case 'declaration-unquoted':
      return [
        'expected a value in quotes in the XML declaration',
        'String not started expecting \' or "',
      ];
    case 'declaration-unclosed':
      return [
        'a value in the XML declaration has no closing quote',
        'String not closed expecting " or \'',
      ];
    case 'declaration-encoding':
      return ['expected the name of an encoding', 'Invalid XML encoding name'];
    case 'declaration-standalone':
      return ["expected standalone='yes' or 'no'", "standalone accepts only 'yes' or 'no'"];
    case 'declaration-end':
      return ["expected '?>'", "parsing XML declaration: '?>' expected"];
    case 'version':
      return [
        `version '${short(fault.version)}' of XML is not known: expected 1.0`,
        `Unsupported version '${short(fault.version)}'`,
      ];
    case 'encoding':
      return [
        `encoding '${short(fault.encoding)}' is not known: expected UTF-8`,
        `Unsupported encoding ${short(fault.encoding)}`,
      ];
    case 'element-name':
      return ["'<' begins no tag: a name has to follow it", 'StartTag: invalid element name'];
    case 'tag-unfinished':
      return [
        `the start tag of <${short(fault.name)}> does not end: expected '>'`,
        `Couldn't find end of Start Tag ${short(fault.name)} line ${fault.line}`,
      ];
    case 'attribute-name':
      return ['expected the name of an attribute', 'error parsing attribute name'];
    case 'attribute-space':
      return ['expected a blank before the next attribute', 'attributes construct error'];
    case 'attribute-without-value':
      return [
        `attribute '${short(fault.name)}' has no value`,
        `Specification mandates value for attribute ${short(fault.name)}`,
      ];
    case 'value-unquoted':
      return ['the value of an attribute is not in quotes', 'AttValue: " or \' expected'];
    case 'value-unclosed':
      return ['the value of an attribute has no closing quote', "AttValue: ' expected"];
    case 'less-than-in-value':
      return [
        "'<' in the value of an attribute: write &lt;",
        "Unescaped '<' not allowed in attributes values",
      ];
    case 'attribute-twice':
      return [
        `attribute '${short(fault.name)}' is given twice`,
        `Attribute ${short(fault.name)} redefined`,
      ];
    case 'end-tag-unclosed':
      return ["an end tag does not end: expected '>'", "expected '>'"];
    case 'tag-mismatch':
      return [
        `<${short(fault.open)}> is closed by ${fault.close === undefined ? 'no name' : `</${short(fault.close)}>`}`,
        `Opening and ending tag mismatch: ${local(fault.open)} line ${fault.line} and ${local(fault.close ?? 'unparsable')}`,
      ];
    case 'never-closed':
      return [
        `<${short(fault.name)}> is never closed`,
        `Premature end of data in tag ${short(fault.name)} line ${fault.line}`,
      ];
    case 'ampersand':
      return ["'&' begins no reference: write &amp;", 'xmlParseEntityRef: no name'];
    case 'reference-unclosed':
      return ["a reference does not end: expected ';'", "EntityRef: expecting ';'"];
    case 'entity-undefined':
      return [
        `entity '${short(fault.name)}' is not defined`,
        `Entity '${short(fault.name)}' not defined`,
      ];
    case 'entity-loop':
      return [`entity '${short(fault.name)}' contains itself`, 'Detected an entity reference loop'];
    case 'decimal-reference':
      return [
        'a character reference is not a number: expected &#N; or &#xN;',
        'CharRef: invalid decimal value',
      ];
    case 'hexadecimal-reference':
      return [
        'a character reference is not a hexadecimal number',
        'CharRef: invalid hexadecimal value',
      ];
    case 'forbidden-reference':
      return [
        `a reference to ${hex(fault.code)}, which no document may contain`,
        fault.code > 0x10ffff
          ? 'xmlParseCharRef: character reference out of bounds'
          : `xmlParseCharRef: invalid xmlChar value ${fault.code}`,
      ];
    case 'forbidden-character':
      return [
        `character ${hex(fault.code)}, which no document may contain`,
        forbidden(fault.where, fault.code),
      ];
    case 'section-end-in-text':
      return ["']]>' in text: write ]]&gt;", "Sequence ']]>' not allowed in content"];
    case 'section-unclosed':
      return [
        "a CDATA section does not end: expected ']]>'",
        `CData section not finished\n${short(fault.start)}`,
      ];
    case 'comment-unclosed':
      return ["a comment does not end: expected '-->'", 'Comment not terminated'];
    case 'comment-hyphens':
      return [
        "'--' inside a comment",
        `Double hyphen within comment${fault.start === '' ? '' : `: <!--${fault.start}`}`,
      ];
    case 'instruction-name':
      return ['a processing instruction has no name', 'xmlParsePI : no target name'];
    case 'instruction-reserved':
      return ["no processing instruction may be called 'xml'", 'Invalid PI name'];
    case 'instruction-space':
      return [
        `expected a blank or '?>' after <?${short(fault.target)}`,
        `ParsePI: PI ${short(fault.target)} space expected`,
      ];
    case 'instruction-unclosed':
      return [
        `<?${short(fault.target)} does not end: expected '?>'`,
        `ParsePI: PI ${short(fault.target)} never end ...`,
      ];
    case 'doctype-misplaced':
      return ['a DOCTYPE may only stand before the root element', 'StartTag: invalid element name'];
    case 'doctype-syntax':
      return ['the DOCTYPE is malformed', 'DOCTYPE improperly terminated'];
  }
}

function forbidden(where: Where, code: number): string {
  switch (where) {
    case 'text':
      return `PCDATA invalid Char value ${code}`;
    case 'value':
      return 'invalid character in attribute value';
    case 'comment':
      return `xmlParseComment: invalid xmlChar value ${code}`;
    case 'markup':
      return `Invalid xmlChar value ${code}`;
  }
}
