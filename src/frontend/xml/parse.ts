import {
  type SyntaxFault,
  xmlEncodingIgnored,
  xmlNotWellFormed,
  xmlNulByte,
  xmlTooDeep,
  xmlTooManyAttributes,
  xmlUndeclaredPrefix,
} from '../../diagnostics/catalog/xml-syntax.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { firstForbidden } from './characters.ts';
import { readDoctype } from './doctype.ts';
import { libxmlPlace, lineAt } from './libxml-place.ts';
import { limits, Scanner, Stop } from './scanner.ts';
import {
  type WrittenAttribute,
  XmlAttribute,
  XmlElement,
  type XmlName,
  type XmlNode,
  XmlText,
} from './tree.ts';

/** What became of a document. There is a root only if the document is well-formed. */
export interface Parsed {
  readonly root?: XmlElement;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * XML 1.0 as libxml2 accepts it in libvirt, as a tree with places; or its first fault. Nothing outside of
 * the text is ever read.
 * @see https://www.w3.org/TR/xml/
 * @see docs/differences.md for what is refused here and not there
 */
export function parseXml(file: string, text: string): Parsed {
  const forbidden = firstForbidden(text);
  // The text before it tells what the character stands in, and whether it is the first fault.
  const source = { file, text: forbidden < 0 ? text : text.slice(0, forbidden) };
  const parser = new Parser(source);
  try {
    const root = parser.document();
    if (forbidden < 0) return { root, diagnostics: parser.warnings };
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    const { fault, at } = cause;
    const isCut = fault !== undefined && !complete.has(fault.kind) && at >= source.text.length;
    if (forbidden < 0 || !isCut) return { diagnostics: [cause.diagnostic] };
    return { diagnostics: [forbiddenCharacter(file, text, forbidden, cause)] };
  }
  return { diagnostics: [forbiddenCharacter(file, text, forbidden, undefined)] };
}

/** Faults that are seen at their end, whatever follows. */
const complete: ReadonlySet<SyntaxFault['kind']> = new Set([
  'tag-mismatch',
  'attribute-twice',
  'entity-undefined',
  'entity-loop',
  'forbidden-reference',
  'version',
  'encoding',
]);

function forbiddenCharacter(
  file: string,
  text: string,
  at: number,
  stop: Stop | undefined,
): Diagnostic {
  const span = { file, start: at, end: at + 1 };
  const code = text.charCodeAt(at);
  if (code === 0) return xmlNulByte(span);
  const where =
    stop?.fault?.kind === 'never-closed'
      ? 'text'
      : stop?.fault?.kind === 'value-unclosed'
        ? 'value'
        : stop?.fault?.kind === 'comment-unclosed'
          ? 'comment'
          : 'markup';
  const place = { at: span, ...libxmlPlace(text, at) };
  return xmlNotWellFormed({ kind: 'forbidden-character', code, where }, place);
}

/** Whether anybody knows an encoding of this name. */
function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

const isDeclaration = ({ name }: WrittenAttribute): boolean =>
  name === 'xmlns' || name.startsWith('xmlns:');

const declaredPrefix = ({ name }: WrittenAttribute): string => name.slice('xmlns:'.length);

const declarationName = (attribute: WrittenAttribute): XmlName => ({
  name: attribute.name,
  localName: declaredPrefix(attribute) || attribute.name,
  namespace: XMLNS,
});

/** Shared by all that have none of something. */
const NONE: never[] = [];

const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XML = 'http://www.w3.org/XML/1998/namespace';

interface Open {
  readonly element: XmlElement;
  /** Its content so far. */
  readonly nodes: XmlNode[];
  /** The prefixes that it declares. */
  readonly prefixes: readonly string[];
}

class Parser extends Scanner {
  readonly warnings: Diagnostic[] = [];
  readonly #stack: Open[] = [];
  /** The URIs of each prefix, that of the innermost declaration last. */
  readonly #bindings = new Map<string, string[]>([['xml', [XML]]]);

