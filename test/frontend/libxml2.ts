import { ParseOption, XmlDocument } from 'libxml2-wasm';

/** libvirt's own parser with libvirt's options: nothing is loaded, entities are left as references. */
const options = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NOERROR;

/** Whether libxml2 takes a document. */
export function libxml2Accepts(document: string): boolean {
  try {
    XmlDocument.fromString(document, { option: options }).dispose();
    return true;
  } catch {
    return false;
  }
}
