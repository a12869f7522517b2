import {
  type SyntaxFault,
  xmlEntityMarkup,
  xmlEntityTooLong,
  xmlNameTooLong,
  xmlNotWellFormed,
  xmlTextTooLong,
  xmlTooManyNodes,
} from '../../diagnostics/catalog/xml-syntax.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/origin.ts';
import { endOfName, isCharacter, isSpace } from './characters.ts';
import { libxmlPlace } from './libxml-place.ts';
import { withLineFeeds, XmlComment, XmlInstruction, type XmlSource } from './tree.ts';

/** Bounds that no domain comes near. They keep every input of 4 MiB within 200 ms and 100 MiB. */
export const limits = {
  depth: 256,
  /** References counted too. */
  nodes: 10_000,
  attributes: 256,
  /** UTF-16 code units. */
  name: 1024,
  text: 1024 * 1024,
  /** All that references to entities of the document bring in. */
  entities: 64 * 1024,
} as const;

/** Ends the reading of a document: its first fault. Never leaves this folder. */
export class Stop extends Error {
  readonly diagnostic: Diagnostic;
  /** Set if the document is not well-formed, rather than refused. */
  readonly fault: SyntaxFault | undefined;
  readonly at: number;
  constructor(diagnostic: Diagnostic, at: number, fault?: SyntaxFault) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
    this.at = at;
    this.fault = fault;
  }
}

