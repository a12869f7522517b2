import type { Span } from '../../diagnostics/origin.ts';

/**
 * A document as it was written, with the place of everything in it. Values and places that are seldom
 * asked for are made when they are: a document may have 10,000 nodes.
 */
export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction;

/** What the nodes of one document share. */
export interface XmlSource {
  readonly file: string;
  readonly text: string;
}

/** A name with what its prefix means where it stands. */
export interface XmlName {
  /** As written, with the prefix. */
  readonly name: string;
  /** Without the prefix; with it if it is not declared, as in libxml2. */
  readonly localName: string;
  /** The URI; `''` for none. */
  readonly namespace: string;
}

const spanIn = ({ file }: XmlSource, start: number, end: number): Span => ({ file, start, end });

export class XmlElement implements XmlName {
  readonly name: string;
  readonly localName: string;
  readonly namespace: string;
  /** In order, without the declarations of namespaces. */
  readonly attributes: readonly XmlAttribute[];
  /** `xmlns` and `xmlns:…`. */
  readonly declarations: readonly XmlAttribute[];
  /** All that stands between the tags, in order. */
  readonly nodes: readonly XmlNode[];
  readonly source: XmlSource;
  readonly start: number;
  /** The end of the start tag, and of the whole element: the parser sets that when it has come there. */
  readonly tagEnd: number;
  end: number;
  private elements: readonly XmlElement[] | undefined;

  constructor(source: XmlSource, { name, localName, namespace }: XmlName, tag: StartTag) {
    this.source = source;
    this.name = name;
    this.localName = localName;
    this.namespace = namespace;
    this.attributes = tag.attributes;
    this.declarations = tag.declarations;
    this.nodes = tag.nodes;
    this.start = tag.start;
    this.tagEnd = tag.tagEnd;
    this.end = tag.tagEnd;
    this.elements = undefined;
  }

  get kind(): 'element' {
    return 'element';
  }

  /** The child elements. */
  get children(): readonly XmlElement[] {
    this.elements ??= this.nodes.filter((node) => node.kind === 'element');
    return this.elements;
  }

  /** The character data directly inside, references replaced. */
  get text(): string {
    return this.nodes.map((node) => (isText(node) ? node.value : '')).join('');
  }

  /** All character data inside, that of child elements too: XPath's string value. */
  get stringValue(): string {
    return this.nodes
      .map((node) => (node.kind === 'element' ? node.stringValue : isText(node) ? node.value : ''))
      .join('');
  }

  /** The start tag. */
  get span(): Span {
    return spanIn(this.source, this.start, this.tagEnd);
  }

  /** From the start tag to the end tag. */
  get wholeSpan(): Span {
    return spanIn(this.source, this.start, this.end);
  }

  /** The character data directly inside without the blanks around it; the start tag if there is none. */
  get textSpan(): Span {
    const texts = this.nodes.filter((node) => isText(node) && node.value.trim() !== '');
    const [first, last] = [texts[0], texts.at(-1)];
    if (!isText(first) || !isText(last)) return this.span;
    return { ...first.trimmedSpan, end: last.trimmedSpan.end };
  }
}

/** What the start tag of an element says, and the list that its content will fill. */
export type StartTag = Pick<
  XmlElement,
  'attributes' | 'declarations' | 'nodes' | 'start' | 'tagEnd'
>;

export class XmlAttribute implements XmlName {
  readonly name: string;
  readonly localName: string;
  readonly namespace: string;
  /** References replaced, and white space normalised as XML prescribes. */
  readonly value: string;
  readonly source: XmlSource;
  readonly start: number;
  /** Behind the opening quote. */
  readonly valueStart: number;
  readonly end: number;

  constructor(
    source: XmlSource,
    { name, localName, namespace }: XmlName,
    written: WrittenAttribute,
  ) {
    this.source = source;
    this.name = name;
    this.localName = localName;
    this.namespace = namespace;
    this.value = written.value;
    this.start = written.start;
    this.valueStart = written.valueStart;
    this.end = written.end;
  }

  /** From the name to the closing quote. */
  get span(): Span {
    return spanIn(this.source, this.start, this.end);
  }

  /** What stands between the quotes. */
  get valueSpan(): Span {
    return spanIn(this.source, this.valueStart, this.end - 1);
  }
}

/** An attribute of a start tag before its prefix has a meaning. */
export interface WrittenAttribute {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** Character data as it stands between two pieces of markup, or a CDATA section. */
export class XmlText {
  readonly kind: 'text' | 'cdata';
  /** References replaced, ends of lines as line feeds. */
  readonly value: string;
  readonly source: XmlSource;
  /** With the marks of a CDATA section. */
  readonly start: number;
  readonly end: number;

  constructor(
    source: XmlSource,
    kind: 'text' | 'cdata',
    value: string,
    start: number,
    end: number,
  ) {
    this.source = source;
    this.kind = kind;
    this.value = value;
    this.start = start;
    this.end = end;
  }

  get span(): Span {
    return spanIn(this.source, this.start, this.end);
  }

  /** Without the blanks around it and the marks of a CDATA section. */
  get trimmedSpan(): Span {
    const [from, to] =
      this.kind === 'cdata' ? [this.start + 9, this.end - 3] : [this.start, this.end];
    const written = this.source.text.slice(from, to);
    const start = from + written.length - written.trimStart().length;
    return spanIn(this.source, start, Math.max(start, from + written.trimEnd().length));
  }
}

export class XmlComment {
  readonly source: XmlSource;
  readonly start: number;
  readonly end: number;

  constructor(source: XmlSource, start: number, end: number) {
    this.source = source;
    this.start = start;
    this.end = end;
  }

  get kind(): 'comment' {
    return 'comment';
  }

  /** Without its marks. */
  get value(): string {
    return withLineFeeds(this.source.text.slice(this.start + 4, this.end - 3));
  }

  get span(): Span {
    return spanIn(this.source, this.start, this.end);
  }
}

/** A processing instruction. */
export class XmlInstruction {
  readonly target: string;
  readonly source: XmlSource;
  readonly start: number;
  readonly end: number;

  constructor(source: XmlSource, target: string, start: number, end: number) {
    this.source = source;
    this.target = target;
    this.start = start;
    this.end = end;
  }

  get kind(): 'instruction' {
    return 'instruction';
  }

  /** What follows the target and the blanks behind it. */
  get value(): string {
    const from = this.start + 2 + this.target.length;
    return withLineFeeds(this.source.text.slice(from, this.end - 2).replace(/^[ \t\r\n]+/, ''));
  }

  get span(): Span {
    return spanIn(this.source, this.start, this.end);
  }
}

const isText = (node: XmlNode | undefined): node is XmlText => node instanceof XmlText;

/** @see https://www.w3.org/TR/xml/#sec-line-ends */
export const withLineFeeds = (text: string): string =>
  text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