  document(): XmlElement {
    if (this.text.length === this.at) this.fault({ kind: 'empty' }, this.at, this.at);
    if (/^<\?xml[ \t\r\n]/.test(this.text.slice(this.at, this.at + 6))) this.declaration();
    this.outside();
    if (this.looksAt('<!DOCTYPE')) {
      readDoctype(this);
      this.outside();
    }
    if (this.text[this.at] !== '<') {
      const kind = this.at === this.text.length ? 'no-element' : 'no-start-tag';
      this.fault({ kind }, this.at, this.at + 1);
    }
    const root = this.elements();
    this.outside();
    if (this.at < this.text.length) {
      this.fault({ kind: 'extra-content' }, this.at, this.at + 1);
    }
    return root;
  }

  /** `<?xml version='1.0' encoding='…' standalone='…'?>` */
  private declaration(): void {
    this.at += '<?xml'.length;
    this.blanks();
    if (!this.looksAt('version')) {
      this.fault({ kind: 'declaration-version' }, this.at, this.at + 1);
    }
    const version = this.pseudoAttribute('version', /[0-9](?:\.[0-9]*)?|/y);
    if (!version.value.includes('.')) {
      this.fault({ kind: 'declaration-version' }, version.start, version.end, this.at);
    }
    if (!version.value.startsWith('1.')) {
      this.fault({ kind: 'version', version: version.value }, version.start, version.end, this.at);
    }
    this.declarationBlank();
    if (this.looksAt('encoding')) {
      this.encoding();
      this.declarationBlank();
    }
    if (this.looksAt('standalone')) {
      this.pseudoAttribute('standalone', /yes|no|/y, 'declaration-standalone');
      this.blanks();
    }
    if (!this.looksAt('?>')) this.fault({ kind: 'declaration-end' }, this.at, this.at + 1);
    this.at += 2;
  }

  private declarationBlank(): void {
    if (this.blanks() || this.looksAt('?>')) return;
    this.fault({ kind: 'declaration-blank' }, this.at, this.at + 1);
  }

  private encoding(): void {
    const name = /[A-Za-z][A-Za-z0-9._-]*|/y;
    const { value, start, end } = this.pseudoAttribute('encoding', name, 'declaration-encoding');
    if (/^utf-?8$/i.test(value)) return;
    if (!isEncoding(value)) this.fault({ kind: 'encoding', encoding: value }, start, end, this.at);
    this.warnings.push(xmlEncodingIgnored(value, this.span(start, end)));
  }

  /**
   * @param allowed matches the value as far as it can be one, if only its first characters or none of them
   * @param empty the fault of a value of which nothing can be one
   */
  private pseudoAttribute(
    name: string,
    allowed: RegExp,
    empty?: 'declaration-encoding' | 'declaration-standalone',
  ): { readonly value: string; readonly start: number; readonly end: number } {
    this.at += name.length;
    this.blanks();
    if (this.text[this.at] !== '=') {
      this.fault({ kind: 'declaration-equals' }, this.at, this.at + 1);
    }
    this.at++;
    this.blanks();
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") {
      this.fault({ kind: 'declaration-unquoted' }, this.at, this.at + 1);
    }
    const start = this.at + 1;
    allowed.lastIndex = start;
    const value = allowed.exec(this.text)?.[0] ?? '';
    const end = start + value.length;
    if (value === '' && empty !== undefined) this.fault({ kind: empty }, start, start + 1);
    if (this.text[end] !== quote) this.fault({ kind: 'declaration-unclosed' }, end, end + 1);
    this.at = end + 1;
    return { value, start, end };
  }

  /** Blanks, comments and instructions before and after the root element. */
  private outside(): void {
    for (;;) {
      this.blanks();
      if (this.looksAt('<!--')) this.comment();
      else if (this.looksAt('<?')) this.instruction();
      else return;
    }
  }

  /** The root element and all inside it. The stack is our own: no input can exhaust that of the program. */
  private elements(): XmlElement {
    const root = this.startTag();
    while (this.#stack.length > 0) {
      const next = this.text.indexOf('<', this.at);
      const end = next < 0 ? this.text.length : next;
      if (end > this.at) this.characterData(end);
      if (next < 0) return this.neverClosed();
      this.at = next;
      this.markup();
    }
    return root;
  }

  /** Puts a node into the innermost element; the root goes into none. */
  private append(node: XmlNode, start: number): void {
    this.#stack.at(-1)?.nodes.push(node);
    this.count(1, start);
  }

