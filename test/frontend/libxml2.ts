import { ParseOption, XmlDocument, XmlParseError } from 'libxml2-wasm';

/** Of libxml2's three levels of faults, the one that makes a document useless. */
const FATAL = 3;

/**
 * Whether libxml2 takes a document as libvirt asks it to: what is wrong with namespaces is reported, and no
 * reason to refuse it.
 * @see libvirt 9.0, src/util/virxml.c, virXMLParseHelper
 */
export function libxml2Accepts(document: string): boolean {
  try {
    XmlDocument.fromString(document, { option: ParseOption.XML_PARSE_NONET }).dispose();
    return true;
  } catch (cause) {
    if (!(cause instanceof XmlParseError)) throw cause;
    return cause.details.length > 0 && cause.details.every(({ level }) => level < FATAL);
  }
}
