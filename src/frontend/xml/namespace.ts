import {
  namespaceFeatureUnknown,
  namespaceIncomplete,
  namespaceSourceUnknown,
  namespaceUri,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { LxcNamespace, SharedNamespace } from '../../ir/domain.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

const URI = 'http://libvirt.org/schemas/domain/lxc/1.0';

const shares = ['sharenet', 'shareipc', 'shareuts'] as const;
const types = ['none', 'name', 'pid', 'netns'] as const;

/** @see libvirt 9.0, src/lxc/lxc_domain.c, lxcDomainDefNamespaceParse */
export function readNamespace(reading: Reading, root: XmlElement): LxcNamespace | undefined {
  const asked = reading.askedOf(root);
  const elements = root.children.filter(
    ({ localName, namespace }) => localName === 'namespace' && namespace !== '',
  );
  for (const each of elements) {
    asked.children.set(each.name, 'many');
    if (each.namespace === URI) continue;
    reading.skip(each);
    reading.report(namespaceUri(each.namespace, each.span));
  }
  const ours = elements.filter(({ namespace }) => namespace === URI);
  const [element] = ours;
  if (element === undefined) return undefined;
  const found: { -readonly [K in (typeof shares)[number]]?: SharedNamespace } = {};
  for (const child of ours.flatMap(({ children }) => children)) {
    for (const parent of ours) reading.askedOf(parent).children.set(child.name, 'many');
    const share = shares.find((each) => each === child.localName);
    if (share === undefined) {
      reading.skip(child);
      reading.report(namespaceFeatureUnknown(child.localName, child.span));
      continue;
    }
    const shared = readShared(reading, child);
    if (shared !== undefined) found[share] = shared;
  }
  return { ...given(found), origin: source(element.span) };
}

function readShared(reading: Reading, element: XmlElement): SharedNamespace | undefined {
  const type = reading.attribute(element, 'type');
  const value = reading.attribute(element, 'value');
  if (type === undefined) return reading.report(namespaceIncomplete(element.span));
  const known = types.find((each) => each === type.value);
  if (known === undefined) return reading.report(namespaceSourceUnknown(type.value, type.span));
  if (value === undefined) return reading.report(namespaceIncomplete(element.span));
  return { type: known, value: value.value, origin: source(element.span) };
}
