import {
  appidNotPrintable,
  onlyOneSupported,
  resourceEmpty,
} from '../../diagnostics/catalog/definition.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Resource } from '../../ir/domain.ts';
import { given, locatedAttribute, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainResourceDefParse */
export function readResource(reading: Reading, root: XmlElement): Resource | undefined {
  const [element, second] = reading.many(root, 'resource');
  if (element === undefined) return undefined;
  if (second !== undefined) reading.report(onlyOneSupported('resource element', second.span));
  const partition = reading.text(element, 'partition');
  const appid = reading.attributeText(reading.many(element, 'fibrechannel'), 'appid');
  if (partition === undefined && appid === undefined) {
    return reading.report(resourceEmpty(element.span));
  }
  if (appid !== undefined && !/^[\x20-\x7e]+$/.test(appid.value)) {
    return reading.report(appidNotPrintable(appid.span));
  }
  return {
    ...given({
      partition,
      fibrechannelAppid: appid === undefined ? undefined : locatedAttribute(appid),
    }),
    origin: source(element.span),
  };
}