const predefined: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const reference = /^&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([^#&;][^&;]*));$/;

/** Reads a piece of text without references. It stands at `from`, unless an entity brings it in. */
type Plain = (text: string, from: number | undefined) => string;

interface Expansion {
  readonly plain: Plain;
  /** The reference in the document that all this is for. */
  readonly start: number;
  readonly end: number;
  /** The entities that the text comes through, outermost first. */
  readonly open: readonly string[];
}

/** A place in a document, and what may stand at more than one kind of place. */
export class Scanner {
  readonly source: XmlSource;
  readonly text: string;
  at: number;
  /** The replacement texts of the entities that the document declares, by name. */
  readonly entities = new Map<string, string>();
  #expanded = 0;
  #nodes = 0;

  constructor(source: XmlSource) {
    this.source = source;
    this.text = source.text;
    this.at = source.text.startsWith('\ufeff') ? 1 : 0;
  }

  /**
   * Stops at the first fault.
   * @param stopped where libxml2 has read to when it sees the fault: virsh points there
   */
  fault(fault: SyntaxFault, start: number, end: number, stopped = start): never {
    const place = { at: this.span(start, end), ...libxmlPlace(this.text, stopped) };
    throw new Stop(xmlNotWellFormed(fault, place), stopped, fault);
  }

  refuse(diagnostic: Diagnostic, at = this.at): never {
    throw new Stop(diagnostic, at);
  }

  span(start: number, end: number): Span {
    return { file: this.source.file, start, end: Math.max(start, Math.min(end, this.text.length)) };
  }

  /** Takes one more node, or several, into the document. */
  count(nodes: number, start: number): void {
    this.#nodes += nodes;
    if (this.#nodes <= limits.nodes) return;
    this.refuse(xmlTooManyNodes(limits.nodes, this.span(start, start + 1)), start);
  }

  looksAt(word: string): boolean {
    return this.text.startsWith(word, this.at);
  }

  /** Goes over blanks; tells whether there were any. */
  blanks(): boolean {
    const start = this.at;
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
    return this.at > start;
  }

  /** Goes over a Name; `''` if there is none. */
  name(): string {
    const start = this.at;
    this.at = endOfName(this.text, start);
    if (this.at - start > limits.name) {
      this.refuse(xmlNameTooLong(limits.name, this.span(start, this.at)), start);
    }
    return this.text.slice(start, this.at);
  }

  /** At `<!--`. */
  comment(): XmlComment {
    const start = this.at;
    const hyphens = this.text.indexOf('--', start + 4);
    if (hyphens < 0) {
      this.fault({ kind: 'comment-unclosed' }, start, start + 4, this.text.length);
    }
    if (this.text[hyphens + 2] !== '>') {
      const quoted = this.text.slice(start + 4, hyphens).slice(0, 50);
      this.fault({ kind: 'comment-hyphens', start: quoted }, hyphens, hyphens + 2);
    }
    this.at = hyphens + 3;
    return new XmlComment(this.source, start, this.at);
  }

  /** At `<?`. */
  instruction(): XmlInstruction {
    const start = this.at;
    this.at += 2;
    const target = this.name();
    const named = this.at;
    if (target === '') this.fault({ kind: 'instruction-name' }, start, start + 2, named);
    if (target === 'xml') this.fault({ kind: 'late-declaration' }, start, named, named);
    if (/^xml$/i.test(target)) this.fault({ kind: 'instruction-reserved' }, start, named, named);
    if (!this.looksAt('?>') && !this.blanks()) {
      this.fault({ kind: 'instruction-space', target }, start, named, named);
    }
    const end = this.text.indexOf('?>', this.at);
    if (end < 0) {
      this.fault({ kind: 'instruction-unclosed', target }, start, named, this.text.length);
    }
    this.at = end + 2;
    return new XmlInstruction(this.source, target, start, this.at);
  }

  /** The character data of `[start, end)` of the document. */
  characters(start: number, end: number): string {
    this.checkLength(start, end);
    return this.decode(start, end, (text, from) => {
      const close = text.indexOf(']]>');
      if (close >= 0 && from !== undefined) {
        this.fault({ kind: 'section-end-in-text' }, from + close, from + close + 3);
      }
      return withLineFeeds(text);
    });
  }

  /** The value of an attribute that stands at `[start, end)`: every white space character is a space. */
  attributeValue(start: number, end: number): string {
    this.checkLength(start, end);
    return this.decode(start, end, (text, from) => {
      const less = text.indexOf('<');
      if (less >= 0 && from !== undefined)
        this.fault({ kind: 'less-than-in-value' }, from + less, from + less + 1);
      return /[\t\n\r]/.test(text) ? text.replaceAll('\r\n', ' ').replace(/[\t\n\r]/g, ' ') : text;
    });
  }

  /** The content of a CDATA section. */
  literal(start: number, end: number): string {
    this.checkLength(start, end);
    return withLineFeeds(this.text.slice(start, end));
  }

  private checkLength(start: number, end: number): void {
    if (end - start <= limits.text) return;
    this.refuse(xmlTextTooLong(limits.text, this.span(start, start + 1)), start);
  }

  /** References replaced, and what stands between them read with `plain`. */
  private decode(start: number, end: number, plain: Plain): string {
    const written = this.text.slice(start, end);
    let ampersand = written.indexOf('&');
    if (ampersand < 0) return plain(written, start);
    const parts: string[] = [];
    let from = 0;
    while (ampersand >= 0) {
      parts.push(plain(written.slice(from, ampersand), start + from));
      this.at = start + ampersand;
      parts.push(this.reference(plain));
      from = this.at - start;
      ampersand = written.indexOf('&', from);
    }
    parts.push(plain(written.slice(from), start + from));
    return parts.join('');
  }

  /** At `&`. */
  private reference(plain: Plain): string {
    const start = this.at;
    this.count(1, start);
    if (this.text[start + 1] === '#') return this.characterReference();
    this.at++;
    const name = this.name();
    if (name === '') this.fault({ kind: 'ampersand' }, start, start + 1, start + 1);
    if (this.text[this.at] !== ';') {
      this.fault({ kind: 'reference-unclosed' }, start, this.at, this.at);
    }
    this.at++;
    return predefined.get(name) ?? this.entity(name, { plain, start, end: this.at, open: [] });
  }

  /** At `&#`. */
  characterReference(): string {
    const start = this.at;
    const hexadecimal = this.text[start + 2] === 'x';
    const digits = hexadecimal ? /[0-9A-Fa-f]*/y : /[0-9]*/y;
    digits.lastIndex = start + (hexadecimal ? 3 : 2);
    const written = digits.exec(this.text)?.[0] ?? '';
    const end = start + (hexadecimal ? 3 : 2) + written.length;
    if (this.text[end] !== ';') {
      const kind = hexadecimal ? 'hexadecimal-reference' : 'decimal-reference';
      this.fault({ kind }, start, end, end);
    }
    this.at = end + 1;
    return this.character(written === '' ? '0' : written, hexadecimal ? 16 : 10, start, this.at);
  }

  /**
   * What a reference to an entity of the document brings in. Its text is read like the text around the
   * reference, references inside it included; all that is read so is counted.
   */
  private entity(name: string, { plain, start, end, open }: Expansion): string {
    const place = [start, end, end] as const;
    const text = this.entities.get(name);
    if (text === undefined) return this.fault({ kind: 'entity-undefined', name }, ...place);
    // libxml2 calls any nesting of more than 40 a loop.
    if (open.includes(name) || open.length > 40)
      this.fault({ kind: 'entity-loop', name }, ...place);
    this.#expanded += text.length + 1;
    if (this.#expanded > limits.entities) {
      this.refuse(xmlEntityTooLong(name, limits.entities, this.span(start, end)), start);
    }
    if (text.includes('<')) this.refuse(xmlEntityMarkup(name, this.span(start, end)), start);
    const inside = { plain, start, end, open: [...open, name] };
    return text
      .split(/(&[^;]*;?)/)
      .map((part) => {
        if (!part.startsWith('&')) return plain(part, undefined);
        const [, hexadecimal, decimal, inner] = reference.exec(part) ?? [];
        if (inner !== undefined) return predefined.get(inner) ?? this.entity(inner, inside);
        const digits = hexadecimal ?? decimal;
        if (digits === undefined) return this.fault({ kind: 'ampersand' }, ...place);
        return this.character(digits, hexadecimal === undefined ? 10 : 16, ...place);
      })
      .join('');
  }

  private character(
    digits: string,
    base: number,
    start: number,
    end: number,
    stopped = end,
  ): string {
    const code = Number.parseInt(digits, base);
    if (!isCharacter(code)) this.fault({ kind: 'forbidden-reference', code }, start, end, stopped);
    return String.fromCodePoint(code);
  }
}