  private neverClosed(): never {
    const { name, start, tagEnd } = this.#stack.at(-1)!.element;
    const line = lineAt(this.text, start);
    this.fault({ kind: 'never-closed', name, line }, start, tagEnd, this.text.length);
  }

  private characterData(end: number): void {
    const start = this.at;
    const value = this.characters(start, end);
    this.#stack.at(-1)!.nodes.push(new XmlText(this.source, 'text', value, start, end));
    this.at = end;
  }

  /** At `<` inside an element. */
  private markup(): void {
    const start = this.at;
    const next = this.text[start + 1];
    if (next === '/') this.endTag();
    else if (next === '?') this.append(this.instruction(), start);
    else if (next !== '!') this.startTag();
    else if (this.looksAt('<!--')) this.append(this.comment(), start);
    else if (this.looksAt('<![CDATA[')) this.section();
    else this.startTag();
  }

  private section(): void {
    const start = this.at;
    const from = start + '<![CDATA['.length;
    const end = this.text.indexOf(']]>', from);
    if (end < 0) {
      const quoted = this.text.slice(from, from + 50);
      this.fault({ kind: 'section-unclosed', start: quoted }, start, from, this.text.length);
    }
    this.at = end + 3;
    const value = this.literal(from, end);
    this.append(new XmlText(this.source, 'cdata', value, start, this.at), start);
  }

  /** At `<`. Opens an element, unless the tag closes it at once. */
  private startTag(): XmlElement {
    const start = this.at;
    this.at++;
    const name = this.name();
    const named = this.at;
    if (name === '') {
      const kind = this.looksAt('!DOCTYPE') ? 'doctype-misplaced' : 'element-name';
      this.fault({ kind }, start, start + 1, start + 1);
    }
    const written = this.attributes(name);
    const empty = this.text[this.at] === '/' && this.text[this.at + 1] === '>';
    if (!empty && this.text[this.at] !== '>') {
      const line = lineAt(this.text, start);
      this.fault({ kind: 'tag-unfinished', name, line }, start, named, this.at);
    }
    this.at += empty ? 2 : 1;
    const { declarations, prefixes } = this.declarations(written);
    const nodes: XmlNode[] = empty ? NONE : [];
    const element = new XmlElement(this.source, this.resolve(name, start + 1, this.default()), {
      attributes: this.resolved(written),
      declarations,
      nodes,
      start,
      tagEnd: this.at,
    });
    this.append(element, start);
    if (this.#stack.length >= limits.depth) {
      this.refuse(xmlTooDeep(limits.depth, this.span(start, named)), start);
    }
    if (empty) this.undeclare(prefixes);
    else this.#stack.push({ element, nodes, prefixes });
    return element;
  }

  private resolved(written: readonly WrittenAttribute[]): readonly XmlAttribute[] {
    if (written.length === 0) return NONE;
    return written
      .filter((each) => !isDeclaration(each))
      .map((each) => new XmlAttribute(this.source, this.resolve(each.name, each.start, ''), each));
  }

  private declarations(written: readonly WrittenAttribute[]): {
    readonly declarations: readonly XmlAttribute[];
    readonly prefixes: readonly string[];
  } {
    const found = written.length === 0 ? NONE : written.filter(isDeclaration);
    if (found.length === 0) return { declarations: NONE, prefixes: NONE };
    return {
      declarations: found.map((each) => new XmlAttribute(this.source, declarationName(each), each)),
      prefixes: found
        .filter((each) => this.declare(declaredPrefix(each), each.value))
        .map(declaredPrefix),
    };
  }

  private attributes(element: string): WrittenAttribute[] {
    const found: WrittenAttribute[] = [];
    if (this.text[this.at] === '>') return NONE;
    let blank = this.blanks();
    for (;;) {
      const next = this.text[this.at];
      if (next === '>' || next === undefined || (next === '/' && this.looksAt('/>'))) break;
      if (!blank) {
        const kind = found.length === 0 ? 'attribute-name' : 'attribute-space';
        this.fault({ kind }, this.at, this.at + 1);
      }
      const attribute = this.attribute();
      found.push(attribute);
      if (found.length > limits.attributes) {
        const at = this.span(attribute.start, attribute.end);
        this.refuse(xmlTooManyAttributes(element, limits.attributes, at), attribute.start);
      }
      blank = this.blanks();
    }
    if (found.length > 1) this.checkTwice(found);
    this.count(found.length, this.at);
    return found;
  }

