import {
  elementIgnored,
  elementTwice,
  unknownAttribute,
  unknownElement,
} from '../../diagnostics/catalog/xml.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import type { Asked, Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** Behind so many misspelt names, looking for what was meant only costs time. */
const MOST = 500;

/** What the reader never looked for: libvirt drops it without a word. */
export function unknownParts(reading: Reading, root: XmlElement): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (element: XmlElement): void => {
    const asked = reading.asked.get(element);
    if (asked?.opaque) return;
    found.push(...unknownAttributes(element, asked));
    const seen = new Map<string, XmlElement>();
    for (const child of element.children) {
      const { name, span } = child;
      const count = asked?.children.get(name);
      const first = seen.get(name);
      if (asked?.dropped.some((names) => names.includes(name)))
        found.push(elementIgnored(name, span));
      else if (count === undefined) {
        const known = asked === undefined || found.length > MOST ? [] : [...asked.children.keys()];
        found.push(unknownElement(name, element.name, span, nearest(name, known)));
      } else if (count === 'one' && first !== undefined) {
        found.push(elementTwice(name, span, first.span));
      } else visit(child);
      seen.set(name, first ?? child);
    }
  };
  visit(root);
  return found;
}

function* unknownAttributes(element: XmlElement, asked: Asked | undefined): Generator<Diagnostic> {
  const known = asked?.attributes ?? [];
  for (const { name, localName, span } of element.attributes) {
    if (known.includes(localName) || asked?.droppedAttributes.includes(localName)) continue;
    yield unknownAttribute(name, element.name, span, nearest(name, known));
  }
}
