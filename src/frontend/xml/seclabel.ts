import {
  seclabelDynamicWithoutRelabel,
  seclabelLost,
  seclabelModelsMissing,
  seclabelNoneWithRelabel,
  seclabelTwice,
  seclabelWithoutLabel,
  seclabelWithoutModel,
} from '../../diagnostics/catalog/definition.ts';
import { source, spanOf } from '../../diagnostics/origin.ts';
import type { Seclabel } from '../../ir/seclabel.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virSecurityLabelDefsParseXML */
export function readSeclabels(reading: Reading, root: XmlElement): readonly Seclabel[] {
  const elements = reading.many(root, 'seclabel');
  const labels = elements.map((element) => readSeclabel(reading, element));
  const models = new Set<string | undefined>();
  elements.forEach((element) => {
    const model = reading.attribute(element, 'model')?.value;
    if (models.has(model)) reading.report(seclabelTwice(model, element.span));
    models.add(model);
  });
  const read = labels.filter((label) => label !== undefined);
  if (read.length > 1) {
    for (const { model, origin } of read) {
      const span = spanOf(origin);
      if (model === undefined && span !== undefined) reading.report(seclabelModelsMissing(span));
    }
  }
  return read;
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virSecurityLabelDefParseXML */
function readSeclabel(reading: Reading, element: XmlElement): Seclabel | undefined {
  const { span } = element;
  const origin = source(span);
  const model = reading.attribute(element, 'model');
  const label = reading.text(element, 'label');
  const baselabel = reading.text(element, 'baselabel');
  reading.drop(element, ['imagelabel']);
  const typeText = reading.attribute(element, 'type');
  const type = reading.oneOf(element, 'type', ['dynamic', 'static', 'none']);
  const relabel = reading.yesNo(element, 'relabel');
  if (typeText === undefined) {
    return reading.report(model === undefined ? seclabelWithoutModel(span) : seclabelLost(span));
  }
  if (type === undefined) return undefined;
  const base = { ...given({ model: model?.value }), origin };
  if (model?.value === 'none') return { ...base, type: 'none' };
  switch (type) {
    case 'dynamic':
      if (relabel === false) return reading.report(seclabelDynamicWithoutRelabel(span));
      if (model === undefined && baselabel !== undefined) {
        return reading.report(seclabelWithoutModel(span));
      }
      return { ...base, type, ...given({ baselabel: baselabel?.value }) };
    case 'none':
      if (relabel === true) return reading.report(seclabelNoneWithRelabel(span));
      return { ...base, type };
    case 'static':
      if (label === undefined) return reading.report(seclabelWithoutLabel(span));
      if (model === undefined) return reading.report(seclabelWithoutModel(span));
      return { ...base, type, relabel: relabel ?? false, label: label.value };
  }
}
