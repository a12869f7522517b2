import {
  labelOverrideRefused,
  labelWithoutRelabel,
  seclabelTwice,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Kept } from '../../ir/kept.ts';
import type { Reading } from './reading.ts';
import type { Stage } from './stages.ts';
import type { XmlElement } from './tree.ts';

/** libvirt drops a label that is longer. @see libvirt 9.0, src/util/virsecurity.h, VIR_SECURITY_LABEL_BUFLEN */
const LONGEST_LABEL = 4095;

/**
 * The labels that `<source>` of a disk or a character device gives to its file alone. A label that is neither
 * given nor switched off is not printed, nor is one of no model's.
 * @see libvirt 9.0, src/conf/domain_conf.c, virSecurityDeviceLabelDefParseXML and virSecurityDeviceLabelDefFormat
 */
export function readSourceSeclabels(
  reading: Reading,
  from: XmlElement,
  stage: Stage,
): readonly Kept[] {
  const models = new Set<string>();
  return reading.many(from, 'seclabel').flatMap((element) => {
    const model = reading.attribute(element, 'model')?.value;
    if (model !== undefined && models.has(model)) {
      reading.report(seclabelTwice(model, element.span));
    } else if (model !== undefined) models.add(model);
    const relabel = reading.yesNo(element, 'relabel') ?? true;
    reading.askedOf(element).droppedAttributes.push('labelskip');
    const child = reading.one(element, 'label');
    const given = child === undefined ? '' : child.stringValue;
    const label = given !== '' && Buffer.byteLength(given) <= LONGEST_LABEL;
    if (label && !relabel) reading.report(labelWithoutRelabel(model, element.span));
    const refused = reading.seclabels.some(
      (each) =>
        each.model === model && (each.type === 'none' || (each.type === 'static' && !each.relabel)),
    );
    if (refused) reading.late(stage, labelOverrideRefused(element.span));
    if (!label && relabel) return [];
    const attributes = [
      ...(model === undefined ? [] : [{ name: 'model', value: model }]),
      { name: 'relabel', value: relabel ? 'yes' : 'no' },
    ];
    const children =
      label && child !== undefined
        ? [{ name: 'label', attributes: [], children: [], text: given, origin: source(child.span) }]
        : [];
    return [{ name: 'seclabel', attributes, children, origin: source(element.span) }];
  });
}