  private checkTwice(attributes: readonly WrittenAttribute[]): void {
    const seen = new Map<string, WrittenAttribute>();
    for (const attribute of attributes) {
      const { name, start, end } = attribute;
      const before = seen.get(name);
      seen.set(name, attribute);
      if (before === undefined) continue;
      const first = this.span(before.start, before.end);
      this.fault({ kind: 'attribute-twice', name, first }, start, end, this.at);
    }
  }

  private attribute(): WrittenAttribute {
    const start = this.at;
    const name = this.name();
    if (name === '') this.fault({ kind: 'attribute-name' }, start, start + 1);
    this.blanks();
    if (this.text[this.at] !== '=') {
      this.fault({ kind: 'attribute-without-value', name }, start, start + name.length, this.at);
    }
    this.at++;
    this.blanks();
    const quote = this.text[this.at];
    const valueStart = this.at + 1;
    if (quote !== '"' && quote !== "'") {
      this.fault({ kind: 'value-unquoted' }, this.at, valueStart);
    }
    const close = this.text.indexOf(quote, valueStart);
    const value = this.attributeValue(valueStart, close < 0 ? this.text.length : close);
    if (close < 0) {
      this.fault({ kind: 'value-unclosed' }, this.at, valueStart, this.text.length);
    }
    this.at = close + 1;
    return { name, value, start, valueStart, end: this.at };
  }

  /** At `</`. */
  private endTag(): void {
    const start = this.at;
    const { element, prefixes } = this.#stack.at(-1)!;
    this.at += 2;
    const name = this.name();
    this.blanks();
    if (this.text[this.at] !== '>') {
      this.fault({ kind: 'end-tag-unclosed' }, start, this.at, this.at);
    }
    this.at++;
    if (name !== element.name) {
      const line = lineAt(this.text, element.start);
      const close = name === '' ? undefined : name;
      const opened = element.span;
      this.fault(
        { kind: 'tag-mismatch', open: element.name, line, close, opened },
        start,
        this.at,
        this.at,
      );
    }
    element.end = this.at;
    this.#stack.pop();
    this.undeclare(prefixes);
  }

  /** Gives a prefix its meaning, unless XML reserves one of the two; such a declaration has no effect. */
  private declare(prefix: string, uri: string): boolean {
    const reserved = prefix === 'xml' || prefix === 'xmlns' || uri === XMLNS || uri === XML;
    if (reserved || (uri === '' && prefix !== '')) return false;
    const bindings = this.#bindings.get(prefix);
    if (bindings === undefined) this.#bindings.set(prefix, [uri]);
    else bindings.push(uri);
    return true;
  }

  /** The namespace of elements without a prefix. */
  private default(): string {
    return this.#bindings.get('')?.at(-1) ?? '';
  }

  private undeclare(prefixes: readonly string[]): void {
    for (const prefix of prefixes) this.#bindings.get(prefix)?.pop();
  }

  /** @param unprefixed the namespace of a name without a prefix */
  private resolve(name: string, at: number, unprefixed: string): XmlName {
    const colon = name.indexOf(':');
    if (colon <= 0 || colon === name.length - 1) {
      return { name, localName: name, namespace: unprefixed };
    }
    const prefix = name.slice(0, colon);
    const namespace = this.#bindings.get(prefix)?.at(-1);
    if (namespace !== undefined) return { name, localName: name.slice(colon + 1), namespace };
    this.warnUndeclared(prefix, at);
    return { name, localName: name, namespace: '' };
  }

  readonly #warned = new Set<string>();

  /** Once for each prefix. */
  private warnUndeclared(prefix: string, at: number): void {
    if (this.#warned.has(prefix)) return;
    this.#warned.add(prefix);
    this.warnings.push(xmlUndeclaredPrefix(prefix, this.span(at, at + prefix.length)));
  }
}
