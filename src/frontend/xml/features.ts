import { capabilityUnknown, featureUnknown } from '../../diagnostics/catalog/definition.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { located, source } from '../../diagnostics/origin.ts';
import type { Capabilities, CapabilityState, Features } from '../../ir/domain.ts';
import { type LibvirtCapability, libvirtCapabilities } from '../../linux/capabilities.ts';
import { featureRules } from './kept/features.ts';
import { keep } from './kept/keep.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

const names = ['privnet', 'capabilities', ...Object.keys(featureRules)];

/**
 * The children are known by their local names, in whatever namespace.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainFeaturesDefParse
 */
export function readFeatures(reading: Reading, root: XmlElement): Features {
  const elements = reading.many(root, 'features').flatMap(({ children }) => children);
  for (const parent of reading.many(root, 'features')) {
    for (const { name } of parent.children) reading.askedOf(parent).children.set(name, 'many');
  }
  if (elements.length === 0) return {};
  for (const element of elements) {
    const { localName, span } = element;
    if (names.includes(localName)) continue;
    reading.skip(element);
    reading.report(featureUnknown(localName, nearest(localName, names), span));
  }
  const last = (name: string) => elements.findLast(({ localName }) => localName === name);
  const privnet = last('privnet');
  for (const each of elements.filter(({ localName }) => localName === 'privnet')) {
    reading.attribute(each, 'state');
  }
  const capabilities = elements.filter(({ localName }) => localName === 'capabilities');
  const kept = Object.entries(featureRules).flatMap(([name, rule]) => {
    const element = last(name);
    return (element && keep(reading, element, rule)) ?? [];
  });
  return given({
    privnet: privnet === undefined ? undefined : located(true as const, source(privnet.span)),
    capabilities: readCapabilities(reading, capabilities),
    kept: kept.length === 0 ? undefined : kept,
  });
}

/** A second list replaces the policy and adds to the states. */
function readCapabilities(
  reading: Reading,
  elements: readonly XmlElement[],
): Capabilities | undefined {
  const [first] = elements;
  if (first === undefined) return undefined;
  let policy: Capabilities['policy'] = 'default';
  const states = new Map<LibvirtCapability, CapabilityState>();
  for (const element of elements) {
    policy = reading.oneOf(element, 'policy', ['default', 'allow', 'deny']) ?? 'default';
    const asked = reading.askedOf(element);
    for (const child of element.children) {
      asked.children.set(child.name, 'many');
      const name = libvirtCapabilities.find((each) => each === child.localName);
      if (name === undefined) {
        reading.skip(child);
        const meant = nearest(child.localName, libvirtCapabilities);
        reading.report(capabilityUnknown(child.localName, meant, child.span));
        continue;
      }
      const state = reading.oneOf(child, 'state', ['on', 'off']) ?? 'on';
      states.set(name, { name, state, origin: source(child.span) });
    }
  }
  if (policy === 'default' && states.size === 0) return undefined;
  return {
    policy,
    states: libvirtCapabilities.flatMap((name) => states.get(name) ?? []),
    origin: source(first.span),
  };
}
