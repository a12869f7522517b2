import { xmlDoctypeContent } from '../../diagnostics/catalog/xml-syntax.ts';
import type { Scanner } from './scanner.ts';

/**
 * At `<!DOCTYPE`. Of all that may stand there, only entities that are given with their text mean something
 * to a domain; what would need files or could change the tree is refused.
 * @see https://www.w3.org/TR/xml/#sec-prolog-dtd
 */
export function readDoctype(scanner: Scanner): void {
  const start = scanner.at;
  scanner.at += '<!DOCTYPE'.length;
  if (!scanner.blanks()) malformed(scanner);
  if (scanner.name() === '') malformed(scanner);
  scanner.blanks();
  if (scanner.looksAt('SYSTEM') || scanner.looksAt('PUBLIC')) {
    scanner.refuse(
      xmlDoctypeContent('a reference to a file', scanner.span(scanner.at, scanner.at + 6)),
      start,
    );
  }
  if (scanner.looksAt('[')) {
    scanner.at++;
    while (!scanner.looksAt(']')) declaration(scanner);
    scanner.at++;
    scanner.blanks();
  }
  if (!scanner.looksAt('>')) malformed(scanner);
  scanner.at++;
}

function declaration(scanner: Scanner): void {
  scanner.blanks();
  if (scanner.looksAt('<!--')) scanner.comment();
  else if (scanner.looksAt('<?')) scanner.instruction();
  else if (scanner.looksAt('<!ENTITY')) entity(scanner);
  else if (!scanner.looksAt(']')) {
    const { at, text } = scanner;
    const what = /^<![A-Z]+|^%/.exec(text.slice(at, at + 20))?.[0];
    if (what === undefined) malformed(scanner);
    scanner.refuse(xmlDoctypeContent(what, scanner.span(at, at + what.length)), at);
  }
}

/** `<!ENTITY name "text">`; of two with one name the first counts. */
function entity(scanner: Scanner): void {
  const start = scanner.at;
  scanner.at += '<!ENTITY'.length;
  if (!scanner.blanks()) malformed(scanner);
  if (scanner.looksAt('%')) {
    scanner.refuse(
      xmlDoctypeContent('a parameter entity', scanner.span(start, scanner.at + 1)),
      start,
    );
  }
  const name = scanner.name();
  if (name === '' || !scanner.blanks()) malformed(scanner);
  if (scanner.looksAt('SYSTEM') || scanner.looksAt('PUBLIC')) {
    scanner.refuse(
      xmlDoctypeContent('an entity in a file', scanner.span(start, scanner.at + 6)),
      start,
    );
  }
  const text = entityText(scanner);
  scanner.blanks();
  if (!scanner.looksAt('>')) malformed(scanner);
  scanner.at++;
  if (!scanner.entities.has(name)) scanner.entities.set(name, text);
}

/** The text with its character references replaced; references to entities are, where it is used. */
function entityText(scanner: Scanner): string {
  const quote = scanner.text[scanner.at];
  if (quote !== '"' && quote !== "'") malformed(scanner);
  const start = scanner.at + 1;
  const end = scanner.text.indexOf(quote, start);
  if (end < 0) malformed(scanner);
  const written = scanner.text.slice(start, end);
  const percent = written.indexOf('%');
  if (percent >= 0) {
    const at = start + percent;
    scanner.refuse(xmlDoctypeContent("a '%'", scanner.span(at, at + 1)), at);
  }
  const parts: string[] = [];
  let from = 0;
  for (let at = written.indexOf('&'); at >= 0; at = written.indexOf('&', from)) {
    parts.push(scanner.literal(start + from, start + at));
    scanner.at = start + at;
    parts.push(written[at + 1] === '#' ? scanner.characterReference() : laterReference(scanner));
    from = scanner.at - start;
  }
  parts.push(scanner.literal(start + from, end));
  scanner.at = end + 1;
  return parts.join('');
}

/** A reference that is replaced only where the entity is used. */
function laterReference(scanner: Scanner): string {
  const start = scanner.at;
  scanner.at++;
  const name = scanner.name();
  if (name === '') scanner.fault({ kind: 'ampersand' }, start, start + 1, start + 1);
  if (!scanner.looksAt(';')) scanner.fault({ kind: 'reference-unclosed' }, start, scanner.at);
  scanner.at++;
  return `&${name};`;
}

function malformed(scanner: Scanner): never {
  return scanner.fault({ kind: 'doctype-syntax' }, scanner.at, scanner.at + 1);
}
